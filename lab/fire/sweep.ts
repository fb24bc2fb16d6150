/** Kill and error sweeps: which call of which flow is struck how, and the workers that play the cases. */

import { SimRandom } from '../sim/random.ts';
import type { CallSet } from './calls.ts';
import type { Case } from './case.ts';
import { FLOWS, type Flow } from './flows.ts';
import type { Pool } from './pool.ts';
import { hasTime, type Run } from './run.ts';

/** One flow with one victim, and what happens to it. */
export interface Target {
  readonly flow: Flow;
  readonly victim: string;
  readonly calls: CallSet;
  readonly act: string;
  readonly times: number;
}

export interface SweepOptions {
  readonly kind: 'kills' | 'errors';
  readonly targets: readonly Target[];
  /** Number of the call, if it is one case alone. */
  readonly at: number | undefined;
  /** Cases at most, spread evenly; undefined: every call. */
  readonly most: number | undefined;
}

/** Errors of the calls that change, and of those that read. */
const ERRORS: Readonly<Record<CallSet, readonly string[]>> = {
  changing: ['EIO', 'ENOSPC', 'EACCES', 'EMFILE'],
  reading: ['EIO', 'EACCES', 'EMFILE'],
};
/** Calls in a row: one, and a stretch of trouble. */
const LENGTHS = [1, 25];
/** Ways through a flow that are counted, and calls that are struck, before it is seen whether there is time for more. */
const ROUND = { counted: 3, strikes: 9 };
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What is chosen by hand; the rest is everything. */
export interface Choice {
  readonly flow?: string | undefined;
  readonly victim?: string | undefined;
  readonly calls?: string | undefined;
  readonly act?: string | undefined;
  readonly times?: string | undefined;
}

export function killTargets(choice: Choice): readonly Target[] {
  return pairsOf(choice).map((pair) => ({ ...pair, calls: 'changing', act: 'kill', times: 1 }));
}

export function errorTargets(choice: Choice): readonly Target[] {
  const { calls, act, times } = choice;
  return pairsOf(choice).flatMap((pair) =>
    (Object.keys(ERRORS) as CallSet[])
      .filter((set) => (calls ?? set) === set)
      .flatMap((set) =>
        (act === undefined ? ERRORS[set] : [act]).flatMap((error) =>
          (times === undefined ? LENGTHS : [Number(times)]).map((length) => ({
            ...pair,
            calls: set,
            act: error,
            times: length,
          })),
        ),
      ),
  );
}

function pairsOf({ flow, victim }: Choice): readonly Pick<Target, 'flow' | 'victim'>[] {
  const found = FLOWS.filter(({ name }) => (flow ?? name) === name).flatMap((each) =>
    each.victims
      .filter((name) => (victim ?? name) === name)
      .map((name) => ({ flow: each, victim: name })),
  );
  if (found.length > 0) return found;
  throw new Error(`no such flow or victim; flows: ${FLOWS.map(({ name }) => name).join(', ')}`);
}

/** Plays the cases, as many as there is time for. */
export async function sweep(run: Run, pool: Pool, options: SweepOptions): Promise<void> {
  const { kind, targets, at, most } = options;
  const play = async (struck: Struck, worker: number): Promise<void> => {
    if (!hasTime(run)) return;
    await pool.play(caseOf(struck), { repeat: repeatOf(kind, struck), worker });
  };
  if (at !== undefined) {
    await pool.each(
      targets.slice(0, 1).map((target) => ({ ...target, at })),
      play,
    );
    return;
  }
  if (run.endMs !== Infinity && most === undefined) {
    return await sweepSome(run, pool, { kind, targets, play });
  }
  const counts = await count(run, pool, { kind, targets });
  const total = counts.reduce((sum, each) => sum + each.count, 0);
  run.tally.note(`${kind}: ${total} calls in ${counts.length} ways to strike`);
  await pool.each(spread(counts, { total, most, seed: run.seed }), play);
}

/**
 * As much as there is time for, in rounds: some more ways through flows, drawn by the seed, are counted in each, and then calls of all
 * that are counted by now are struck. So much is struck however slow the machine is.
 */
async function sweepSome(
  run: Run,
  pool: Pool,
  {
    kind,
    targets,
    play,
  }: Pick<SweepOptions, 'kind' | 'targets'> & {
    readonly play: (struck: Struck, worker: number) => Promise<void>;
  },
): Promise<void> {
  const drawn = new SimRandom(run.seed).fork(kind).shuffled([...new Set(targets.map(keyOf))]);
  let counts: readonly Counted[] = [];
  for (let round = 0; hasTime(run); round++) {
    const keys = drawn.slice(round * ROUND.counted, (round + 1) * ROUND.counted);
    const more = targets.filter((target) => keys.includes(keyOf(target)));
    counts = [...counts, ...(await count(run, pool, { kind, targets: more }))];
    const total = counts.reduce((sum, each) => sum + each.count, 0);
    const first = round * ROUND.strikes;
    await pool.each(spread(counts, { total, most: ROUND.strikes, seed: run.seed, first }), play);
  }
  const total = counts.reduce((sum, each) => sum + each.count, 0);
  run.tally.note(`${kind}: ${total} calls in ${counts.length} of ${targets.length} ways to strike`);
}

/** How many calls there are to strike: what the program does differs little from run to run. */
async function count(
  run: Run,
  pool: Pool,
  { kind, targets }: Pick<SweepOptions, 'kind' | 'targets'>,
): Promise<readonly Counted[]> {
  const { counts } = pool;
  const unknown = targets.filter((target) => !counts.has(keyOf(target)));
  const different = [...new Map(unknown.map((target) => [keyOf(target), target])).values()];
  await pool.each(different, async (target, worker) => {
    if (!hasTime(run)) return;
    const struck = { ...target, at: 0 };
    const { seen } = await pool.play(caseOf(struck), { repeat: repeatOf(kind, struck), worker });
    counts.set(keyOf(target), seen.counted);
  });
  return targets.map((target) => ({ ...target, count: counts.get(keyOf(target)) ?? 0 }));
}

/** Targets that have this in common have the same calls. */
function keyOf({ flow, victim, calls }: Target): string {
  return `${flow.name} ${victim} ${calls}`;
}

function caseOf({ flow, victim, calls, act, times, at }: Struck): Case {
  return { flow, victim, strike: { calls, act, times, at } };
}

function repeatOf(kind: SweepOptions['kind'], struck: Struck): string {
  const { flow, victim, calls, act, times, at } = struck;
  const how = kind === 'kills' ? '' : ` --calls ${calls} --act ${act} --times ${times}`;
  return `${kind} --flow ${flow.name} --victim ${victim}${how} --at ${at}`;
}

type Struck = Target & { readonly at: number };
type Counted = Target & { readonly count: number };

/** Every call in its order, or some of them: any beginning of the row is spread evenly over all. */
function* spread(
  counts: readonly Counted[],
  {
    total,
    most,
    seed,
    first = 0,
  }: {
    readonly total: number;
    readonly most: number | undefined;
    readonly seed: number;
    readonly first?: number;
  },
): Generator<Struck> {
  const isAll = most === undefined;
  for (let index = first; index < first + (most ?? total); index++) {
    const share = (seed * 0.137 + index * GOLDEN) % 1;
    let left = isAll ? index : Math.floor(share * total);
    const target = counts.find(({ count }) => {
      if (left < count) return true;
      left -= count;
      return false;
    });
    if (target !== undefined) yield { ...target, at: left + 1 };
  }
}
