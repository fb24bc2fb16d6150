/** Retry delays as a pure sequence: doubling, bounded, with jitter drawn by the caller. */

/** Bounds of a retry sequence, in milliseconds. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * The delay before try number `attempt` (0 is the first retry), in milliseconds. `draw` in [0, 1) spreads it over
 * the upper half of the interval, so that devices that failed together do not return together.
 */
export function backoffMs(attempt: number, draw: number, limits: BackoffLimits): number {
  const full = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * draw);
}
