/**
 * A database that was damaged on its way: a good one with pieces written over. An input is a list of them: where, in pages of 4
 * KiB and bytes (three bytes together), how many, and what.
 */

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { concatBytes } from '../../../src/base/bytes.ts';
import { asKithError } from '../../../src/base/error.ts';
import { parseRelPath } from '../../../src/model/path.ts';
import type { OurEntry } from '../../../src/ports/folder-store.ts';
import { migrate } from '../../../src/store/database.ts';
import { withStoreErrors } from '../../../src/store/sqlite-error.ts';
import { SqliteReader } from '../../../src/store/sqlite-reader.ts';
import { FIXTURE, writtenToday } from '../../../test/golden/store-fixture.ts';
import type { FuzzTarget } from '../target.ts';
import { checkPath } from './path-laws.ts';

const GOOD = writtenToday().serialize();
const FOLDER = 'docs';
const OURS: ReadonlyMap<string, OurEntry> = new Map(
  FIXTURE.filter(({ folder }) => folder === FOLDER).flatMap(({ change }) =>
    (change.ours ?? []).map((row) => [row.path, row] as const),
  ),
);
const WHERE_BYTES = 3;
const LONGEST = 32;
const MOST_PIECES = 40;
/** What damage may be told as. A version from the future is one, of a kind. */
const REFUSALS = ['STORE_CORRUPT', 'STORE_NEWER'] as const;

export const database: FuzzTarget = {
  seeds: () => [
    new Uint8Array(0),
    // The head of the file, the version of the schema, its text, and a row of each page.
    piece(16, [0, 1]),
    piece(63, [9]),
    piece(100, [2, 0, 0, 0, 0]),
    ...Array.from({ length: GOOD.length / 4096 }, (_, page) =>
      piece(page * 4096, [13, 0, 0, 0, 9]),
    ),
    ...Array.from({ length: GOOD.length / 4096 }, (_, page) =>
      piece(page * 4096 + 4000, [1, 2, 3]),
    ),
  ],
  maxBytes: 0x400,
  limitMs: 200,
  limitBytes: (length) => 8 * 1024 * 1024 + 64 * length,
  run: (input) => {
    const connection = new DatabaseSync(':memory:');
    try {
      readAll(connection, damaged(input));
    } catch (error) {
      if (!REFUSALS.some((code) => asKithError(error, code) !== undefined)) throw error;
      assert.ok(input.length > 0, 'a good one is refused');
    } finally {
      connection.close();
    }
  },
};

/** As the daemon reads it after a clean end, when nobody looks for damage. */
function readAll(connection: DatabaseSync, bytes: Uint8Array): void {
  withStoreErrors(() => {
    connection.deserialize(bytes);
    migrate(connection);
  });
  const reader = new SqliteReader(connection);
  for (const name of reader.folders()) {
    const reads = reader.folder(name);
    reads.identity();
    reads.lastSequence();
    reads.peers();
    for (const { path, conflictCopy } of reads.intents()) {
      checkPath(path);
      if (conflictCopy !== undefined) checkPath(conflictCopy);
    }
    for (const path of reads.paths(undefined, 1000)) {
      checkPath(path);
      for (const { entry } of reads.announced(path)) assert.equal(entry.path, path);
    }
    if (name !== FOLDER) continue;
    for (const row of reads.oursAfter(0, 1000)) assert.deepEqual(row, OURS.get(row.path));
    for (const row of reads.children(undefined)) assert.deepEqual(row, OURS.get(row.path));
    for (const [path, expected] of OURS) {
      const row = reads.ours(parseRelPath(path));
      // A row may be lost with the index that leads to it; it is never another one.
      if (row !== undefined) assert.deepEqual(row, expected);
    }
  }
}

function damaged(input: Uint8Array): Uint8Array {
  const bytes = GOOD.slice();
  let at = 0;
  for (let pieces = 0; pieces < MOST_PIECES && at + WHERE_BYTES < input.length; pieces++) {
    const [high = 0, middle = 0, low = 0, length = 0] = input.subarray(at, at + WHERE_BYTES + 1);
    at += WHERE_BYTES + 1;
    const what = input.subarray(at, at + (length % LONGEST));
    at += what.length;
    const where = ((high << 16) | (middle << 8) | low) % GOOD.length;
    bytes.set(what.subarray(0, GOOD.length - where), where);
  }
  return bytes;
}

function piece(where: number, what: readonly number[]): Uint8Array {
  const head = [where >> 16, (where >> 8) & 0xff, where & 0xff, what.length];
  return concatBytes([Uint8Array.from(head), Uint8Array.from(what)]);
}
