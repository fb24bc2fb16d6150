/**
 * How many operations of people the simulator performs in a second, with the real engine, codec and store contract, and what
 * the time goes into.
 *   npm run bench:engine -- [--rounds N] [--seconds N] [--keep]
 * `--keep` writes the result to bench/results/ and its section of docs/measurements/simulator.md.
 */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { noTally, runSeed, type Tally } from '../lab/chaos/soak.ts';
import { type EngineReport, type EngineRound, engineSection } from './engine-report.ts';
import { machineFacts } from './machine.ts';
import { profiled } from './profile.ts';
import { type Measured, measureRounds, processorClock, publish } from './tier.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
  },
});

await measure(Number(values.rounds), Number(values.seconds));

/** Stories from a seed on, in seconds of processor time. */
async function round(from: number, seconds: number): Promise<Measured<EngineRound>> {
  const tally: Tally = noTally();
  const used = processorClock();
  let next = from;
  while (used() < seconds) {
    const violation = await runSeed(next, tally);
    if (violation !== undefined) {
      throw new Error(
        `seed ${next} violates ${violation.invariant}: npm run sim -- --seed ${next}`,
      );
    }
    next += 1;
  }
  const { runs, userActs, flockActs, events, virtualMs } = tally;
  return { round: { runs, userActs, flockActs, events, virtualMs, seconds: used() }, next };
}

async function measure(count: number, seconds: number): Promise<void> {
  const { rounds, next } = await measureRounds(count, (from) => round(from, seconds));
  const shares = await profiled(ROOT, () => round(next, seconds));
  const report: EngineReport = { ...(await machineFacts(ROOT)), rounds, shares };
  await publish({ tier: 'engine', report, section: engineSection, isKept: values.keep });
}
