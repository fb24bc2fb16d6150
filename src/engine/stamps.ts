/** Times of a disk as milliseconds, and how exact they are. */

import type { Timestamp } from '../model/entry.ts';

/** On a disk that keeps whole seconds, or two of them, a write so long after another may leave its time as it is. */
export const COARSE_WINDOW_MS = 2500;

/** Unix milliseconds, with a fraction. */
export function msOf({ s, ns }: Timestamp): number {
  return s * 1000 + ns / 1e6;
}
