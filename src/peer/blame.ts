/** How much wrong content a device may send: a file that changes while it is read is forgiven, a habit is not (MAL-01). */

import type { Clock } from '../ports/clock.ts';

const MOST = 64;
const SPAN_MS = 60_000;

/** Counts wrong blocks within a minute. */
export class Blame {
  readonly #clock: Clock;
  #since = 0;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more; true if it is one too many. */
  add(): boolean {
    const now = this.#clock.mono();
    if (this.#count === 0 || now - this.#since > SPAN_MS) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count++;
    return this.#count > MOST;
  }
}
