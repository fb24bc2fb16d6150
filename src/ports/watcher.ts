/** News that something in a tree may have changed. A hint: the disk is the truth, and a lost hint must be admitted. */

/** `path`: relative to the root, as spelled on the disk, `/` between parts; '' is the root itself. */
export interface WatchEvent {
  readonly path: string;
  /** `settled`: written and closed, moved, removed, or attributes changed. `writing`: being written. `tree`: look at all below. */
  readonly kind: 'settled' | 'writing' | 'tree';
}

/** `overflow`: events were lost, everything has to be looked at. `blind`: some directories are not watched, and why. */
export interface WatchBatch {
  readonly events: readonly WatchEvent[];
  readonly overflow: boolean;
  readonly blind: string | undefined;
}

export interface Watcher {
  /**
   * Batches from the moment `ready` resolves until the signal aborts (then it ends without an error). Control directories
   * (`.kith`) are left out. A directory that appears is watched before it is reported as a `tree`.
   */
  watch(root: string, signal: AbortSignal): Watch;
}

export interface Watch {
  /** Resolves when every directory that was there at the start is watched (or reported blind). */
  readonly ready: Promise<void>;
  readonly batches: AsyncIterable<WatchBatch>;
}
