/**
 * One entry on the wire, read and written; nothing is checked here (see checked-entry.ts). Source: BEP v1, FileInfo.
 * blocks_hash is left out, since every receiver makes its own; fields of databases and platforms are passed over.
 */

import type { SequencedEntry } from '../../model/entry.ts';
import type { Counter } from '../../model/version.ts';
import { bytesTag, type Reader, readEnd, readFields, varintTag, type Writer } from '../protobuf.ts';
import { readCopy, readName, readSafeInt, readUint64 } from '../protobuf-values.ts';
import { type BlockRun, writeBlocks } from './block-run.ts';
import { readVector, writeVector } from './vector.ts';

/** The fields as they came, each at its zero value if absent. */
export interface FileInfo {
  name: string;
  type: number;
  size: number;
  permissions: number;
  modifiedS: number;
  modifiedNs: number;
  modifiedBy: bigint;
  deleted: boolean;
  invalid: boolean;
  noPermissions: boolean;
  counters: Counter[];
  sequence: number;
  blockSize: number;
  /** Good until the next entry is read. */
  blocks: BlockRun;
  target: Uint8Array;
  previousHash: Uint8Array;
  isEncrypted: boolean;
}

const NAME = bytesTag(1);
const TYPE = varintTag(2);
const SIZE = varintTag(3);
const PERMISSIONS = varintTag(4);
const MODIFIED_S = varintTag(5);
const DELETED = varintTag(6);
const INVALID = varintTag(7);
const NO_PERMISSIONS = varintTag(8);
const VERSION = bytesTag(9);
const SEQUENCE = varintTag(10);
const MODIFIED_NS = varintTag(11);
const MODIFIED_BY = varintTag(12);
const BLOCK_SIZE = varintTag(13);
const BLOCKS = bytesTag(16);
const SYMLINK_TARGET = bytesTag(17);
const ENCRYPTED = bytesTag(19);
const PREVIOUS_HASH = bytesTag(20);

const NO_BYTES = new Uint8Array(0);

/** Numbers of the kinds. Another number makes Syncthing crash for good, so this table never grows. */
export const ENTRY_TYPES = { file: 0, directory: 1, symlink: 4 } as const;

/** Reads one FileInfo, its blocks into `blocks`, which is cleared before. WIRE_MALFORMED. */
export function readFileInfo(
  from: Reader,
  { end, blocks }: { readonly end: number; readonly blocks: BlockRun },
): FileInfo {
  blocks.clear();
  const info = emptyFileInfo(blocks);
  readFields(
    from,
    end,
    (tag) => readPlain(from, tag, info) || readNested(from, { tag, end, info }),
  );
  return info;
}

/** Writes an entry as the inside of a FileInfo; a link has neither times nor permissions. */
export function writeFileInfo(to: Writer, entry: SequencedEntry): void {
  const isLiveLink = entry.kind === 'symlink' && !entry.deleted;
  to.uint32(NAME).string(entry.path);
  writeNumber(to, TYPE, ENTRY_TYPES[entry.kind]);
  writeNumber(to, SIZE, entry.size);
  if (entry.kind !== 'symlink') writeNumber(to, PERMISSIONS, entry.mode);
  if (!isLiveLink) writeNumber(to, MODIFIED_S, entry.mtime.s);
  writeNumber(to, DELETED, Number(entry.deleted));
  writeNumber(to, INVALID, Number(entry.invalid));
  writeNumber(to, NO_PERMISSIONS, Number(entry.noPermissions || entry.kind === 'symlink'));
  to.uint32(VERSION).fork();
  writeVector(to, entry.version);
  to.join();
  writeNumber(to, SEQUENCE, entry.sequence);
  if (!isLiveLink) writeNumber(to, MODIFIED_NS, entry.mtime.ns);
  if (entry.modifiedBy !== 0n) to.uint32(MODIFIED_BY).uint64(entry.modifiedBy);
  writeNumber(to, BLOCK_SIZE, entry.blockSize);
  writeBlocks(to, entry);
  if (entry.target.length > 0) to.uint32(SYMLINK_TARGET).bytes(entry.target);
  if (entry.previousHash.length > 0) to.uint32(PREVIOUS_HASH).bytes(entry.previousHash);
}

function readPlain(from: Reader, tag: number, info: FileInfo): boolean {
  if (tag === NAME) info.name = readName(from);
  else if (tag === TYPE) info.type = from.int32();
  else if (tag === SIZE) info.size = readSafeInt(from);
  else if (tag === PERMISSIONS) info.permissions = from.uint32();
  else if (tag === MODIFIED_S) info.modifiedS = readSafeInt(from);
  else if (tag === DELETED) info.deleted = from.bool();
  else if (tag === INVALID) info.invalid = from.bool();
  else if (tag === NO_PERMISSIONS) info.noPermissions = from.bool();
  else if (tag === SEQUENCE) info.sequence = readSafeInt(from);
  else if (tag === MODIFIED_NS) info.modifiedNs = from.int32();
  else if (tag === MODIFIED_BY) info.modifiedBy = readUint64(from);
  else if (tag === BLOCK_SIZE) info.blockSize = from.int32();
  else return false;
  return true;
}

function readNested(
  from: Reader,
  { tag, end, info }: { tag: number; end: number; info: FileInfo },
): boolean {
  if (tag === BLOCKS) info.blocks.add(from, readEnd(from, end));
  else if (tag === VERSION) readVector(from, readEnd(from, end), info.counters);
  else if (tag === SYMLINK_TARGET) info.target = readCopy(from);
  else if (tag === ENCRYPTED) info.isEncrypted = from.bytes().length > 0;
  else if (tag === PREVIOUS_HASH) info.previousHash = readCopy(from);
  else return false;
  return true;
}

function writeNumber(to: Writer, tag: number, value: number): void {
  if (value !== 0) to.uint32(tag).int64(value);
}

function emptyFileInfo(blocks: BlockRun): FileInfo {
  return {
    name: '',
    type: 0,
    size: 0,
    permissions: 0,
    modifiedS: 0,
    modifiedNs: 0,
    modifiedBy: 0n,
    deleted: false,
    invalid: false,
    noPermissions: false,
    counters: [],
    sequence: 0,
    blockSize: 0,
    blocks,
    target: NO_BYTES,
    previousHash: NO_BYTES,
    isEncrypted: false,
  };
}
