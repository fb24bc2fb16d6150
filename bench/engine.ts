/**
 * How many operations of people the simulator performs in a second, with the real engine, codec and store contract, and what
 * the time goes into.
 *   npm run bench:engine -- [--rounds N] [--seconds N] [--keep]
 * `--keep` writes the result to bench/results/ and its section of docs/measurements/simulator.md.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { noTally, runSeed, type Tally } from '../lab/chaos/soak.ts';
import { type EngineReport, type EngineRound, engineSection } from './engine-report.ts';
import { machineFacts } from './machine.ts';
import { profiled } from './profile.ts';
import { replaceSection } from './section.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
  },
});

await measure(Number(values.rounds), Number(values.seconds));

/** Stories from a seed on, in seconds of processor time of this process: what others do on the machine does not count. */
async function round(
  from: number,
  seconds: number,
): Promise<{ readonly round: EngineRound; readonly next: number }> {
  const tally: Tally = noTally();
  const began = process.cpuUsage();
  const used = (): number => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
  };
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

async function measure(rounds: number, seconds: number): Promise<void> {
  // The first one is for the compiler.
  let { next } = await round(1, seconds);
  const figures: EngineRound[] = [];
  for (let left = rounds; left > 0; left--) {
    const measured = await round(next, seconds);
    next = measured.next;
    figures.push(measured.round);
  }
  const shares = await profiled(ROOT, () => round(next, seconds));
  const report: EngineReport = { ...(await machineFacts(ROOT)), rounds: figures, shares };
  const name = `engine-${report.date.slice(0, 10)}-${report.commit.slice(0, 8)}.json`;
  const section = engineSection(report, `bench/results/${name}`);
  console.log(section);
  if (!values.keep) return;
  await mkdir(path.join(ROOT, 'bench/results'), { recursive: true });
  await writeFile(
    path.join(ROOT, 'bench/results', name),
    `${JSON.stringify(report, undefined, 2)}\n`,
  );
  const file = path.join(ROOT, 'docs/measurements/simulator.md');
  await writeFile(file, replaceSection(await readFile(file, 'utf8'), section));
}
