/** Whether a folder is paused, and the wait until it is not. */

import { Bell } from '../base/bell.ts';
import type { Clock } from '../ports/clock.ts';

export class Rest {
  readonly #bell = new Bell();
  #isPaused: boolean;

  constructor(isPaused: boolean) {
    this.#isPaused = isPaused;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** False if it was so already. */
  set(isPaused: boolean): boolean {
    if (this.#isPaused === isPaused) return false;
    this.#isPaused = isPaused;
    this.#bell.ring();
    return true;
  }

  /** Resolves when it is not paused; rejects with the signal's reason. */
  async end(clock: Clock, signal: AbortSignal): Promise<void> {
    while (this.#isPaused) await this.#bell.wait(clock, undefined, signal);
  }
}
