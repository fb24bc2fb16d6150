/**
 * The catalogue of failures: ways in which programs of this kind have lost or leaked what people gave them, what must be
 * right instead, and the tests that show it. docs/testing.md has it as a table.
 */

import { contentScenarios } from './content-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { systemScenarios } from './system-scenarios.ts';
import { trustScenarios } from './trust-scenarios.ts';

/** All of them, each id once, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  ...contentScenarios,
  ...systemScenarios,
  ...trustScenarios,
];

/** What each group of ids is about. */
export const SCENARIO_GROUPS: Readonly<Record<string, string>> = {
  CON: 'conflicts and the order of versions',
  CLK: 'clocks and time stamps',
  UNI: 'case and Unicode',
  REN: 'renames and changes of kind',
  LNK: 'links and paths',
  DEL: 'deletes',
  PAR: 'files that change',
  DSK: 'disks',
  PRM: 'modes, special files, names',
  WCH: 'events',
  CRS: 'crashes and databases',
  IDN: 'identities',
  NET: 'networks',
  MAL: 'hostile devices',
  WEB: 'the control interface',
  KEY: 'keys and tokens',
  TRK: 'the tracker',
  OBJ: 'object stores',
  MNT: 'mounts',
};
