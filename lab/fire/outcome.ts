/** How a run ended, in its last lines. */

import type { Standing } from './tally.ts';

export interface Outcome extends Standing {
  readonly seconds: number;
  /** What was wrong with the run as a whole; each counts as a failure. */
  readonly faults: readonly string[];
}

/** Says it; the exit code. */
export function tell(outcome: Outcome): number {
  const { passed, missed, repeats, faults } = outcome;
  for (const fault of faults) console.log(`FAILED ${fault}`);
  for (const repeat of repeats) console.log(`repeat: ${repeat}`);
  if (missed > 0) console.log(`${missed} cases did not come to their call`);
  console.log(`passed: ${kindsOf(outcome)}`);
  console.log(`after ${timeOf(outcome)}:`);
  const failed = failedOf(outcome);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

export function failedOf({ failed, faults }: Outcome): number {
  return failed + faults.length;
}

export function kindsOf({ kinds }: Outcome): string {
  const all = Object.entries(kinds).map(([kind, count]) => `${kind} ${count}`);
  return all.length === 0 ? 'nothing' : all.join(', ');
}

export function timeOf({ seconds }: Outcome): string {
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
