/**
 * The planner's laws on random versions and stories. KITH_RUNS sets the number of runs of each law; a failure names a seed,
 * and `KITH_SEED=seed npm test plan.property` tells it again.
 */

import { test } from 'node:test';
import { conflictPath } from '../../src/planner/conflict.ts';
import { decide } from '../../src/planner/decide.ts';
import { chooseGlobal } from '../../src/planner/global.ts';
import { asTold, countedBy } from '../../src/planner/kept.ts';
import { recordFound, recordGone, reviveEntry } from '../../src/planner/local.ts';
import { laws } from './plan-laws.ts';

const planner = {
  chooseGlobal,
  conflictPath,
  decide,
  recordFound,
  recordGone,
  reviveEntry,
  asTold,
  countedBy,
};
const { KITH_RUNS = '100', KITH_SEED } = process.env;
const seed = KITH_SEED === undefined ? {} : { seed: Number(KITH_SEED) };

for (const law of laws) {
  test(law.name, () => law.check(planner, { numRuns: Number(KITH_RUNS), ...seed }));
}
