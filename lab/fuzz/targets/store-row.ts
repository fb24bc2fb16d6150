/** Rows of the database: a path, a record with its checksum set right or not, and a block list. */

import assert from 'node:assert/strict';
import { concatBytes } from '../../../src/base/bytes.ts';
import { asKithError } from '../../../src/base/error.ts';
import type { Entry } from '../../../src/model/entry.ts';
import {
  contentPrefix,
  decodeEntry,
  decodeOurs,
  encodeRow,
  rowDigest,
} from '../../../src/store/rows.ts';
import { entries } from '../../../test/property/bep-arbitraries.ts';
import { type FuzzTarget, unlessRefused } from '../target.ts';
import { draw } from './bep-samples.ts';

const PATH = 'dir/file';
const BLOCKS = new Uint8Array(32);
const HEAD = 5;
/** Of the format whose checksum covers sequence and blocks. */
const COVERED = 3;
/** That of versions of others, so that a row can be read as either. */
const SEQUENCE = 0;

const SEEN = {
  inode: 7n,
  size: 3,
  mode: 0o100644,
  mtime: { s: 5, ns: 6 },
  ctime: { s: 7, ns: 8 },
  racy: true,
  isForeign: false,
};

/** The first byte of an input: 0 leaves the checksum as it came, else it is set right. */
export const storeRow: FuzzTarget = {
  seeds: (random) =>
    draw(entries, 12, random).flatMap((entry) => {
      const plain = encodeRow({ ...entry, path: PATH as Entry['path'] }).record;
      const local = { diskPath: 'e\u0301', seen: SEEN, sequence: SEQUENCE };
      const ours = encodeRow({ ...entry, path: PATH as Entry['path'] }, local).record;
      return [concatBytes([Uint8Array.of(1), plain]), concatBytes([Uint8Array.of(0), ours])];
    }),
  run: (input) => {
    const record = input.slice(1);
    if (input[0] !== 0 && record.length >= HEAD)
      new DataView(record.buffer).setUint32(1, checksum(record));
    const row = { record, blocks: BLOCKS };
    const entry = decoded(() => decodeEntry(PATH, row));
    if (entry !== undefined) {
      contentPrefix(entry);
      assert.equal(rowDigest(row).length, 16);
      assert.deepEqual(decodeEntry(PATH, encodeRow(entry)), entry);
      assert.equal(
        decoded(() => decodeEntry(`${PATH}x`, row)),
        undefined,
        'a row of another path is taken',
      );
    }
    const ours = decoded(() => decodeOurs(PATH, SEQUENCE, row));
    if (ours === undefined) return;
    const { diskPath, seen } = ours;
    assert.notEqual(entry, undefined, 'ours can be read and the entry in it not');
    const again = encodeRow(ours, { diskPath, seen, sequence: SEQUENCE });
    assert.deepEqual(decodeOurs(PATH, SEQUENCE, again), ours);
    if (record[0] !== COVERED) return;
    const moved = decoded(() => decodeOurs(PATH, SEQUENCE + 1, row));
    assert.equal(moved, undefined, 'a row of another sequence is taken');
  },
};

/** A mistake in the program must not pass for a damaged database. */
function decoded<Value>(read: () => Value): Value | undefined {
  return unlessRefused(() => {
    try {
      return read();
    } catch (error) {
      const { cause } = asKithError(error, 'STORE_CORRUPT') ?? {};
      const isText =
        cause instanceof TypeError &&
        'code' in cause &&
        cause.code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
      if (cause instanceof RangeError || isText) throw error;
      throw new Error('another cause than damage', { cause: error });
    }
  }, ['corrupt']);
}

/** As docs/storage-format.md has it: FNV-1a over path and record, of the present format over sequence and blocks as well. */
function checksum(record: Uint8Array): number {
  let sum = 0x811c9dc5;
  const step = (value: number): void => {
    sum = Math.imul(sum ^ value, 0x01000193);
  };
  const isCovered = record[0] === COVERED;
  for (const unit of PATH) step(unit.charCodeAt(0));
  // Low and high half of the sequence.
  if (isCovered) for (const half of [SEQUENCE, 0]) step(half);
  for (const byte of record.subarray(HEAD)) step(byte);
  const words = new DataView(BLOCKS.buffer);
  for (let at = 0; isCovered && at < BLOCKS.length; at += 4) {
    step(words.getInt32(at));
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}
