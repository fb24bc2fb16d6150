/** After a power cut: content that was recorded but never reached the disk looks like an edit, and is none. Pure. */

import { equalBytes } from '../base/bytes.ts';
import { HASH_BYTES, sha256 } from '../base/sha256.ts';
import { blockAt, blockCount } from '../model/block.ts';
import { compareTimes, type Entry, hasEqualContent, type Timestamp } from '../model/entry.ts';
import type { Found } from './local.ts';

/** What was found in place of ours, and the two times at which the disk last changed each of them, if known. */
export interface Suspicion {
  readonly found: Found;
  readonly ours: Entry;
  readonly foundChanged: Timestamp | undefined;
  readonly oursChanged: Timestamp | undefined;
}

/**
 * Whether what was found in place of `ours`, which may not have reached the disk before the power went, is damage: other
 * content under the recorded time, an older state of the disk, nothing at all, or zeros alone. Times of modification
 * are not compared for age: they may come from another device's clock.
 */
export function isDamage({ found, ours, foundChanged, oursChanged }: Suspicion): boolean {
  if (ours.kind !== 'file' || found.kind !== 'file') return false;
  if (hasEqualContent({ ...ours, ...found }, ours)) return false;
  const isOlder =
    foundChanged !== undefined &&
    oursChanged !== undefined &&
    compareTimes(foundChanged, oursChanged) < 0;
  const isUnmoved = compareTimes(found.mtime, ours.mtime) === 0;
  return found.size === 0 || isUnmoved || isOlder || isAllZero(found);
}

function isAllZero(found: Found): boolean {
  const count = blockCount(found.size, found.blockSize);
  if (found.blocks.length !== count * HASH_BYTES) return false;
  let size = -1;
  let zero: Uint8Array = new Uint8Array(0);
  for (let index = 0; index < count; index++) {
    const block = blockAt(found, index);
    if (block.size !== size) {
      size = block.size;
      zero = sha256(new Uint8Array(size));
    }
    if (!equalBytes(block.hash, zero)) return false;
  }
  return true;
}
