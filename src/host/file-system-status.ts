/** What Node says of a file, in the terms of ports/file-system. */

import fs from 'node:fs';
import type { Timestamp } from '../model/entry.ts';
import type { FileKind, FileStatus, FileSystemAbilities } from '../ports/file-system.ts';
import { systemCalls } from './ffi.ts';

const NS_PER_S = 1_000_000_000n;

/** File systems (by statfs type: ext4, xfs, btrfs) of which it is known that syncfs makes everything durable. */
const SYNCS_AS_ONE: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e]);

/** Exact to the nanosecond; about a microsecond. */
export function toFileStatus(stats: fs.BigIntStats): FileStatus {
  const mode = Number(stats.mode);
  return {
    kind: kindOf(mode),
    size: Number(stats.size),
    mode: mode & 0o7777,
    mtime: toTimestamp(stats.mtimeNs),
    ctime: toTimestamp(stats.ctimeNs),
    inode: stats.ino,
    device: stats.dev,
    isMountRoot: false,
    links: Number(stats.nlink),
  };
}

/** The kind that the type bits of a mode tell. */
export function kindOf(mode: number): FileKind {
  switch (mode & fs.constants.S_IFMT) {
    case fs.constants.S_IFREG:
      return 'file';
    case fs.constants.S_IFDIR:
      return 'directory';
    case fs.constants.S_IFLNK:
      return 'symlink';
    default:
      return 'other';
  }
}

/** What the file system at `path` can do and how much room ordinary users have left on it. */
export function abilitiesAt(path: string): FileSystemAbilities {
  const { type, bavail, bsize } = fs.statfsSync(path);
  return {
    syncsAsOne: SYNCS_AS_ONE.has(type) && systemCalls().kind === 'found',
    freeBytes: bavail * bsize,
  };
}

function toTimestamp(total: bigint): Timestamp {
  const ns = Number(total % NS_PER_S);
  const s = Number(total / NS_PER_S);
  // Bigint division cuts towards zero: before 1970 the rest is negative.
  return ns < 0 ? { s: s - 1, ns: ns + 1e9 } : { s, ns };
}
