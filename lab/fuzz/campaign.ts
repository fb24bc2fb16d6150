/** All searches of one run: two at a time, each target its share of the time, in rounds until the time is over. */

import path from 'node:path';
import { keepFailing, readCorpus, replaceCorpus } from './corpus.ts';
import type { Found, Progress } from './fuzzer.ts';
import { search } from './search.ts';

/** What is to be done. */
export interface CampaignOptions {
  readonly targets: readonly string[];
  readonly seed: number;
  /** For all targets together; infinite: until the signal aborts. */
  readonly milliseconds: number;
  /** The corpus in the repository is replaced by the fewest inputs that take all ways that are known now. */
  readonly isKept: boolean;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** What became of one target. */
interface Standing {
  readonly target: string;
  corpus: readonly Uint8Array[];
  isSearched: boolean;
  failures: number;
}

const AT_ONCE = 2;
const MOST_FAILURES = 10;
/** Of one target, where there is no end. */
const ROUND_MS = 30_000;

/** Runs it. How many targets held, and how many broke a law; whose turn did not come before the end is neither. */
export async function campaign(
  options: CampaignOptions,
): Promise<{ readonly passed: number; readonly failed: number }> {
  const { targets, milliseconds, signal } = options;
  const standings = await Promise.all(
    targets.map(async (target): Promise<Standing> => {
      const kept = await readCorpus(target);
      return { target, corpus: kept.map(({ input }) => input), isSearched: false, failures: 0 };
    }),
  );
  const isBounded = Number.isFinite(milliseconds);
  const share = isBounded
    ? (milliseconds * Math.min(AT_ONCE, targets.length)) / targets.length
    : ROUND_MS;
  for (let round = 0; !signal.aborted && (round === 0 || !isBounded); round++) {
    const seed = options.seed + round;
    await inTurn(standings, (standing) => searchOne(standing, { ...options, seed, share }));
  }
  if (options.isKept)
    for (const { target, corpus } of standings) await replaceCorpus(target, corpus);
  const searched = standings.filter(({ isSearched }) => isSearched);
  const failed = searched.filter(({ failures }) => failures > 0).length;
  return { passed: searched.length - failed, failed };
}

async function inTurn(
  standings: readonly Standing[],
  run: (standing: Standing) => Promise<void>,
): Promise<void> {
  const waiting = [...standings];
  const line = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
}

async function searchOne(
  standing: Standing,
  { seed, share, isKept, signal, write }: CampaignOptions & { readonly share: number },
): Promise<void> {
  if (signal.aborted) return;
  const { target, corpus } = standing;
  const startMs = performance.now();
  const ending = AbortSignal.any([signal, AbortSignal.timeout(Math.round(share))]);
  const wish = {
    target,
    seed,
    executions: Number.POSITIVE_INFINITY,
    most: MOST_FAILURES,
    corpus,
    faults: [],
    isTrimmed: isKept,
  };
  const end = await search(wish, { signal: ending });
  standing.isSearched = true;
  standing.corpus = end.corpus;
  standing.failures += end.found.length;
  write(progressLine(target, end.progress, performance.now() - startMs));
  for (const found of end.found) await report(found, { target, write });
}

async function report(
  found: Found,
  { target, write }: { readonly target: string; readonly write: (line: string) => void },
): Promise<void> {
  const file = await keepFailing(target, found.input);
  write(`\n✖ ${target}: ${found.text}\n  ${found.input.length} bytes. Run it again with`);
  write(`  npm run fuzz -- --input ${path.relative(process.cwd(), file)} ${target}\n`);
}

function progressLine(
  target: string,
  { executions, features, corpus }: Progress,
  ms: number,
): string {
  const rate = Math.round((executions * 1000) / ms);
  return [
    target.padEnd(20),
    `${String(executions).padStart(9)} inputs`,
    `${String(rate).padStart(7)}/s`,
    `${String(features).padStart(6)} ways`,
    `${String(corpus).padStart(5)} kept`,
  ].join('  ');
}
