/** What the watcher's thread is started with and says. It hears nothing: it stands in a system call, so it reads shared numbers. */

import type { WatchBatch } from '../ports/watcher.ts';

export interface InotifyWorkerData {
  readonly root: string;
  /** An Int32Array of FIELD_COUNT numbers. */
  readonly shared: SharedArrayBuffer;
}

export type InotifyMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'batch'; readonly batch: WatchBatch };

/** Not 0: end now. */
export const STOP = 0;
/** How many events the reader took in all, modulo 2^32. */
export const TAKEN = 1;
export const FIELD_COUNT = 2;
