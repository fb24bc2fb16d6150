/** A test of the tests: the planner's laws catch every damaged planner, and no whole one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laws } from '../property/plan-laws.ts';
import type { Planner } from '../support/plan-world.ts';
import { loadPlanner, mutants } from './mutants.ts';

/** Runs of each law against each damaged planner. The seed is fixed: what is caught once is caught always. */
const BOUND = { numRuns: 2000, seed: 20260801, endOnFailure: true };

/** Names of the first law that a planner breaks. */
function caughtBy(planner: Planner, numRuns: number): string | undefined {
  return laws.find((law) => isBroken(() => law.check(planner, { ...BOUND, numRuns })))?.name;
}

function isBroken(check: () => void): boolean {
  try {
    check();
    return false;
  } catch (cause) {
    assert.match(String(cause), /Property failed/);
    return true;
  }
}

test('a planner that is loaded like the damaged ones, but whole, breaks no law', async () => {
  assert.equal(caughtBy(await loadPlanner(), 50), undefined);
});

for (const mutant of mutants) {
  test(`a planner is caught in which ${mutant.name}`, async () => {
    const planner = await loadPlanner(mutant);
    const law = caughtBy(planner, 100) ?? caughtBy(planner, BOUND.numRuns);
    assert.notEqual(law, undefined, 'no law is broken');
    if (process.env['KITH_SHOW_LAWS'] === '1') console.error(`${mutant.name}: ${law}`);
  });
}
