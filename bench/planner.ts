/**
 * How fast the planner is asked, and its laws over many cases: three correlated random trees each, planned for, done in an order
 * of chance, until nothing is left to do.
 *   npm run bench:planner -- [--rounds N] [--seconds N] [--keep]     figures
 *   npm run bench:planner -- --minutes N [--seed N]                  the laws alone, for as long
 *   npm run bench:planner -- --seed N [--cases N]                    these cases again
 *   npm run bench:planner -- --laws N                                the laws of test/property from this seed
 * `--keep` writes the result to bench/results/ and its section of docs/measurements/simulator.md.
 */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { playCase } from '../lab/plan/case.ts';
import { conflictPath } from '../src/planner/conflict.ts';
import { decide } from '../src/planner/decide.ts';
import { chooseGlobal } from '../src/planner/global.ts';
import { asTold, countedBy } from '../src/planner/kept.ts';
import { recordFound, recordGone, reviveEntry } from '../src/planner/local.ts';
import { laws } from '../test/property/plan-laws.ts';
import { machineFacts } from './machine.ts';
import { type PlannerReport, type PlannerRound, plannerSection } from './planner-report.ts';
import { type Measured, measureRounds, processorClock, publish } from './tier.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PLANNER = {
  chooseGlobal,
  conflictPath,
  decide,
  recordFound,
  recordGone,
  reviveEntry,
  asTold,
  countedBy,
};
/** Cases between two looks at the clock. */
const BATCH = 200;
/** Of a soak, between two checks of the other laws. */
const STRETCH_MS = 20_000;
const LAW_RUNS = 25;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    seed: { type: 'string' },
    cases: { type: 'string', default: '1' },
    laws: { type: 'string' },
    minutes: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

if (values.minutes !== undefined) soak(Number(values.minutes), Number(values.seed ?? Date.now()));
else if (values.laws !== undefined) checkLaws(Number(values.laws));
else if (values.seed !== undefined) again(Number(values.seed), Number(values.cases));
else await measure(Number(values.rounds), Number(values.seconds));

/** Plays cases from `seed` on while the clock lets it; the seed after the last. */
function playWhile(
  seed: number,
  goesOn: () => boolean,
  note: (cost: PlannerRound) => void,
): number {
  let next = seed;
  while (goesOn()) {
    const sum = { cases: BATCH, decided: 0, planned: 0, seconds: 0 };
    for (const end = next + BATCH; next < end; next++) {
      const cost = playOrSay(next);
      sum.decided += cost.decided;
      sum.planned += cost.planned;
    }
    note(sum);
  }
  return next;
}

function playOrSay(seed: number): ReturnType<typeof playCase> {
  try {
    return playCase(seed, PLANNER);
  } catch (error) {
    console.error(`again: node bench/planner.ts --seed ${seed}`);
    throw error;
  }
}

/** One round, in seconds of processor time. */
function round(seed: number, seconds: number): Measured<PlannerRound> {
  const sum = { cases: 0, decided: 0, planned: 0, seconds: 0 };
  const used = processorClock();
  const next = playWhile(
    seed,
    () => used() < seconds,
    ({ cases, decided, planned }) => {
      sum.cases += cases;
      sum.decided += decided;
      sum.planned += planned;
    },
  );
  return { round: { ...sum, seconds: used() }, next };
}

async function measure(count: number, seconds: number): Promise<void> {
  const { rounds } = await measureRounds(count, (from) => round(from, seconds));
  const report: PlannerReport = { ...(await machineFacts(ROOT)), rounds };
  await publish({ tier: 'planner', report, section: plannerSection, isKept: values.keep });
}

/** The laws over cases, and now and then the laws of test/property. */
function soak(minutes: number, seed: number): void {
  const end = performance.now() + minutes * 60_000;
  let next = seed;
  let cases = 0;
  while (performance.now() < end) {
    const stretch = Math.min(end, performance.now() + STRETCH_MS);
    const note = (cost: PlannerRound): void => {
      cases += cost.cases;
    };
    next = playWhile(next, () => performance.now() < stretch, note);
    checkLaws(next % 2 ** 31);
    console.log(
      `${cases} cases from seed ${seed} on; ${laws.length} other laws ${LAW_RUNS} times each`,
    );
  }
}

function checkLaws(seed: number): void {
  for (const law of laws) {
    try {
      law.check(PLANNER, { seed, numRuns: LAW_RUNS });
    } catch (error) {
      console.error(`${law.name}\nagain: node bench/planner.ts --laws ${seed}`);
      throw error;
    }
  }
}

function again(seed: number, cases: number): void {
  for (let each = seed; each < seed + cases; each++) {
    const { decided, planned } = playOrSay(each);
    console.log(`case ${each}: ${planned} operations in ${decided} decisions, all laws hold`);
  }
}
