/**
 * The free choice that a world has: which of two things of one moment comes first, and how long each takes. `plain` makes none:
 * first come, first served. `even`: each takes half to one and a half of its time. `ragged`: some kinds of work on some
 * devices take very much longer than others, so that orders come about which evenly drawn times would not bring.
 */

import type { SimRandom } from './random.ts';

export type Schedule = 'plain' | 'even' | 'ragged';

/** How many times as long a kind of work takes in a ragged world. */
const RAGGED = [1, 1, 1, 1, 1, 1, 0.1, 30, 300] as const;

export class Pace {
  readonly #schedule: Schedule;
  readonly #ties: SimRandom;
  readonly #kinds: SimRandom;
  readonly #factors = new Map<string, number>();

  constructor(schedule: Schedule, random: SimRandom) {
    this.#schedule = schedule;
    this.#ties = random;
    this.#kinds = random.fork('kinds');
  }

  /** Orders what happens in one moment. */
  tie(): number {
    return this.#schedule === 'plain' ? 0 : this.#ties.u32();
  }

  /** How many times as long as usual it takes; `kind` says what, and on which device. */
  factor(kind: string, random: SimRandom): number {
    if (this.#schedule === 'plain') return 1;
    const even = 0.5 + random.unit();
    return this.#schedule === 'even' ? even : even * this.#raggedFactor(kind);
  }

  #raggedFactor(kind: string): number {
    const known = this.#factors.get(kind);
    if (known !== undefined) return known;
    const factor = this.#kinds.fork(kind).pick(RAGGED);
    this.#factors.set(kind, factor);
    return factor;
  }
}
