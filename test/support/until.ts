/** Waiting in tests for what no promise tells. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves once `holds` is true; rejects after `mostMs` with what was waited for. */
export async function until(what: string, holds: () => boolean, mostMs = 60_000): Promise<void> {
  const startMs = performance.now();
  while (!holds()) {
    if (performance.now() - startMs > mostMs) throw new Error(`waited in vain for: ${what}`);
    await sleep(5);
  }
}
