/** For each scenario of the simulator the guard that it is about, and how that guard is taken away. */

import { catalogueGuards } from './catalogue-guards.ts';
import { doubtGuards } from './doubt-guards.ts';
import { findingGuards } from './finding-guards.ts';
import type { Guard } from './guard.ts';
import { kindGuards } from './kind-guards.ts';
import { networkGuards } from './network-guards.ts';
import { scenarioGuards } from './scenario-guards.ts';
import { settlingGuards } from './settling-guards.ts';

export const guards: readonly Guard[] = [
  ...scenarioGuards,
  ...findingGuards,
  ...settlingGuards,
  ...doubtGuards,
  ...catalogueGuards,
  ...networkGuards,
  ...kindGuards,
];
