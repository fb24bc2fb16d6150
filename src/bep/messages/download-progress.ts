/**
 * DownloadProgress: which blocks of unfinished files a device can already give. Only read; Kith sends none. Source: BEP v1,
 * DownloadProgress and temporary indexes.
 */

import { KithError } from '../../base/error.ts';
import { type FolderId, parseFolderId } from '../../model/folder.ts';
import { parseRelPath, type RelPath } from '../../model/path.ts';
import type { Counter, Version } from '../../model/version.ts';
import {
  bytesTag,
  decodeMessage,
  type Reader,
  readEnd,
  readFields,
  varintTag,
} from '../protobuf.ts';
import { malformed, readName } from '../protobuf-values.ts';
import { readVector, versionOf } from './vector.ts';

/** News of one unfinished file; it holds for that path in that version only. */
export interface ProgressUpdate {
  /** `append`: these blocks too. `forget`: nothing any more. */
  readonly kind: 'append' | 'forget';
  readonly path: RelPath;
  readonly version: Version;
  readonly blockIndexes: readonly number[];
}

export interface ProgressMessage {
  readonly folder: FolderId;
  readonly updates: readonly ProgressUpdate[];
}

const FOLDER = bytesTag(1);
const UPDATES = bytesTag(2);

const KIND = varintTag(1);
const NAME = bytesTag(2);
const VERSION = bytesTag(3);
const INDEX = varintTag(4);
const PACKED_INDEXES = bytesTag(4);

const APPEND = 0;
const FORGET = 1;
/** Blocks in one message beyond which it is taken for nonsense. */
const MOST_INDEXES = 1_000_000;

/**
 * Decodes and checks; updates of kinds that are not known are left out. Codes: WIRE_MALFORMED, FOLDER_ID_INVALID,
 * PATH_INVALID, WIRE_TOO_LARGE.
 */
export function decodeProgress(bytes: Uint8Array): ProgressMessage {
  return decodeMessage(bytes, (from, end) => {
    let folder = '';
    let indexes = 0;
    const updates: ProgressUpdate[] = [];
    readFields(from, end, (tag) => {
      if (tag === FOLDER) folder = readName(from);
      else if (tag === UPDATES) {
        const update = readUpdate(from, {
          end: readEnd(from, end),
          budget: MOST_INDEXES - indexes,
        });
        if (update === undefined) return true;
        indexes += update.blockIndexes.length;
        updates.push(update);
      } else return false;
      return true;
    });
    return { folder: parseFolderId(folder), updates };
  });
}

interface Part {
  readonly end: number;
  /** How many indexes it may hold. */
  readonly budget: number;
}

function readUpdate(from: Reader, { end, budget }: Part): ProgressUpdate | undefined {
  let kind = APPEND;
  let name = '';
  const counters: Counter[] = [];
  const blockIndexes: number[] = [];
  readFields(from, end, (tag) => {
    if (tag === KIND) kind = from.int32();
    else if (tag === NAME) name = readName(from);
    else if (tag === VERSION) readVector(from, readEnd(from, end), counters);
    else if (tag === INDEX) pushIndex(blockIndexes, from.int32(), budget);
    else if (tag === PACKED_INDEXES) {
      const packedEnd = readEnd(from, end);
      while (from.pos < packedEnd) pushIndex(blockIndexes, from.int32(), budget);
    } else return false;
    return true;
  });
  if (kind !== APPEND && kind !== FORGET) return undefined;
  const version = versionOf(counters);
  if (version === undefined) throw malformed('counter twice');
  return {
    kind: kind === FORGET ? 'forget' : 'append',
    path: parseRelPath(name),
    version,
    blockIndexes,
  };
}

function pushIndex(indexes: number[], index: number, budget: number): void {
  if (index < 0) throw malformed('block index');
  if (indexes.length >= budget) throw new KithError('WIRE_TOO_LARGE', { limit: MOST_INDEXES });
  indexes.push(index);
}
