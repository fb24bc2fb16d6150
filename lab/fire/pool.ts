/** Workers that play cases at the same time, each with devices of its own, and tell how they ended. */

import path from 'node:path';
import { type Case, type Outcome, Player } from './case.ts';
import { Ground } from './ground.ts';
import type { Run } from './run.ts';
import { Striker } from './strike.ts';

interface Seat {
  readonly ground: Ground;
  readonly player: Player;
}

export class Pool {
  readonly #run: Run;
  readonly #seats = new Map<string, Promise<Seat>>();
  /** How many calls of a kind there were when nothing was struck, by words for what was played. */
  readonly counts = new Map<string, number>();
  #striker: Promise<Striker> | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Gives every item to a worker. Throws once all rest if one of them failed for a reason of its own. */
  async each<T>(
    items: Iterable<T>,
    act: (item: T, worker: number) => Promise<void>,
  ): Promise<void> {
    const rest = items[Symbol.iterator]();
    const work = async (worker: number): Promise<void> => {
      for (let next = rest.next(); next.done !== true; next = rest.next()) {
        await act(next.value, worker);
      }
    };
    await Promise.all(Array.from({ length: this.#run.jobs }, (_, worker) => work(worker)));
  }

  /** Plays one case and counts it; `repeat` are the words that repeat it. */
  async play(
    one: Case,
    { repeat, worker }: { readonly repeat: string; readonly worker: number },
  ): Promise<Outcome> {
    const { tally, kept } = this.#run;
    const { ground, player } = await this.#seat(one.flow.names, worker);
    tally.begin(repeat);
    const outcome = await player.play(one);
    const { faults, seen, remarks } = outcome;
    const isStruck = one.strike === undefined || one.strike.at === 0 || seen.struck.length > 0;
    if (faults.length > 0) {
      const place = await ground.putAside(path.join(kept, repeat.replaceAll(/[^\w]+/g, '-')));
      const struck = seen.struck.slice(0, 3).map((line) => `struck: ${line}`);
      tally.fail(repeat, [...struck, ...faults, ...remarks, `its files: ${place}`]);
    } else if (one.strike?.at === 0) tally.pass('undisturbed', repeat);
    else if (isStruck) tally.pass(repeat.split(' ')[0] ?? '', repeat);
    else tally.miss(repeat);
    return outcome;
  }

  #seat(names: readonly string[], worker: number): Promise<Seat> {
    const key = `${names.join('')}-${worker}`;
    const known = this.#seats.get(key) ?? this.#make(names, key);
    this.#seats.set(key, known);
    return known;
  }

  async #make(names: readonly string[], key: string): Promise<Seat> {
    const { scope, directory } = this.#run;
    this.#striker ??= Striker.make(directory);
    const striker = await this.#striker;
    const ground = await Ground.make(scope, path.join(directory, key), { names });
    return { ground, player: new Player(ground, striker) };
  }
}
