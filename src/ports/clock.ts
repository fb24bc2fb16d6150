/** Time. Wall time breaks ties and dates things; nothing else may depend on it, for it can jump. */

export interface Clock {
  /** Wall time in Unix milliseconds. */
  now(): number;
  /** Milliseconds since some start; never goes back. For every duration and timeout. */
  mono(): number;
  /** Resolves after `ms`; rejects with the signal's reason once it aborts. 0 lets others run first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `ring` once, after `ms`, never before it returns. The result calls it off. */
  alarm(ms: number, ring: () => void): () => void;
}
