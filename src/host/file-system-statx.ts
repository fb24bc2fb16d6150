/** Looking at many names fast: statx with a descriptor, twice as quick as a path through `/proc`. */

import type { Timestamp } from '../model/entry.ts';
import type { FileStatus } from '../ports/file-system.ts';
import { STATX_BYTES, systemCalls } from './ffi.ts';
import { kindOf } from './file-system-status.ts';

/** Type, mode, links, inode, size and times; what the kernel filled in stands in the same bits. */
const BASIC = 0x7ff;

// struct statx is the same on every 64-bit Linux; both that are supported are little-endian.
const buffer = new ArrayBuffer(STATX_BYTES);
const bytes = new Uint8Array(buffer);
const words = new DataView(buffer);
const FIELD = {
  mask: 0,
  links: 16,
  mode: 28,
  attributes: 8,
  inode: 32,
  size: 40,
  ctime: 96,
  mtime: 112,
} as const;
/** STATX_ATTR_MOUNT_ROOT, in the lower half of the attributes. */
const MOUNT_ROOT = 0x2000;
const DEVICE = { major: 136, minor: 140 } as const;
const device = { major: -1, minor: -1, value: 0n };

/** The status of a name in an open directory, '' for what is open itself. undefined says nothing: absent, failed, or no such call; ask otherwise. */
export function statusFast(fd: number, name: string): FileStatus | undefined {
  const found = systemCalls();
  if (found.kind === 'missing' || !found.calls.statx({ fd, name }, bytes, BASIC)) return undefined;
  return (words.getUint32(FIELD.mask, true) & BASIC) === BASIC ? readStatus() : undefined;
}

function readStatus(): FileStatus {
  const mode = words.getUint16(FIELD.mode, true);
  return {
    kind: kindOf(mode),
    size: readInt64(FIELD.size),
    mode: mode & 0o7777,
    mtime: readTime(FIELD.mtime),
    ctime: readTime(FIELD.ctime),
    inode: words.getBigUint64(FIELD.inode, true),
    device: readDevice(),
    isMountRoot: (words.getUint32(FIELD.attributes, true) & MOUNT_ROOT) !== 0,
    links: words.getUint32(FIELD.links, true),
  };
}

function readTime(at: number): Timestamp {
  return { s: readInt64(at), ns: words.getUint32(at + 8, true) };
}

/** Exact up to 2^53: sizes and seconds are far below. */
function readInt64(at: number): number {
  return words.getInt32(at + 4, true) * 2 ** 32 + words.getUint32(at, true);
}

/** The number that stat makes of the two halves. Almost always the same as the last time. */
function readDevice(): bigint {
  const major = words.getUint32(DEVICE.major, true);
  const minor = words.getUint32(DEVICE.minor, true);
  if (major !== device.major || minor !== device.minor) {
    const [high, low] = [BigInt(major), BigInt(minor)];
    device.value =
      ((high & ~0xfffn) << 32n) | ((low & ~0xffn) << 12n) | ((high & 0xfffn) << 8n) | (low & 0xffn);
    device.major = major;
    device.minor = minor;
  }
  return device.value;
}
