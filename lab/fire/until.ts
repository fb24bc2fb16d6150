/** Work that goes on for a while. */

import { setTimeout as sleep } from 'node:timers/promises';

/** When it is over: at this monotonic time, or when the signal aborts. */
export interface Until {
  readonly endMs: number;
  readonly signal: AbortSignal;
}

/** Waits; false, at once, if it would be over by then. */
export async function pause(ms: number, { endMs, signal }: Until): Promise<boolean> {
  if (performance.now() + ms > endMs) return false;
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return !signal.aborted;
}
