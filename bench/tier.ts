/** What the tiers that are measured in seconds of processor time have in common: rounds from seed to seed, and where their figures are kept. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MachineFacts } from './machine.ts';
import { replaceSection } from './section.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** A round that began at one seed, and the seed after its last. */
export interface Measured<Round> {
  readonly round: Round;
  readonly next: number;
}

/** A tier's figures on their way to where they are kept. */
export interface TierFigures<Report extends MachineFacts> {
  /** Names the file. */
  readonly tier: string;
  readonly report: Report;
  /** The section of docs/measurements/simulator.md, which says where the single figures are. */
  readonly section: (report: Report, source: string) => string;
  /** Whether they are written to files, or only printed. */
  readonly isKept: boolean;
}

/** Seconds of processor time of this process from now on: what others do on the machine does not count. */
export function processorClock(): () => number {
  const began = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
  };
}

/** So many rounds, one from where the other ended, after one that is for the compiler; and the seed after them. */
export async function measureRounds<Round>(
  count: number,
  play: (from: number) => Measured<Round> | Promise<Measured<Round>>,
): Promise<{ readonly rounds: readonly Round[]; readonly next: number }> {
  let { next } = await play(1);
  const rounds: Round[] = [];
  while (rounds.length < count) {
    const measured = await play(next);
    next = measured.next;
    rounds.push(measured.round);
  }
  return { rounds, next };
}

/** Prints the section; if they are kept, writes the figures to bench/results/ and the section into its document. */
export async function publish<Report extends MachineFacts>(
  figures: TierFigures<Report>,
): Promise<void> {
  const { tier, report, section, isKept } = figures;
  const name = `${tier}-${report.date.slice(0, 10)}-${report.commit.slice(0, 8)}.json`;
  const text = section(report, `bench/results/${name}`);
  console.log(text);
  if (!isKept) return;
  const results = path.join(ROOT, 'bench/results');
  await mkdir(results, { recursive: true });
  await writeFile(path.join(results, name), `${JSON.stringify(report, undefined, 2)}\n`);
  const file = path.join(ROOT, 'docs/measurements/simulator.md');
  await writeFile(file, replaceSection(await readFile(file, 'utf8'), text));
}
