/** A loop's bell: somebody rings when there is work, the loop waits for the ring or for a time. */

import type { Clock } from '../ports/clock.ts';

export class Wake {
  #ring: (() => void) | undefined;
  #rung = false;

  /** Ends the wait that is on, or the next one. */
  ring(): void {
    this.#rung = true;
    this.#ring?.();
  }

  /** Until a ring or for `ms` (undefined: no limit). Rejects with the signal's reason. */
  async wait(clock: Clock, ms: number | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#rung) await this.#sleep(clock, ms, signal);
    this.#rung = false;
  }

  async #sleep(clock: Clock, ms: number | undefined, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const rung = new Promise<void>((resolve) => {
      this.#ring = resolve;
    });
    const stop = AbortSignal.any([signal, over.signal]);
    const slept = clock.sleep(ms ?? FOREVER_MS, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
    try {
      await Promise.race([rung, slept]);
    } finally {
      this.#ring = undefined;
      over.abort();
    }
    signal.throwIfAborted();
  }
}

/** A day: longer waits are made of several. */
const FOREVER_MS = 86_400_000;
