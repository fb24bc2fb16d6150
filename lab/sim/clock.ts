/** A device's clock over the world's: its wall time may be off, drift and step; its durations are true. */

import type { Clock } from '../../src/ports/clock.ts';
import type { Owner } from './event-heap.ts';
import type { Scheduler } from './scheduler.ts';

/** Wall time at the beginning of every world: 2024-01-01T00:00:00Z. */
export const WORLD_BEGAN_MS = 1_704_067_200_000;

/** A device's wall clock outlives its crashes. */
export class SimClock {
  readonly #scheduler: Scheduler;
  #offsetMs = 0;
  #driftPpm = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Wall time in Unix milliseconds with a fraction. */
  wallMs(): number {
    const true_ = this.#scheduler.now;
    return WORLD_BEGAN_MS + this.#offsetMs + true_ * (1 + this.#driftPpm / 1e6);
  }

  /** How far the wall clock is off, at the beginning of the world. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /** Steps the wall clock forward, or back if negative. */
  step(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** Parts per million that the wall clock runs fast. */
  setDrift(ppm: number): void {
    this.#driftPpm = ppm;
  }

  /** The port for one life of the device: its sleeps never end once the owner is dead. `mono` starts at 0. */
  portFor(owner: Owner): Clock {
    const scheduler = this.#scheduler;
    const began = scheduler.now;
    return {
      now: () => Math.floor(this.wallMs()),
      mono: () => scheduler.now - began,
      sleep: (ms, signal) => sleep(scheduler, { ms, signal, owner }),
      alarm: (ms, ring) => alarm(scheduler, { ms, ring, owner }),
    };
  }
}

/** No timer is finer; a sleep for a rounding error would end before it began, again and again. */
const FINEST_MS = 0.001;

function alarm(
  scheduler: Scheduler,
  { ms, ring, owner }: { readonly ms: number; readonly ring: () => void; readonly owner: Owner },
): () => void {
  const after = ms > 0 ? Math.max(ms, FINEST_MS) : ms;
  return scheduler.after(after, ring, { label: 'wake', kind: 'timer', owner });
}

interface Sleep {
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly owner: Owner;
}

function sleep(scheduler: Scheduler, { ms, signal, owner }: Sleep): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      wake();
      reject(signal.reason);
    };
    const ring = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const wake = alarm(scheduler, { ms, ring, owner });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
