/**
 * The real database after a power cut: of what was written since the last sync, pieces are kept, lost or torn in any order. What
 * was promised is there, whole and nothing else; a log that a lying disk has lost leaves an earlier moment, whole, or damage that is
 * noticed.
 */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { asKithError } from '../../src/base/error.ts';
import { openStoreFile } from '../../src/host/store-file.ts';
import type { FolderChange } from '../../src/ports/folder-store.ts';
import { openReader } from '../../src/store/database.ts';
import { encodeChange } from '../../src/store/encoded-change.ts';
import { SqliteReader } from '../../src/store/sqlite-reader.ts';
import { SqliteWriter } from '../../src/store/sqlite-writer.ts';
import { DEVICE_A, fileAt, goneAt, IDENTITY, intentAt, oursAt } from './folder-store-rows.ts';
import { type Chance, chanceOf, someOf } from './torn-writes.ts';

const COMMITS = 24;
/** The log is moved into the database after every so many. */
const CHECKPOINT_EVERY = 5;
/** Of the log: what stands there is synced before anything behind it is written. */
const LOG_HEAD_BYTES = 32;
const CASES = 10;
/** Nothing of this is about how fast a disk syncs. */
const DIR = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

interface Files {
  readonly database: Buffer;
  readonly log: Buffer;
}

/** A write, from one sync to the next. `states`: what may be found when the power fails in it. */
interface Write {
  readonly what: string;
  readonly before: Files;
  readonly after: Files;
  readonly states: readonly number[];
  /** Of the last checkpoint: nothing before it can come back. */
  readonly floor: number;
}

/** The n-th change, from 1 on: rows that are new, replaced, deleted and large, claims, an index that begins anew. */
function changeOf(n: number): FolderChange {
  const [first, large] = [3 * n - 2, { blocks: new Uint8Array(20_000).fill(n) }];
  const entries = [fileAt(`d${n % 3}/t${n % 4}`, `${n}`), fileAt(`big${n % 2}`, `${n}`, large)];
  return {
    identity: { ...IDENTITY, token: `token ${n}`, indexId: BigInt(n) },
    ...(n % 7 === 0 ? { beginIndex: DEVICE_A } : {}),
    claims: { device: DEVICE_A, entries },
    ...(n % 7 === 2 ? { endIndex: DEVICE_A } : {}),
    peer: { device: DEVICE_A, indexId: 5n, heard: n },
    ours: [
      oursAt(first, fileAt(`d${n % 5}/p${n}`, `${n}`)),
      oursAt(first + 1, n % 2 === 0 ? goneAt(`d0/q${n % 6}`) : fileAt(`d0/q${n % 6}`, `${n}`)),
      oursAt(first + 2, fileAt(`big${n % 3}`, `${n}`, large)),
    ],
    addIntents: [intentAt(`d0/q${n % 6}`, `s${n}`)],
    removeIntents: [{ path: intentAt(`d0/q${(n - 1) % 6}`, 's').path, stageName: `s${n - 1}` }],
  };
}

/** All that can be read. */
function dump(file: string): string {
  const reader = new SqliteReader(openReader(file));
  try {
    const reads = reader.folder('f');
    const rows = reads.paths(undefined, 1000).map((at) => [reads.ours(at), reads.announced(at)]);
    const facts = [reads.identity(), reads.lastSequence(), reads.peers(), reads.intents()];
    const all = [rows, reads.oursAfter(0, 1000), facts];
    return JSON.stringify(all, (_, value: unknown) => {
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
      return typeof value === 'bigint' ? `${value}n` : value;
    });
  } finally {
    reader.close();
  }
}

/** What the true database did, and what was to be read of it after each commit. */
class History implements Disposable {
  readonly dir = fs.mkdtempSync(path.join(DIR, 'kith-cut-'));
  readonly writes: Write[] = [];
  readonly dumps: string[] = [];
  readonly #file = path.join(this.dir, 'true.db');
  readonly #handles: number[] = [];

  constructor() {
    const writer = new SqliteWriter(openStoreFile(this.#file).database);
    writer.write([{ kind: 'change', folder: 'f', change: encodeChange({ identity: IDENTITY }) }]);
    writer.checkpoint();
    // Closing one of them would end locks that the database holds: they stay open.
    this.#handles = [this.#file, `${this.#file}-wal`].map((name) => fs.openSync(name, 'r'));
    this.dumps.push(dump(this.#file));
    let floor = 0;
    for (let n = 1; n <= COMMITS; n++) {
      this.#record({ what: `commit ${n}`, states: [n - 1, n], floor }, () =>
        writer.write([{ kind: 'change', folder: 'f', change: encodeChange(changeOf(n)) }]),
      );
      this.dumps.push(dump(this.#file));
      if (n % CHECKPOINT_EVERY !== 0) continue;
      this.#record({ what: `checkpoint after ${n}`, states: [n], floor }, () =>
        writer.checkpoint(),
      );
      assert.equal(writer.logPages(), 0, 'all of the log was moved');
      floor = n;
    }
    writer.close();
  }

  /** Opens these files as a start after the power cut does; which state they are in. Throws if it is none and nothing tells. */
  stateOf({ database, log }: Files): number | 'damaged' {
    const dir = fs.mkdtempSync(path.join(this.dir, 'found-'));
    const file = path.join(dir, 'index.db');
    fs.writeFileSync(file, database);
    fs.writeFileSync(`${file}-wal`, log);
    const opened = openStoreFile(file);
    const writer = new SqliteWriter(opened.database);
    try {
      if (opened.damage !== undefined) return 'damaged';
      const state = this.dumps.indexOf(dump(file));
      assert.ok(state >= 0, 'it is as it was after one of the commits');
      const change = encodeChange(changeOf(state + 1));
      writer.write([{ kind: 'change', folder: 'f', change }]);
      assert.equal(dump(file), this.dumps[state + 1] ?? dump(file), 'and it goes on from there');
      return state;
    } catch (error) {
      if (asKithError(error, 'STORE_CORRUPT') === undefined) throw error;
      return 'damaged';
    } finally {
      writer.close();
      fs.rmSync(dir, { recursive: true });
    }
  }

  [Symbol.dispose](): void {
    for (const handle of this.#handles) fs.closeSync(handle);
    fs.rmSync(this.dir, { recursive: true });
  }

  #record(facts: Omit<Write, 'before' | 'after'>, work: () => void): void {
    const before = this.#files();
    work();
    this.writes.push({ ...facts, before, after: this.#files() });
  }

  #files(): Files {
    const [database = Buffer.alloc(0), log = Buffer.alloc(0)] = this.#handles.map((handle) => {
      const bytes = Buffer.alloc(fs.fstatSync(handle).size);
      fs.readSync(handle, bytes, 0, bytes.length, 0);
      return bytes;
    });
    return { database, log };
  }
}

/** What the power cut leaves of the write. */
function cut({ before, after }: Write, chance: Chance): Files {
  const database = someOf(before.database, after.database, chance);
  const head = after.log.subarray(0, LOG_HEAD_BYTES);
  if (head.equals(before.log.subarray(0, LOG_HEAD_BYTES))) {
    return { database, log: someOf(before.log, after.log, chance) };
  }
  // The log begins anew, over the old one: its head alone has been written so far, or is on the disk whole.
  const begun = Buffer.concat([head, before.log.subarray(LOG_HEAD_BYTES)]);
  const isHeadDurable = chance.under(3) > 0;
  const log = isHeadDurable ? someOf(begun, after.log, chance) : someOf(before.log, begun, chance);
  return { database, log };
}

test('CRS-04: a power cut in a commit or a checkpoint, whatever it tears, leaves what was promised and nothing else', () => {
  using history = new History();
  const chance = chanceOf(11);
  const found = new Map<string, number>();
  assert.ok(history.writes.some(({ before, after }) => before.log.length === after.log.length));
  for (const write of history.writes) {
    for (let round = 0; round < CASES; round++) {
      const state = history.stateOf(cut(write, chance));
      assert.ok(
        state !== 'damaged' && write.states.includes(state),
        `${write.what}, round ${round}: ${state}`,
      );
      const which = write.states.length === 1 ? 'checkpoint' : `${state - (write.states[0] ?? 0)}`;
      found.set(which, (found.get(which) ?? 0) + 1);
    }
    assert.equal(history.stateOf(write.before), write.states[0]);
    assert.equal(history.stateOf(write.after), write.states.at(-1));
  }
  for (const which of ['0', '1', 'checkpoint']) {
    assert.ok((found.get(which) ?? 0) > 20, `${which}: ${found.get(which)} cases`);
  }
});

test('CRS-04: a log that has lost its end, or a piece of it, though it was synced, leaves an earlier moment as it was, or damage that shows', () => {
  using history = new History();
  const chance = chanceOf(12);
  let earlier = 0;
  let noticed = 0;
  for (const { what, after, states, floor } of history.writes) {
    const last = states.at(-1) ?? 0;
    for (let round = 0; round < CASES; round++) {
      const log = Buffer.from(after.log);
      const at = chance.under(log.length);
      if (round % 2 === 0) log.fill(0, at, at + 1 + chance.under(5000));
      const lost = { ...after, log: round % 2 === 0 ? log : log.subarray(0, at) };
      const state = history.stateOf(lost);
      if (state === 'damaged') {
        // Of a log that has been moved already, and is not begun anew yet, a part undoes some of what was moved.
        assert.equal(states.length, 1, `${what}, round ${round}`);
        noticed += 1;
        continue;
      }
      assert.ok(state >= floor && state <= last, `${what}, round ${round}: state ${state}`);
      if (state < last) earlier += 1;
    }
  }
  assert.ok(earlier > 50 && noticed > 5, `${earlier} and ${noticed} cases`);
});
