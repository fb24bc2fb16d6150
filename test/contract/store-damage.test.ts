/** I14: what is read from a damaged database is what was written, or damage; never something else. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { asKithError } from '../../src/base/error.ts';
import { openStoreFile } from '../../src/host/store-file.ts';
import type { Entry } from '../../src/model/entry.ts';
import { openReader } from '../../src/store/database.ts';
import { encodeChange } from '../../src/store/encoded-change.ts';
import type { FolderReads } from '../../src/store/folder-reads.ts';
import { SqliteReader } from '../../src/store/sqlite-reader.ts';
import { SqliteWriter } from '../../src/store/sqlite-writer.ts';
import { at, DEVICE_A, DEVICE_B, fileAt, IDENTITY, intentAt, oursAt } from './folder-store-rows.ts';

const OURS = Array.from({ length: 120 }, (_, i) =>
  oursAt(i + 1, fileAt(`dir${i % 7}/p${i}`, `${i}`)),
);
const THEIRS = OURS.filter((_, i) => i % 2 === 0).map(({ path: name }, i) => fileAt(name, `x${i}`));
const EXPECTED = new Map<string, { readonly ours: unknown; readonly theirs: Entry | undefined }>(
  OURS.map((row) => [
    row.path,
    { ours: row, theirs: THEIRS.find(({ path: name }) => name === row.path) },
  ]),
);

/** How an opening and the reading of everything ended. */
type Outcome = 'aside' | 'damage met' | 'read';

class Lab implements Disposable {
  readonly #dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kith-damage-'));
  readonly file = path.join(this.#dir, 'index.db');
  readonly good: Buffer;

  constructor() {
    const { database } = openStoreFile(this.file);
    const writer = new SqliteWriter(database);
    const write = (change: Parameters<typeof encodeChange>[0]): void =>
      writer.write([{ kind: 'change', folder: 'f', change: encodeChange(change) }]);
    const peer = { device: DEVICE_A, indexId: 5n, heard: 60 };
    write({ identity: IDENTITY, ours: OURS, addIntents: [intentAt('dir0/p0', 's1')] });
    write({ claims: { device: DEVICE_A, entries: THEIRS }, peer });
    write({ claims: { device: DEVICE_B, entries: THEIRS.slice(0, 20) } });
    write({ keepSuperseded: THEIRS.slice(20, 40) });
    writer.close();
    this.good = fs.readFileSync(this.file);
  }

  /** Opens these bytes as they would be found after an unclean end, and reads all there is. */
  judge(bytes: Uint8Array): Outcome {
    for (const name of fs.readdirSync(this.#dir)) fs.rmSync(path.join(this.#dir, name));
    fs.writeFileSync(this.file, bytes);
    fs.writeFileSync(`${this.file}-wal`, new Uint8Array(100));
    const { database, damage } = openStoreFile(this.file);
    try {
      if (damage === undefined) return readAll(this.file);
      assert.deepEqual(fs.readFileSync(damage.movedTo), Buffer.from(bytes), 'it is kept as it was');
      return 'aside';
    } finally {
      database.close();
    }
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.#dir, { recursive: true });
  }
}

function readAll(file: string): Outcome {
  const reader = new SqliteReader(openReader(file));
  try {
    const reads = reader.folder('f');
    const rows = reads.oursAfter(0, 1000);
    for (const row of rows) assert.deepEqual(row, EXPECTED.get(row.path)?.ours, row.path);
    reads.identity();
    for (const name of [...EXPECTED.keys(), ...reads.paths(undefined, 1000)]) readOne(reads, name);
    return 'read';
  } catch (error) {
    if (asKithError(error, 'STORE_CORRUPT') === undefined) throw error;
    return 'damage met';
  } finally {
    reader.close();
  }
}

/** A row may be lost with the index that leads to it; it is never another one. */
function readOne(reads: FolderReads, name: string): void {
  const expected = EXPECTED.get(name);
  const row = reads.ours(at(name));
  if (row !== undefined) assert.deepEqual(row, expected?.ours, name);
  for (const { entry } of reads.announced(at(name)))
    assert.deepEqual(entry, expected?.theirs, name);
  const kept = reads.superseded(at(name));
  if (kept !== undefined) assert.deepEqual(kept, expected?.theirs, name);
}

/** The same numbers at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    yield state;
  }
}

function count(outcomes: readonly Outcome[], wanted: Outcome): number {
  return outcomes.filter((each) => each === wanted).length;
}

test('a bit that has changed anywhere is damage, or changes nothing that is read', () => {
  using lab = new Lab();
  assert.equal(lab.judge(lab.good), 'read');
  const chance = numbers(7);
  const used = [...lab.good.keys()].filter((offset) => lab.good[offset] !== 0);
  const outcomes = Array.from({ length: 300 }, () => {
    const bytes = Buffer.from(lab.good);
    const offset = used[chance.next().value % used.length] ?? 0;
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << ((chance.next().value >> 8) & 7));
    return lab.judge(bytes);
  });
  // Most of the file are rows, and none of those may pass.
  assert.ok(count(outcomes, 'aside') + count(outcomes, 'damage met') > 180, `${outcomes}`);
});

test('a database that was cut off is damage, wherever', () => {
  using lab = new Lab();
  const chance = numbers(8);
  const { length } = lab.good;
  const lengths = Array.from({ length: 40 }, () => 2 + (chance.next().value % (length - 2)));
  const edges = [2, 15, 16, 99, 100, 512, 4095, 4096, 4097, length - 4096, length - 1];
  for (const cut of [...edges, ...lengths]) {
    assert.notEqual(lab.judge(lab.good.subarray(0, cut)), 'read', `${cut} of ${length} bytes`);
  }
});

test('pages that are lost, or that stand in the place of others, are damage, or of an index alone', () => {
  using lab = new Lab();
  const pages = lab.good.length / 4096;
  const outcomes: Outcome[] = [];
  for (let page = 0; page < pages; page++) {
    const zeroed = Buffer.from(lab.good);
    zeroed.fill(0, page * 4096, (page + 1) * 4096);
    assert.notEqual(lab.judge(zeroed), 'read', `page ${page} of zeros`);
    const from = ((page + 3) % pages) * 4096;
    const moved = Buffer.from(lab.good);
    moved.set(lab.good.subarray(from, from + 4096), page * 4096);
    outcomes.push(lab.judge(moved));
  }
  assert.ok(count(outcomes, 'read') < pages / 4, `${outcomes}`);
});

test('nothing at all, which to SQLite a single byte is as well, is an empty database', () => {
  using lab = new Lab();
  assert.equal(lab.judge(new Uint8Array(0)), 'read');
  assert.equal(lab.judge(new Uint8Array(1)), 'read');
});
