/** From "so much is left" to how much of the work is done, how fast, and for how long still. Pure: times are given. */

/** What was done lately counts more than what was done long ago. */
const MEMORY_MS = 5000;
/** A rate over less than this is chance, and so is a forecast from less. */
const LEAST_MS = 400;
const LEAST_FORECAST_MS = 2000;

/** What is seen of a piece of work at one moment. */
export interface Seen {
  readonly left: number;
  readonly before?: number;
}

/** Amounts are whatever was given: bytes or files. */
export interface Measured {
  readonly done: number;
  /** Of the work since nothing was left the last time. */
  readonly total: number;
  readonly left: number;
  /** undefined as long as too little is known. */
  readonly perSecond: number | undefined;
  readonly leftMs: number | undefined;
}

/** A rate, smoothed over some seconds. */
export class Rate {
  #amount = 0;
  #ms = 0;
  #lastMs: number | undefined;

  /** So much more has been done by now. */
  add(amount: number, nowMs: number): void {
    const gapMs = nowMs - (this.#lastMs ?? nowMs);
    const kept = Math.exp(-gapMs / MEMORY_MS);
    this.#amount = this.#amount * kept + amount;
    this.#ms = this.#ms * kept + gapMs;
    this.#lastMs = nowMs;
  }

  /** undefined as long as too little is known. */
  get perSecond(): number | undefined {
    return this.#ms < LEAST_MS ? undefined : this.#amount / (this.#ms / 1000);
  }
}

/** One piece of work, observed again and again. What is added to it while it is done makes the whole larger. */
export class Meter {
  #done = 0;
  #total = 0;
  #left = 0;
  #rate = new Rate();
  #startMs = 0;

  /** So much is left now. `before`: what was done when it was first seen, if that is known; it counts for no rate. */
  observe({ left, before = 0 }: Seen, nowMs: number): Measured {
    if (this.#left === 0 && left > 0) {
      [this.#done, this.#total, this.#rate] = [before, before + left, new Rate()];
      this.#rate.add(0, nowMs);
      this.#startMs = nowMs;
    } else {
      const step = this.#left - left;
      if (step >= 0) this.#done += step;
      else this.#total -= step;
      this.#rate.add(Math.max(0, step), nowMs);
    }
    this.#left = left;
    const { perSecond } = this.#rate;
    const isKnown = nowMs - this.#startMs >= LEAST_FORECAST_MS;
    const isMoving = perSecond !== undefined && perSecond > 0;
    const leftMs = isMoving && isKnown ? (left / perSecond) * 1000 : undefined;
    return { done: this.#done, total: this.#total, left, perSecond, leftMs };
  }
}
