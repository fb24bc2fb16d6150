/** What a look at the disk came to. */

import type { ErrorCode } from '../base/error.ts';
import type { RelPath } from '../model/path.ts';
import type { FileStatus } from '../ports/file-system.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import type { Sighting } from './recorder.ts';

/** A path whose content has to be read. */
export interface Unread {
  readonly path: RelPath;
  readonly diskPath: string;
  readonly status: FileStatus;
  readonly basedOn: number;
}

/** What a look came to. Everything else is as our rows say. */
export interface Findings {
  readonly unread: Unread[];
  readonly sightings: Sighting[];
  /** Rows of ours that are proved to be gone, what stood below directories included. */
  readonly gone: OurEntry[];
  /** Disk paths of directories that were met. */
  readonly directories: string[];
  readonly problems: { readonly path: string; readonly code: ErrorCode }[];
  /** What each complete listing told. */
  readonly listings: {
    readonly dir: string;
    readonly problems: readonly { readonly path: string; readonly code: ErrorCode }[];
  }[];
  /** Disk paths that are there, well or not, and such that are not. */
  readonly there: string[];
  readonly absent: string[];
  /** Disk paths to be looked at again, and directories to be listed. */
  readonly doubts: { readonly path: string; readonly isTree: boolean }[];
  readonly toList: { readonly path: string; readonly isTree: boolean }[];
  /** Disk paths that are well. */
  readonly well: string[];
  /** Disk paths whose row is younger than the look: what was seen may be what stood there before it. */
  readonly outrun: string[];
}

/** The circumstances of a look. */
export interface Looked {
  /** Wall time when it began. */
  readonly readAtMs: number;
  /** Our last sequence when it began. */
  readonly sequence: number;
  /** The root's file system. */
  readonly device: bigint;
  /** A person has said that what is gone is gone. */
  readonly isConfirmed: boolean;
}

export function noFindings(): Findings {
  return {
    unread: [],
    sightings: [],
    gone: [],
    directories: [],
    problems: [],
    listings: [],
    there: [],
    absent: [],
    doubts: [],
    toList: [],
    well: [],
    outrun: [],
  };
}
