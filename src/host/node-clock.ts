/** ports/clock on Node. */

import type { Clock } from '../ports/clock.ts';

/** Longest wait of one timer; Node takes anything above for 1. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The system's clocks. A sleep keeps the process alive. */
export class NodeClock implements Clock {
  now(): number {
    return Date.now();
  }

  mono(): number {
    return performance.now();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const silence = this.alarm(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        silence();
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  alarm(ms: number, ring: () => void): () => void {
    if (ms <= MAX_TIMER_MS) return start(ms, ring);
    let silence = start(MAX_TIMER_MS, () => {
      silence = this.alarm(ms - MAX_TIMER_MS, ring);
    });
    return () => silence();
  }
}

/** Calls `act` later; the result takes that back. A timer of 0 would wait for 1 ms. */
function start(ms: number, act: () => void): () => void {
  if (ms <= 0) {
    const immediate = setImmediate(act);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}
