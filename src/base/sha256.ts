/** SHA-256 of bytes at hand: pure, so it may be used anywhere; the one file outside the host that names node:crypto. */

import { hash } from 'node:crypto';

/** Length of a hash in bytes. */
export const HASH_BYTES = 32;

/** The 32-byte SHA-256 of `bytes`. About 1.7 GB/s on one thread; off the main thread for more than a few MiB. */
export function sha256(bytes: Uint8Array | string): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}
