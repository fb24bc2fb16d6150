/** Kill and error sweeps: which call of which flow is struck how, and the workers that play the cases. */

import path from 'node:path';
import type { CallSet } from './calls.ts';
import { type Case, type Outcome, Player } from './case.ts';
import { FLOWS, type Flow } from './flows.ts';
import { Ground } from './ground.ts';
import { hasTime, install, type Run } from './run.ts';
import { Striker } from './strike.ts';

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
  readonly jobs: number;
}

/** Errors of the calls that change, and of those that read. */
const ERRORS: Readonly<Record<CallSet, readonly string[]>> = {
  changing: ['EIO', 'ENOSPC', 'EACCES', 'EMFILE'],
  reading: ['EIO', 'EACCES', 'EMFILE'],
};
/** Calls in a row: one, and a stretch of trouble. */
const LENGTHS = [1, 25];
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
export async function sweep(run: Run, options: SweepOptions): Promise<void> {
  await install('lab');
  const { kind, targets, at, most, jobs } = options;
  const pool = new Pool(run, jobs);
  if (at !== undefined) {
    const list = targets.slice(0, 1).map((target) => ({ ...target, at }));
    return await pool.play(kind, list);
  }
  const counts = await pool.count(targets);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  run.tally.say(`${kind}: ${total} calls in ${counts.length} ways to strike`);
  await pool.play(kind, spread(counts, { total, most, seed: run.seed }));
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
  }: { readonly total: number; readonly most: number | undefined; readonly seed: number },
): Generator<Struck> {
  const isAll = most === undefined;
  for (let index = 0; index < (most ?? total); index++) {
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

/** Workers, each with devices of its own. */
class Pool {
  readonly #run: Run;
  readonly #jobs: number;
  readonly #players = new Map<
    string,
    Promise<{ readonly player: Player; readonly ground: Ground }>
  >();
  #striker: Promise<Striker> | undefined;

  constructor(run: Run, jobs: number) {
    this.#run = run;
    this.#jobs = jobs;
  }

  /** How many calls there are to strike: what the program does differs little from run to run. */
  async count(targets: readonly Target[]): Promise<readonly Counted[]> {
    const keyOf = ({ flow, victim, calls }: Target): string => `${flow.name} ${victim} ${calls}`;
    const first = [...new Map(targets.map((target) => [keyOf(target), target])).values()];
    const counts = new Map<string, number>();
    await this.#each(first, async (target, worker) => {
      const outcome = await this.#try({ ...target, at: 0 }, worker);
      counts.set(keyOf(target), outcome.seen.counted);
      if (outcome.faults.length > 0) {
        this.#run.tally.fail(`kills --flow ${target.flow.name} --victim ${target.victim} --at 0`, [
          'without any trouble:',
          ...outcome.faults,
        ]);
      }
    });
    return targets.map((target) => ({ ...target, count: counts.get(keyOf(target)) ?? 0 }));
  }

  async play(kind: string, cases: Iterable<Struck>): Promise<void> {
    const { tally } = this.#run;
    await this.#each(cases, async (struck, worker) => {
      if (!hasTime(this.#run)) return;
      const { flow, victim, calls, act, times, at } = struck;
      const outcome = await this.#try(struck, worker);
      const { faults, seen, remarks } = outcome;
      if (faults.length === 0 && seen.struck.length === 0) return tally.miss();
      if (faults.length === 0) return tally.pass();
      const how = kind === 'kills' ? '' : ` --calls ${calls} --act ${act} --times ${times}`;
      const repeat = `${kind} --flow ${flow.name} --victim ${victim}${how} --at ${at}`;
      const { ground } = await this.#player(flow.names, worker);
      const place = await ground.putAside(
        path.join(this.#run.kept, repeat.replaceAll(/[ -]+/g, '-')),
      );
      const struckAt = seen.struck.slice(0, 3).map((line) => `struck: ${line}`);
      tally.fail(repeat, [...struckAt, ...faults, ...remarks, `its files: ${place}`]);
    });
  }

  async #try(struck: Struck, worker: number): Promise<Outcome> {
    const { flow, victim, calls, act, times, at } = struck;
    const { player } = await this.#player(flow.names, worker);
    const one: Case = { flow, victim, strike: { calls, act, times, at } };
    return await player.play(one);
  }

  async #each<T>(
    items: Iterable<T>,
    act: (item: T, worker: number) => Promise<void>,
  ): Promise<void> {
    const rest = items[Symbol.iterator]();
    const work = async (worker: number): Promise<void> => {
      for (let next = rest.next(); next.done !== true; next = rest.next()) {
        await act(next.value, worker);
      }
    };
    await Promise.all(Array.from({ length: this.#jobs }, (_, worker) => work(worker)));
  }

  #player(names: readonly string[], worker: number) {
    const key = `${names.join('')}-${worker}`;
    const known = this.#players.get(key) ?? this.#make(names, key);
    this.#players.set(key, known);
    return known;
  }

  async #make(names: readonly string[], key: string) {
    const { scope, directory } = this.#run;
    this.#striker ??= Striker.make(directory);
    const striker = await this.#striker;
    const ground = await Ground.make(scope, path.join(directory, key), { names });
    return { ground, player: new Player(ground, striker) };
  }
}
