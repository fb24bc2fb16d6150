import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { KithError } from '../base/error.ts';
import { CORRUPT } from '../store/sqlite-error.ts';
import { markSuspect, openStoreFile } from './store-file.ts';

test('a database that the disk does not give is not replaced, however often it is tried', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'index.db');
  openStoreFile(file).database.close();
  const before = fs.readFileSync(file);
  markSuspect(file, new KithError('STORE_CORRUPT', { sqlite: CORRUPT }));
  const read = t.mock.method(fs, 'readSync', () => {
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  });
  for (const _ of [1, 2]) {
    assert.throws(() => openStoreFile(file), { code: 'STORE_FAILED' });
  }
  read.mock.restore();
  assert.deepEqual(fs.readFileSync(file), before);
  const { database, damage } = openStoreFile(file);
  database.close();
  assert.equal(damage, undefined);
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['index.db']);
});

test('damage that was proved is not looked for again', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'index.db');
  openStoreFile(file).database.close();
  markSuspect(file, new KithError('STORE_CORRUPT', { path: 'a' }));
  const { database, damage } = openStoreFile(file);
  database.close();
  assert.equal(damage?.movedTo, `${file}.damaged-1`);
});

test('a database that could be opened for reading alone is not taken for one that can be written', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'index.db');
  openStoreFile(file).database.close();
  const exec = DatabaseSync.prototype.exec;
  t.mock.method(DatabaseSync.prototype, 'exec', function (this: DatabaseSync, sql: string) {
    if (sql.startsWith('BEGIN IMMEDIATE')) {
      throw Object.assign(new Error('attempt to write a readonly database'), { errcode: 8 });
    }
    exec.call(this, sql);
  });
  assert.throws(() => openStoreFile(file), { code: 'STORE_FAILED' });
  assert.ok(fs.existsSync(file));
});
