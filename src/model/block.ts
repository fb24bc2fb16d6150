/** Fixed-size pieces of a file. Source: BEP v1, blocks. */

import { HASH_BYTES } from '../base/sha256.ts';
import type { Entry } from './entry.ts';

/** Smallest block size in bytes, and the step from which sizes double. */
export const MIN_BLOCK_BYTES = 128 * 1024;
/** Largest block size in bytes. */
export const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

/** A file of `n` bytes is cut so that it has fewer than this many blocks, where the largest size allows it. */
const FEW_BLOCKS = 2000;

/** Block size for a file of `sizeBytes`: the smallest that keeps the file below 2000 blocks. */
export function blockSizeFor(sizeBytes: number): number {
  let size = MIN_BLOCK_BYTES;
  while (size < MAX_BLOCK_BYTES && sizeBytes >= FEW_BLOCKS * size) size *= 2;
  return size;
}

/** How many blocks a file has: at least one, an empty file's being empty. */
export function blockCount(sizeBytes: number, blockSize: number): number {
  return Math.max(1, Math.ceil(sizeBytes / blockSize));
}

/** One block of a file: where it stands and the hash of its bytes (a view). */
export interface Block {
  readonly index: number;
  readonly offset: number;
  readonly size: number;
  readonly hash: Uint8Array;
}

/** Block number `index` of a live file entry. */
export function blockAt(entry: Pick<Entry, 'size' | 'blockSize' | 'blocks'>, index: number): Block {
  const offset = index * entry.blockSize;
  return {
    index,
    offset,
    size: Math.min(entry.blockSize, entry.size - offset),
    hash: entry.blocks.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  };
}
