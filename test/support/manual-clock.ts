/** A clock that stands still until it is told to go; everything that waits runs to its next wait in between. */

import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return 1_800_000_000_000 + this.#now;
  }

  mono(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const silence = this.alarm(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      const abort = () => {
        silence();
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  alarm(ms: number, ring: () => void): () => void {
    const sleeper: Sleeper = { at: this.#now + ms, wake: ring };
    this.#sleepers.add(sleeper);
    return () => this.#sleepers.delete(sleeper);
  }

  /** Lets `ms` pass, one sleeper after the other. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settled();
    }
    this.#now = end;
  }

  /** Lets time pass until the predicate holds; fails after `ms`. */
  async until(what: string, predicate: () => boolean, ms = 60_000): Promise<void> {
    const end = this.#now + ms;
    await settled();
    while (!predicate()) {
      if (this.#now >= end) throw new Error(`this did not happen in ${ms} ms: ${what}`);
      await this.advance(50);
    }
  }

  #next(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at <= end && (first === undefined || sleeper.at < first.at)) first = sleeper;
    }
    return first;
  }
}

/** Resolves when every promise that can go on has done so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
