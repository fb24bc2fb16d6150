import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import { migrate, schemaVersion } from './database.ts';
import { encodeChange } from './encoded-change.ts';
import { MIGRATIONS } from './schema.ts';
import { storeError } from './sqlite-error.ts';
import { SqliteWriter } from './sqlite-writer.ts';

describe('migrations', () => {
  it('run once each, in order', () => {
    const database = new DatabaseSync(':memory:');
    const steps = [['CREATE TABLE t (a)'], ['INSERT INTO t VALUES (1)']];
    migrate(database, steps.slice(0, 1));
    assert.equal(schemaVersion(database), 1);
    migrate(database, steps);
    migrate(database, steps);
    assert.equal(schemaVersion(database), 2);
    assert.deepEqual(database.prepare('SELECT count(*) AS n FROM t').get()?.['n'], 1);
  });

  it('CRS-10: leave the version before when a step breaks in the middle', () => {
    const database = new DatabaseSync(':memory:');
    const steps = [['CREATE TABLE t (a)'], ['CREATE TABLE u (a)', 'CREATE TABLE t (again)']];
    migrate(database, steps.slice(0, 1));
    assert.throws(() => migrate(database, steps), /already exists/);
    assert.equal(schemaVersion(database), 1);
    assert.throws(() => database.prepare('SELECT * FROM u'), /no such table/);
  });

  it('CRS-10: refuse a database that a newer Kith made, and leave it alone', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    assert.throws(() => migrate(database), {
      code: 'STORE_NEWER',
      data: { found: MIGRATIONS.length + 1, known: MIGRATIONS.length },
    });
    assert.equal(schemaVersion(database), MIGRATIONS.length + 1);
  });
});

describe('SQLite errors', () => {
  const failure = (errcode: number) => Object.assign(new Error('x'), { errcode });

  it('are told apart by their primary code, and unknown ones promise nothing', () => {
    const codes = [11, 26, 267, 13, 10, 1034, 5, 8, 14, 7, 999].map(
      (code) => storeError(failure(code)).code,
    );
    const failed = Array.from({ length: 7 }, () => 'STORE_FAILED');
    const corrupt = ['STORE_CORRUPT', 'STORE_CORRUPT', 'STORE_CORRUPT'];
    assert.deepEqual(codes, [...corrupt, 'STORE_FULL', ...failed]);
    assert.equal(storeError('a text').code, 'STORE_FAILED');
  });

  it('make the whole write undone when the disk is full, and the next one can succeed (DSK-02)', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database);
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 20}`);
    const writer = new SqliteWriter(database);
    const write = (sequence: number, bytes: number) => {
      const entry = fileAt(`p${sequence}`, 'x', { blocks: new Uint8Array(bytes) });
      const change = encodeChange({ ours: [oursAt(sequence, entry)] });
      return { kind: 'change', folder: 'f', change } as const;
    };
    writer.write([write(1, 32)]);
    assert.throws(() => writer.write([write(2, 32), write(3, 1_000_000)]), { code: 'STORE_FULL' });
    assert.equal(database.prepare('SELECT count(*) AS n FROM ours').get()?.['n'], 1);
    assert.equal(database.prepare('SELECT last_sequence AS n FROM folder').get()?.['n'], 1);
    writer.write([write(2, 32)]);
    assert.equal(database.prepare('SELECT count(*) AS n FROM ours').get()?.['n'], 2);
  });

  it('leave no version, path or claim behind that nothing names', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database);
    const writer = new SqliteWriter(database);
    const write = (change: Parameters<typeof encodeChange>[0]) =>
      writer.write([{ kind: 'change', folder: 'f', change: encodeChange(change) }]);
    const device = 'DEVICE' as Parameters<typeof write>[0]['beginIndex'] & string;
    const entries = [fileAt('a/b/c', '1'), fileAt('a/b/d', '1')];
    write({ claims: { device, entries }, ours: [oursAt(1, fileAt('e/f', '1'))] });
    write({ claims: { device, entries: [fileAt('a/b/c', '2')] } });
    write({ forgetPeers: [device], forgetOurs: true });
    for (const table of ['path', 'version', 'claim', 'peer', 'ours']) {
      const row = database.prepare(`SELECT count(*) AS n FROM ${table}`).get();
      assert.equal(row?.['n'], 0, table);
    }
  });
});
