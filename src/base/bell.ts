/** Wakes a loop that waits: rings before the wait are kept, several are as good as one. */

/** What a wait needs of ports/clock. */
export interface Alarms {
  alarm(ms: number, ring: () => void): () => void;
}

/** A day: longer waits are made of several. */
const FOREVER_MS = 86_400_000;

/** For one waiter at a time. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | undefined;

  /** Ends the wait that is on, or the next one. */
  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves at a ring or after `ms` (undefined: a day); rejects with the signal's reason. */
  async wait(clock: Alarms, ms: number | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isRung) await this.#sleep(clock, ms ?? FOREVER_MS, signal);
    this.#isRung = false;
    signal.throwIfAborted();
  }

  async #sleep(clock: Alarms, ms: number, signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const wake = (): void => this.#wake?.();
    const silence = clock.alarm(ms, wake);
    signal.addEventListener('abort', wake);
    await woken;
    signal.removeEventListener('abort', wake);
    silence();
    this.#wake = undefined;
  }
}
