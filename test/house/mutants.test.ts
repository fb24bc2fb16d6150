/** A test of the tests: the planner's laws catch every damaged planner, and no whole one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Law } from '../property/plan-law.ts';
import { laws } from '../property/plan-laws.ts';
import type { Planner } from '../support/plan-world.ts';
import { loadPlanner, type Mutant, mutants } from './mutants.ts';

/** Runs of each law against each damaged planner. The seed is fixed: what is caught once is caught always. */
const BOUND = { numRuns: 2000, seed: 20260801, endOnFailure: true };

/** The name of the first of these laws that a planner breaks. */
function caughtBy(
  planner: Planner,
  { numRuns, among = laws }: { readonly numRuns: number; readonly among?: readonly Law[] },
): string | undefined {
  return among.find((law) => isBroken(() => law.check(planner, { ...BOUND, numRuns })))?.name;
}

/** The law that is named for it, or all of them. */
function lawsFor(mutant: Mutant): readonly Law[] {
  if (mutant.law === undefined) return laws;
  const named = laws.filter(({ name }) => name === mutant.law);
  assert.equal(named.length, 1, `no law is called ${mutant.law}`);
  return named;
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
  assert.equal(caughtBy(await loadPlanner(), { numRuns: 50 }), undefined);
});

for (const mutant of mutants) {
  test(`a planner is caught in which ${mutant.name}`, async () => {
    const planner = await loadPlanner(mutant);
    const among = lawsFor(mutant);
    const law =
      caughtBy(planner, { numRuns: 100, among }) ?? caughtBy(planner, { ...BOUND, among });
    assert.notEqual(law, undefined, 'no law is broken');
    if (process.env['KITH_SHOW_LAWS'] === '1') console.error(`${mutant.name}: ${law}`);
  });
}
