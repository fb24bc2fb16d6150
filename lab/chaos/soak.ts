/** Runs seed after seed and adds up. */

import { performance } from 'node:perf_hooks';
import { drawScript } from './draw.ts';
import type { DrawOptions } from './draw-options.ts';
import { Performance } from './performance.ts';
import type { Violation } from './violation.ts';

export interface Failure {
  readonly seed: number;
  readonly violation: Violation;
}

/** Sums over runs. */
export interface Tally {
  runs: number;
  /** Operations of people, each file counted of programs that go through many. */
  userActs: number;
  /** Of them, those of such programs. */
  flockActs: number;
  events: number;
  virtualMs: number;
  /** Of this process, user and system. */
  cpuMs: number;
  failures: Failure[];
}

export interface SoakOptions {
  readonly from: number;
  /** From one seed to the next: as many processes share them. */
  readonly step: number;
  /** Seeds, at most. */
  readonly count: number;
  readonly untilMs: number;
  /** Milliseconds of the processor after which no story is begun any more; no limit if absent. */
  readonly mostCpuMs?: number;
  /** Ends with the first failure. */
  readonly isEager: boolean;
  /** How stories are drawn where it is not as usual. */
  readonly draw?: DrawOptions;
  readonly onRun?: (tally: Tally) => void;
}

/** Each of so many runs is told again and must be the same story. */
const AGAIN_EVERY = 20;

export function noTally(): Tally {
  return { runs: 0, userActs: 0, flockActs: 0, events: 0, virtualMs: 0, cpuMs: 0, failures: [] };
}

/** The sums of several processes together. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const total = noTally();
  for (const tally of tallies) {
    total.runs += tally.runs;
    total.userActs += tally.userActs;
    total.flockActs += tally.flockActs;
    total.events += tally.events;
    total.virtualMs += tally.virtualMs;
    total.cpuMs += tally.cpuMs;
    total.failures.push(...tally.failures);
  }
  return total;
}

/** Performs the scripts of these seeds until their number or the time (of `performance.now`) is over. */
export async function soak(options: SoakOptions): Promise<Tally> {
  const tally = noTally();
  const cpu = process.cpuUsage();
  for (let i = 0; i < options.count && performance.now() < options.untilMs; i++) {
    const seed = options.from + i * options.step;
    const violation = await runSeed(seed, tally, options.draw);
    if (violation !== undefined) tally.failures.push({ seed, violation });
    const used = process.cpuUsage(cpu);
    tally.cpuMs = (used.user + used.system) / 1000;
    options.onRun?.(tally);
    if (violation !== undefined && options.isEager) break;
    if (tally.cpuMs > (options.mostCpuMs ?? Number.POSITIVE_INFINITY)) break;
  }
  return tally;
}

/** Performs the story of one seed and adds it up; the first violation. */
export async function runSeed(
  seed: number,
  tally: Tally,
  draw: DrawOptions = {},
): Promise<Violation | undefined> {
  const outcome = await new Performance(drawScript(seed, draw)).perform();
  tally.runs += 1;
  tally.userActs += outcome.userActs;
  tally.flockActs += outcome.flockActs;
  tally.events += outcome.events;
  tally.virtualMs += outcome.lastedMs;
  const [violation] = outcome.violations;
  if (violation !== undefined || seed % AGAIN_EVERY !== 0) return violation;
  const again = await new Performance(drawScript(seed, draw)).perform();
  if (again.trace === outcome.trace) return undefined;
  return { invariant: 'determinism', what: `told twice: ${outcome.trace}, then ${again.trace}` };
}
