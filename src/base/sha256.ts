/** SHA-256 of bytes at hand: pure, so it may be used anywhere; the one file outside the host that names node:crypto. */

import { hash } from 'node:crypto';

/** Length of a hash in bytes. */
export const HASH_BYTES = 32;

/** The 32-byte SHA-256 of `bytes`. About 1.7 GB/s on one thread; off the main thread for more than a few MiB. */
export function sha256(bytes: Uint8Array | string): Uint8Array {
  // As text, which comes back much faster than a buffer does: most of what is hashed is short.
  const text = hash('sha256', bytes, 'binary');
  const sum = new Uint8Array(HASH_BYTES);
  for (let at = 0; at < HASH_BYTES; at++) sum[at] = text.charCodeAt(at);
  return sum;
}
