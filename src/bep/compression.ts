/**
 * Unpacks LZ4 message bodies: u32 big-endian size, then one raw LZ4 block. Nothing is ever sent packed. Source: BEP v1,
 * framing; LZ4 block format.
 */

import { uncompressSync } from 'lz4-napi';
import { KithError } from '../base/error.ts';

const PREFIX_BYTES = 4;
/** One byte of an LZ4 block yields at most this many bytes. */
const MOST_RATIO = 255;

/**
 * The unpacked body, in a buffer of its own. Its claimed size is held against `limit` (WIRE_TOO_LARGE) and against what
 * the block could yield before anything is allocated; WIRE_LZ4_INVALID if it cannot be unpacked. `body` is overwritten.
 */
export function unpack(body: Uint8Array, limit: number): Uint8Array {
  if (body.length <= PREFIX_BYTES) throw new KithError('WIRE_LZ4_INVALID', { bytes: body.length });
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const size = view.getUint32(0);
  if (size > limit) throw new KithError('WIRE_TOO_LARGE', { bytes: size, limit });
  if (size > (body.length - PREFIX_BYTES) * MOST_RATIO) {
    throw new KithError('WIRE_LZ4_INVALID', { bytes: body.length, claimed: size });
  }
  // The library has the same layout but for the order of the prefix's bytes.
  view.setUint32(0, size, true);
  try {
    const unpacked = uncompressSync(body);
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
  } catch (error) {
    throw new KithError('WIRE_LZ4_INVALID', { bytes: body.length }, error);
  }
}
