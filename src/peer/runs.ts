/**
 * Tells the runs of one device's program apart. A device that starts anew shows a new run, and never an old one again; two
 * that show one key, a copied disk or a restored machine, show theirs in turn. Such a key is nobody's: IDN-01, I26.
 */

import type { Clock } from '../ports/clock.ts';

/** Both must dial again within this time to be told apart from one that is left; the slowest pace is a minute. */
const ALIVE_MS = 180_000;
const MOST_KEPT = 16;

interface Run {
  readonly firstMono: number;
  readonly lastMono: number;
}

/** What a device shows: which run says Hello, on a connection that began when. */
export interface ShownRun {
  /** 0n: the device does not say. */
  readonly started: bigint;
  readonly beganMono: number;
}

/** One device's runs, as far as they were heard of since our own start. */
export class Runs {
  readonly #clock: Pick<Clock, 'mono'>;
  readonly #runs = new Map<bigint, Run>();
  #areTwins = false;

  constructor(clock: Pick<Clock, 'mono'>) {
    this.#clock = clock;
  }

  /** A Hello was heard; true if another run of the same key is alive beside this one: then nothing may be exchanged. */
  isTwin({ started, beganMono }: ShownRun): boolean {
    if (started === 0n) return false;
    const nowMono = this.#clock.mono();
    const known = this.#runs.get(started);
    const others = [...this.#runs].filter(([run]) => run !== started).map(([, run]) => run);
    const firstMono = known?.firstMono ?? nowMono;
    // It spoke, another one spoke, and it speaks again on a connection that began after that.
    const isBack = others.some((run) => run.firstMono > firstMono && beganMono > run.firstMono);
    const isOtherAlive = others.some((run) => nowMono - run.lastMono < ALIVE_MS);
    const wereTwins = this.#areTwins;
    this.#areTwins = wereTwins ? isOtherAlive : isBack;
    // The others are over; were they to come back, it would begin anew.
    if (wereTwins && !this.#areTwins) this.#runs.clear();
    this.#runs.delete(started);
    this.#runs.set(started, { firstMono, lastMono: nowMono });
    for (const [run] of this.#runs) if (this.#runs.size > MOST_KEPT) this.#runs.delete(run);
    return this.#areTwins;
  }
}
