/** What the platters of a simulated disk hold, and the changes on their way there. */

import type { Timestamp } from '../../src/model/entry.ts';
import type { FileKind } from '../../src/ports/file-system.ts';

/** An inode as the platters have it. */
export interface DurableInode {
  readonly uid: number;
  readonly ino: bigint;
  readonly device: bigint;
  readonly kind: FileKind;
  readonly target: Uint8Array;
  readonly entries: Map<string, DurableEntry>;
  content: Uint8Array;
  mode: number;
  mtime: Timestamp;
  ctime: Timestamp;
}

/** A name as the platters have it. */
export interface DurableEntry {
  readonly name: string;
  readonly uid: number;
  readonly undecodable: boolean;
}

/** One change of a file: perhaps bytes, and size and metadata after it. */
export interface InodeChange {
  readonly offset: number;
  readonly bytes: Uint8Array | undefined;
  readonly size: number;
  readonly mode: number;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
  /** A sync failed after it: the bytes count as written and never will be. */
  lost: boolean;
}

/** One atomic change of names. */
export interface NameChange {
  /** Directories whose order it belongs to. */
  readonly dirs: readonly number[];
  readonly changes: readonly {
    readonly dir: number;
    readonly key: string;
    readonly to: DurableEntry | undefined;
  }[];
  /** Of the directories after it; undefined if it leaves that alone. */
  readonly time: Timestamp | undefined;
}

/** A copy that is cut, or extended with zeros. */
export function resized(content: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(size);
  copy.set(content.subarray(0, size));
  return copy;
}
