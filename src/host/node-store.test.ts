import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { at, DEVICE_A, fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import type { StateStore } from '../ports/folder-store.ts';
import { openNodeStore } from './node-store.ts';
import type { Damage } from './store-file.ts';

const WRITER = fileURLToPath(
  new URL('../../test/contract/folder-store-writer.ts', import.meta.url),
);

describe('state database on the disk', () => {
  let dir: string;
  let file: string;
  let damages: Damage[];
  const opened: StateStore[] = [];
  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kith-store-'));
    file = path.join(dir, 'index.db');
    damages = [];
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    fs.rmSync(dir, { recursive: true });
  });
  const open = async () => {
    const store = await openNodeStore({ file, onDamage: (damage) => damages.push(damage) });
    opened.push(store);
    return store;
  };
  const fill = async (count: number) => {
    const store = await open();
    const rows = Array.from({ length: count }, (_, i) => oursAt(i + 1, fileAt(`p${i}`, String(i))));
    await store.folder('f').commit({ ours: rows });
    return store;
  };

  it('is readable by its owner alone, with its log, and leaves one file when closed', async () => {
    fs.writeFileSync(file, '', { mode: 0o644 });
    const store = await fill(1);
    for (const name of fs.readdirSync(dir)) {
      assert.equal(fs.statSync(path.join(dir, name)).mode & 0o777, 0o600, name);
    }
    await store.close();
    assert.deepEqual(fs.readdirSync(dir), ['index.db']);
  });

  it('is synced at each commit', async () => {
    const { openWriter } = await import('../store/database.ts');
    const database = openWriter({ file, check: 'none' });
    assert.equal(database.prepare('PRAGMA synchronous').get()?.['synchronous'], 2);
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
    database.close();
  });

  it('moves aside what is no database and begins an empty one', async () => {
    fs.writeFileSync(file, 'this was never a database, though it is long enough to be asked');
    const store = await fill(1);
    assert.deepEqual(
      damages.map(({ movedTo }) => movedTo),
      [`${file}.damaged-1`],
    );
    assert.match(fs.readFileSync(`${file}.damaged-1`, 'utf8'), /never a database/);
    await store.close();
    fs.writeFileSync(file, 'and this is not one either, which goes beside the other');
    await (await open()).close();
    assert.equal(damages[1]?.movedTo, `${file}.damaged-2`);
  });

  it('finds damaged pages after an unclean end', async () => {
    await (await fill(2000)).close();
    const bytes = fs.readFileSync(file);
    bytes.fill(0xa5, 8 * 4096, 60 * 4096);
    fs.writeFileSync(file, bytes);
    // A log that was not emptied, though nothing in it counts.
    fs.writeFileSync(`${file}-wal`, new Uint8Array(100));
    const store = await open();
    assert.equal(damages.length, 1);
    assert.deepEqual(store.folders(), []);
    assert.ok(fs.existsSync(`${file}.damaged-1`));
    await store.close();
  });

  it('remembers damage that shows in a read, and is replaced at the next start', async () => {
    await (await fill(10)).close();
    const database = new DatabaseSync(file);
    database.exec('UPDATE ours SET record = zeroblob(80) WHERE sequence = 5');
    database.close();
    const store = await open();
    assert.equal(store.folder('f').ours(at('p3'))?.sequence, 4);
    assert.throws(() => store.folder('f').ours(at('p4')), { code: 'STORE_CORRUPT' });
    await store.close();
    fs.writeFileSync(`${file}-wal`, 'a log');
    const next = await open();
    assert.equal(damages.length, 1);
    assert.equal(fs.readFileSync(`${file}.damaged-1-wal`, 'utf8'), 'a log');
    assert.equal(next.folder('f').ours(at('p4')), undefined);
    await next.close();
    await (await open()).close();
    assert.equal(damages.length, 1);
  });

  it('keeps its rows after an error of reading that SQLite took for damage', async (t) => {
    const store = await fill(10);
    const prepare = t.mock.method(DatabaseSync.prototype, 'prepare', () => {
      throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 });
    });
    assert.throws(() => store.folder('g').ours(at('p1')), { code: 'STORE_CORRUPT' });
    prepare.mock.restore();
    await store.close();
    assert.ok(fs.existsSync(`${file}.suspect`));
    const next = await open();
    assert.deepEqual(damages, []);
    assert.equal(next.folder('f').ours(at('p1'))?.sequence, 2);
    assert.ok(!fs.existsSync(`${file}.suspect`));
    await next.close();
  });

  it('is replaced after damage that SQLite speaks of and that is some', async () => {
    await (await fill(2000)).close();
    const bytes = fs.readFileSync(file);
    bytes.fill(0xa5, 8 * 4096, 60 * 4096);
    fs.writeFileSync(file, bytes);
    const store = await open();
    assert.throws(() => store.folder('f').oursAfter(0, 5000), { code: 'STORE_CORRUPT' });
    await store.close();
    assert.equal(damages.length, 0);
    const next = await open();
    assert.equal(damages.length, 1);
    assert.deepEqual(fs.readFileSync(`${file}.damaged-1`), bytes);
    assert.ok(!fs.existsSync(`${file}.suspect`));
    await next.close();
  });

  it('CRS-10: is refused and left alone if a newer Kith made it', async () => {
    await (await fill(1)).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 999');
    database.close();
    await assert.rejects(open(), { code: 'STORE_NEWER' });
    assert.equal(damages.length, 0);
    assert.ok(fs.existsSync(file));
  });

  it('cannot be opened where there is no directory', async () => {
    file = path.join(dir, 'missing', 'index.db');
    await assert.rejects(open(), { code: 'STORE_FAILED' });
  });

  it('shows one snapshot within one turn, whatever is committed meanwhile', async () => {
    const store = await open();
    const folder = store.folder('f');
    const commits = [1, 2, 3].map((n) =>
      folder.commit({ ours: [oursAt(n, fileAt('a', String(n)))] }),
    );
    // The commits are made by the other thread while this one looks.
    for (const end = Date.now() + 100; Date.now() < end; ) assert.equal(folder.lastSequence(), 0);
    await Promise.all(commits);
    assert.equal(folder.lastSequence(), 3);
    await store.close();
  });

  it('keeps its log short under a steady stream of commits', async () => {
    const store = await open();
    const blocks = new Uint8Array(256 * 1024);
    let longest = 0;
    for (let n = 1; n <= 400; n++) {
      await store.folder('f').commit({ ours: [oursAt(n, fileAt(`p${n % 8}`, 'x', { blocks }))] });
      longest = Math.max(longest, fs.statSync(`${file}-wal`).size);
    }
    assert.ok(longest < 32 * 1024 * 1024, `${longest} bytes of log for 100 MB written`);
    await store.close();
  });

  it('CRS-02: has every commit that resolved, and none by half, after being killed (CRS-04)', async () => {
    let claimed = 0;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [WRITER, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let told = '';
      child.stdout.on('data', (text) => {
        told += String(text);
        if (told.split('\n').length > 40 + 7 * round) child.kill('SIGKILL');
      });
      await once(child, 'close');
      claimed = Number(told.trimEnd().split('\n').at(-1));
      const store = await open();
      const folder = store.folder('f');
      const last = folder.lastSequence();
      assert.ok(last >= claimed && last <= claimed + 2, `${last} after ${claimed} was told`);
      assert.deepEqual(
        folder.oursAfter(last - 2, 9).map(({ sequence }) => sequence),
        [last - 1, last],
      );
      assert.equal(folder.paths(undefined, 1000).length % 2, 0);
      await store.close();
    }
    assert.ok(claimed > 100);
    assert.deepEqual(damages, []);
  });

  it('shows what is durable again, once an error of reading is over, and goes on', async (t) => {
    const store = await fill(1);
    const folder = store.folder('f');
    assert.equal(folder.ours(at('p1')), undefined);
    // Only the reader's connection is of this thread.
    const exec = t.mock.method(DatabaseSync.prototype, 'exec', () => {
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    });
    const second = folder.commit({ ours: [oursAt(2, fileAt('p1', 'x'))] });
    await assert.rejects(second, { code: 'STORE_FAILED' });
    assert.throws(() => folder.lastSequence(), { code: 'STORE_FAILED' });
    const doomed = store.folder('g').commit({ ours: [oursAt(1, fileAt('p', 'x'))] });
    await assert.rejects(doomed, { code: 'STORE_FAILED' });
    exec.mock.restore();
    assert.equal(folder.lastSequence(), 2);
    assert.equal(folder.ours(at('p1'))?.sequence, 2);
    await folder.commit({ ours: [oursAt(3, fileAt('p1', 'y'))] });
    assert.equal(folder.ours(at('p1'))?.sequence, 3);
    await store.close();
  });

  it('reports damage as that, even where its mark cannot be written', async () => {
    await (await fill(10)).close();
    const database = new DatabaseSync(file);
    database.exec('UPDATE ours SET record = zeroblob(80) WHERE sequence = 5');
    database.close();
    const store = await open();
    fs.mkdirSync(`${file}.suspect`);
    assert.throws(() => store.folder('f').ours(at('p4')), { code: 'STORE_CORRUPT' });
    await store.close();
    fs.rmdirSync(`${file}.suspect`);
  });

  it('closes once, however often it is told to, and cannot be read afterwards', async () => {
    const store = await fill(1);
    await Promise.all([store.close(), store.close()]);
    assert.throws(() => store.folder('f').lastSequence(), { code: 'STORE_FAILED' });
    await assert.rejects(store.folder('f').commit({ forgetPeers: [DEVICE_A] }), {
      code: 'STORE_FAILED',
    });
  });
});
