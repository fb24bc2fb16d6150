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
    let left = ms;
    for (; left > MAX_TIMER_MS; left -= MAX_TIMER_MS) await pause(MAX_TIMER_MS, signal);
    await pause(left, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const cancel = start(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    const abort = () => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
  });
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
