/**
 * A row as bytes and back: everything of an entry but its path, its sequence and its block list in one record. The
 * layout is described in docs/storage-format.md; a checksum over all of a row tells damage from data.
 */

import { assert } from '../base/assert.ts';
import { concatBytes } from '../base/bytes.ts';
import { KithError } from '../base/error.ts';
import { HASH_BYTES, sha256 } from '../base/sha256.ts';
import type { Entry, EntryKind, Timestamp } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { Counter, Version } from '../model/version.ts';
import type { OurEntry, Seen } from '../ports/folder-store.ts';
import { RecordReader, RecordWriter } from './record.ts';

/** First byte of every record that is written. */
const FORMAT = 3;
/** Those before are read where a database is brought up to date: the checksum covered path and record alone. */
const PARTLY_COVERED = 2;
/** And this one said neither what was replaced nor on which file system a directory stands. */
const OLDEST = 1;
const DIGEST_BYTES = 16;
/** Format, then the checksum of all that follows. */
const HEAD_BYTES = 5;
/** At least what a record has beside its parts of changing length. */
const FIXED_BYTES = 117;
const KINDS: readonly EntryKind[] = ['file', 'directory', 'symlink'];
const KIND_BITS = 0x03;
const DELETED = 0x04;
const INVALID = 0x08;
const NO_PERMISSIONS = 0x10;
const HAS_SEEN = 0x20;
const RACY = 0x40;
const HAS_DISK_PATH = 0x80;

const NOTHING = new Uint8Array(0);

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What a row keeps beside the entry, for rows of ours. */
export interface Local {
  readonly diskPath: string | undefined;
  readonly seen: Seen | undefined;
  readonly sequence: number;
}

/** Of rows of others. */
const NOT_OURS: Local = { diskPath: undefined, seen: undefined, sequence: 0 };

/** An entry as it is kept: with its path, and for rows of ours the sequence, this is everything. */
export interface Row {
  readonly record: Uint8Array;
  /** A view on the entry's own bytes. */
  readonly blocks: Uint8Array;
}

/** The record of `entry`; a fresh array. */
export function encodeRow(entry: Entry, local: Local = NOT_OURS): Row {
  const { diskPath, seen } = local;
  assert(diskPath === undefined || diskPath.isWellFormed(), 'a path on the disk is Unicode');
  const disk = diskPath === undefined ? undefined : encoder.encode(diskPath);
  const { version, contentHash, target, previousHash } = entry;
  const capacity =
    FIXED_BYTES +
    16 * version.length +
    contentHash.length +
    target.length +
    previousHash.length +
    (disk?.length ?? 0);
  const out = new RecordWriter(capacity);
  out.u8(FORMAT);
  out.u32(0);
  out.u8(flagsOf(entry, local));
  out.f64(entry.size);
  out.u32(entry.mode);
  writeTime(out, entry.mtime);
  out.u64(entry.modifiedBy);
  out.u32(entry.blockSize);
  writeVersion(out, version);
  out.bytes(contentHash);
  out.bytes(target);
  out.bytes(previousHash);
  if (seen !== undefined) writeSeen(out, seen);
  if (disk !== undefined) out.bytes(disk);
  const record = out.finish();
  const { blocks } = entry;
  const sum = checksum({ path: entry.path, sequence: local.sequence, record, blocks });
  new DataView(record.buffer).setUint32(1, sum);
  return { record, blocks };
}

/** The row of another device's version. Bytes are views on the row's. STORE_CORRUPT if it is not what was written. */
export function decodeEntry(path: string, row: Row): Entry {
  const { sequence } = NOT_OURS;
  return guarded(path, () => readEntry(open({ ...row, path, sequence }), { path, ...row }).entry);
}

/** A row of ours. Bytes are views on the row's. STORE_CORRUPT if it is not what was written. */
export function decodeOurs(path: string, sequence: number, row: Row): OurEntry {
  return guarded(path, () => {
    const opened = open({ ...row, path, sequence });
    const { from } = opened;
    const { entry, flags } = readEntry(opened, { path, blocks: row.blocks });
    const seen = (flags & HAS_SEEN) === 0 ? undefined : readSeen(opened, (flags & RACY) !== 0);
    const diskPath = (flags & HAS_DISK_PATH) === 0 ? undefined : decoder.decode(from.bytes());
    return { ...entry, sequence, diskPath, seen };
  });
}

/** 16 bytes that are equal for rows that are equal in all they keep: the identity of an announced version. A fresh array. */
export function rowDigest({ record, blocks }: Row): Uint8Array {
  const both = blocks.length === 0 ? record : concatBytes([record, blocks]);
  return new Uint8Array(sha256(both).subarray(0, DIGEST_BYTES));
}

/** The number by which rows are found by content: the first six bytes of the hash; undefined for what has no content here. */
export function contentPrefix(entry: Entry): number | undefined {
  if (entry.deleted || entry.invalid || entry.kind !== 'file') return undefined;
  return hashPrefix(entry.contentHash);
}

/** The first six bytes of a hash as a number. */
export function hashPrefix(hash: Uint8Array): number | undefined {
  if (hash.length !== HASH_BYTES) return undefined;
  let prefix = 0;
  for (let at = 0; at < 6; at++) prefix = prefix * 256 + (hash[at] ?? 0);
  return prefix;
}

function flagsOf(entry: Entry, { diskPath, seen }: Local): number {
  let flags = KINDS.indexOf(entry.kind);
  if (entry.deleted) flags |= DELETED;
  if (entry.invalid) flags |= INVALID;
  if (entry.noPermissions) flags |= NO_PERMISSIONS;
  if (seen !== undefined) flags |= HAS_SEEN;
  if (seen?.racy === true) flags |= RACY;
  if (diskPath !== undefined) flags |= HAS_DISK_PATH;
  return flags;
}

function readEntry(
  { from, isOldest }: Opened,
  { path, blocks }: { readonly path: string; readonly blocks: Uint8Array },
) {
  const flags = from.u8();
  const kind = KINDS[flags & KIND_BITS];
  if (kind === undefined) throw new RangeError('no such kind');
  const entry: Entry = {
    // Written from a RelPath, and the checksum covers it.
    path: path as RelPath,
    kind,
    deleted: (flags & DELETED) !== 0,
    invalid: (flags & INVALID) !== 0,
    noPermissions: (flags & NO_PERMISSIONS) !== 0,
    size: from.f64(),
    mode: from.u32(),
    mtime: readTime(from),
    modifiedBy: from.u64(),
    blockSize: from.u32(),
    version: readVersion(from),
    blocks,
    contentHash: from.bytes(),
    target: from.bytes(),
    previousHash: isOldest ? NOTHING : from.bytes(),
  };
  return { entry, flags };
}

function writeTime(out: RecordWriter, time: Timestamp): void {
  out.f64(time.s);
  out.u32(time.ns);
}

function readTime(from: RecordReader): Timestamp {
  return { s: from.f64(), ns: from.u32() };
}

function writeVersion(out: RecordWriter, version: Version): void {
  out.u32(version.length);
  for (const { id, value } of version) {
    out.u64(id);
    out.u64(value);
  }
}

function readVersion(from: RecordReader): Version {
  const version: Counter[] = [];
  for (let left = from.u32(); left > 0; left--) version.push({ id: from.u64(), value: from.u64() });
  return version;
}

function writeSeen(out: RecordWriter, seen: Seen): void {
  out.u64(seen.inode);
  out.f64(seen.size);
  out.u32(seen.mode);
  writeTime(out, seen.mtime);
  writeTime(out, seen.ctime);
  out.u8(seen.isForeign ? 1 : 0);
}

function readSeen({ from, isOldest }: Opened, racy: boolean): Seen {
  const [inode, size, mode] = [from.u64(), from.f64(), from.u32()];
  const [mtime, ctime] = [readTime(from), readTime(from)];
  return { inode, size, mode, mtime, ctime, racy, isForeign: !isOldest && from.u8() === 1 };
}

/** A record read up to behind its head. */
interface Opened {
  readonly from: RecordReader;
  readonly isOldest: boolean;
}

/** All that a checksum covers. */
interface Covered extends Row {
  readonly path: string;
  readonly sequence: number;
}

function open(row: Covered): Opened {
  const from = new RecordReader(row.record);
  const format = from.u8();
  const sum = from.u32();
  if (sum !== expectedSum(format, row)) throw new RangeError('wrong checksum');
  return { from, isOldest: format === OLDEST };
}

function expectedSum(format: number, row: Covered): number {
  if (format === FORMAT) return checksum(row);
  if (format !== PARTLY_COVERED && format !== OLDEST) throw new RangeError('no such format');
  return sumOfRecord(sumOfPath(row.path), row.record) >>> 0;
}

/** FNV-1a over the path's UTF-16 units, the sequence, the record behind its head and the blocks: catches chance, not malice. */
function checksum({ path, sequence, record, blocks }: Covered): number {
  let sum = mixed(sumOfPath(path), sequence);
  sum = mixed(sum, Math.floor(sequence / 2 ** 32));
  return sumOfBlocks(sumOfRecord(sum, record), blocks) >>> 0;
}

function sumOfPath(path: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < path.length; at++) sum = mixed(sum, path.charCodeAt(at));
  return sum;
}

function sumOfRecord(start: number, record: Uint8Array): number {
  let sum = start;
  for (let at = HEAD_BYTES; at < record.length; at++) sum = mixed(sum, record[at] ?? 0);
  return sum;
}

/** By words, for they are long; what is left over by bytes. */
function sumOfBlocks(start: number, blocks: Uint8Array): number {
  if (blocks.length === 0) return start;
  let sum = start;
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  const words = blocks.length & ~3;
  for (let at = 0; at < words; at += 4) {
    sum = mixed(sum, view.getInt32(at));
    // Else the highest bits of two words could cancel each other.
    sum ^= sum >>> 15;
  }
  for (let at = words; at < blocks.length; at++) sum = mixed(sum, blocks[at] ?? 0);
  return sum;
}

function mixed(sum: number, value: number): number {
  return Math.imul(sum ^ value, 0x01000193);
}

function guarded<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw new KithError('STORE_CORRUPT', { path }, cause);
  }
}
