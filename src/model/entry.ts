/** What a tree has at a path. Immutable; the same shape for what stands here and for what another device announced. */

import { equalBytes } from '../base/bytes.ts';
import type { RelPath } from './path.ts';
import type { Version } from './version.ts';

export type EntryKind = 'file' | 'directory' | 'symlink';

/** A time stamp without loss: whole Unix seconds (negative before 1970) and nanoseconds 0 … 999,999,999. */
export interface Timestamp {
  readonly s: number;
  readonly ns: number;
}

/** One version of one path. */
export interface Entry {
  readonly path: RelPath;
  readonly kind: EntryKind;
  /** A tombstone: the path is known to be gone. Then size is 0 and there is no content. */
  readonly deleted: boolean;
  /** "Exists with me but do not use": never fetched, never global while a valid version exists. */
  readonly invalid: boolean;
  /** Bytes of a file; 0 for everything else. */
  readonly size: number;
  /** Low nine bits of the mode; meaningless if `noPermissions` is set. */
  readonly mode: number;
  readonly noPermissions: boolean;
  readonly mtime: Timestamp;
  /** Short id of the device that made this version. */
  readonly modifiedBy: bigint;
  readonly version: Version;
  /** Size of every block but the last; 0 for what has no blocks. */
  readonly blockSize: number;
  /** The blocks' SHA-256 hashes one after the other, 32 bytes each; empty for what has no blocks. An empty file has one. */
  readonly blocks: Uint8Array;
  /** SHA-256 over `blocks` for a file, over the target for a link, empty else: equal means equal content. */
  readonly contentHash: Uint8Array;
  /**
   * `contentHash` of the content that the maker of this version of a file had here and put this content in the place of;
   * empty if that is not known, and for all that is no live file. The same bytes in blocks of another size have another hash:
   * then what was replaced is not recognised.
   */
  readonly previousHash: Uint8Array;
  /** Target of a symbolic link, any bytes; empty for everything else. */
  readonly target: Uint8Array;
}

/** An entry as a device announced it: `sequence` is the announcing device's own counter, above 0. */
export interface SequencedEntry extends Entry {
  readonly sequence: number;
}

/** Compares time stamps; negative if `a` is the earlier one. */
export function compareTimes(a: Timestamp, b: Timestamp): number {
  return a.s - b.s || a.ns - b.ns;
}

/** True if both have the same kind, existence and bytes; metadata aside. Two tombstones are equal whatever they were. */
export function hasEqualContent(a: Entry, b: Entry): boolean {
  if (a.deleted || b.deleted) return a.deleted === b.deleted;
  return a.kind === b.kind && equalBytes(a.contentHash, b.contentHash);
}
