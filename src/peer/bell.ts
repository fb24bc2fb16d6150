/** Wakes a loop that waits: rings before the wait are kept, several are as good as one. */

import type { Clock } from '../ports/clock.ts';

/** For one waiter. */
export class Bell {
  readonly #clock: Clock;
  #isRung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait that is on, or the next one. */
  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves at a ring or after `ms`; rejects with the signal's reason. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isRung) await this.#sleep(ms, signal);
    this.#isRung = false;
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const rung = new AbortController();
    this.#wake = () => rung.abort();
    try {
      await this.#clock.sleep(ms, AbortSignal.any([signal, rung.signal]));
    } catch (error) {
      if (signal.aborted || !rung.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
    }
  }
}
