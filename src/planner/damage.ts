/** After a power cut: content that was recorded but never reached the disk looks like an edit, and is none. Pure. */

import { equalBytes } from '../base/bytes.ts';
import { HASH_BYTES, sha256 } from '../base/sha256.ts';
import { blockAt, blockCount } from '../model/block.ts';
import { compareTimes, type Entry, hasEqualContent, type Timestamp } from '../model/entry.ts';
import type { Found } from './local.ts';

/** What was found in place of ours, after a power cut. */
export interface Suspicion {
  readonly found: Found;
  readonly ours: Entry;
  /** What the disk tells of them: now, and when the row was made; undefined if nothing is known. */
  readonly seen: DiskFacts | undefined;
  readonly recorded: DiskFacts | undefined;
  /** From the start of the machine until now, in wall time as it is now. */
  readonly sinceBoot: { readonly from: Timestamp; readonly to: Timestamp };
}

/** The disk's own facts about a file that tell old from new. */
export interface DiskFacts {
  readonly inode: bigint;
  readonly ctime: Timestamp;
}

/** `either`: damage, or the edit of a person whose clock has been set back. */
export type Finding = 'sound' | 'damage' | 'either';

/**
 * What to think of what was found in place of `ours`, which may not have reached the disk before the power went. Damage is an
 * older state of the disk: another kind, or a link to something else, not dated later than ours. Of a file also other content
 * under the recorded time or change time, what ours had replaced, nothing at all, or zeros alone. A file that was moved here
 * later may well bear the same time: another inode, changed later. Times of modification are not compared for age: they may
 * come from another device's clock.
 */
export function judgeFound({ found, ours, seen, recorded, sinceBoot }: Suspicion): Finding {
  if (hasEqualContent({ ...ours, ...found }, ours)) return 'sound';
  const age = seen && recorded && compareTimes(seen.ctime, recorded.ctime);
  // No state from before the power cut was dated by the clock as it has run since, unless that was set back a long way.
  const doubtful = isBetween(seen?.ctime, sinceBoot) ? 'either' : 'damage';
  if (ours.kind !== 'file' || found.kind !== 'file') {
    // What takes the place of another kind, or of another link, is made or moved there, and dated later than that.
    return age !== undefined && age <= 0 ? doubtful : 'sound';
  }
  if (found.size === 0 || isAllZero(found)) return 'damage';
  const isSameFile = seen?.inode === recorded?.inode;
  const isMovedHere = age !== undefined && age > 0 && !isSameFile;
  if (compareTimes(found.mtime, ours.mtime) === 0 && !isMovedHere) return 'damage';
  // Dated by another clock what ours replaced may look newer than ours.
  const isBack = isContentOf(found, ours.previousHash);
  // A file that was changed several times within one step of its clock went back within it.
  const isOlder = age !== undefined && (age < 0 || (age === 0 && isSameFile));
  return isBack || isOlder ? doubtful : 'sound';
}

function isContentOf({ contentHash }: Found, hash: Uint8Array): boolean {
  return hash.length > 0 && equalBytes(contentHash, hash);
}

function isBetween(time: Timestamp | undefined, span: Suspicion['sinceBoot']): boolean {
  if (time === undefined) return false;
  return compareTimes(span.from, time) <= 0 && compareTimes(time, span.to) <= 0;
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
