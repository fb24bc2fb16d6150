/** CRS-10: databases of every earlier version are brought up to date wholly, or stay what they were. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStoreFile } from '../../src/host/store-file.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { FolderStore } from '../../src/ports/folder-store.ts';
import { migrate, openReader, schemaVersion } from '../../src/store/database.ts';
import type { FolderReads } from '../../src/store/folder-reads.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { rewriteRows } from '../../src/store/rewrite-rows.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { withStoreErrors } from '../../src/store/sqlite-error.ts';
import { SqliteReader } from '../../src/store/sqlite-reader.ts';
import { dump, FIXTURE } from '../golden/store-fixture.ts';

const KILLED = fileURLToPath(new URL('store-migration-killed.ts', import.meta.url));
const LATEST = MIGRATIONS.length;
const EARLIER = Array.from({ length: LATEST }, (_, index) => index + 1);
const FOLDERS = ['docs', 'photos'];

const textOf = (name: string): string =>
  fs.readFileSync(new URL(`../golden/store-${name}.sql`, import.meta.url), 'utf8');

/** Everything that a folder's reads say. */
function allOf(reads: FolderReads | FolderStore) {
  const paths = reads.paths(undefined, 1000);
  return {
    identity: reads.identity(),
    last: reads.lastSequence(),
    ours: reads.oursAfter(0, 1000),
    paths: paths.map((at) => [at, reads.ours(at), reads.announced(at), reads.children(at)]),
    peers: reads.peers(),
    intents: reads.intents(),
  };
}

type Spoil = (database: DatabaseSync) => void;

type State = Readonly<Record<string, ReturnType<typeof allOf>>>;

/** What the fixture holds, as far as records of a version could say it. */
async function expected(version: number): Promise<State> {
  const store = new MemoryStore();
  const early = <Row extends Entry>(row: Row): Row =>
    version > 1 ? row : { ...row, previousHash: new Uint8Array(0) };
  for (const { folder, change } of FIXTURE) {
    const { ours, claims, ...rest } = change;
    const rows = ours?.map((row) => {
      const seen = row.seen && { ...row.seen, isForeign: version > 1 && row.seen.isForeign };
      return early({ ...row, seen });
    });
    const entries = claims?.entries.map(early) ?? [];
    await store.folder(folder).commit({
      ...rest,
      ...(rows && { ours: rows }),
      ...(claims && { claims: { ...claims, entries } }),
    });
  }
  return Object.fromEntries(FOLDERS.map((id) => [id, allOf(store.folder(id))]));
}

describe('a database of an earlier version', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kith-migration-'));
    file = path.join(dir, 'index.db');
  });
  afterEach(() => fs.rmSync(dir, { recursive: true }));

  /** As the program of its time left it. */
  const lay = (name: string): void => {
    for (const left of fs.readdirSync(dir)) fs.rmSync(path.join(dir, left));
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`BEGIN; ${textOf(name)}; COMMIT`);
    database.close();
  };
  const inFile = <Answer>(ask: (database: DatabaseSync) => Answer): Answer => {
    const database = new DatabaseSync(file);
    try {
      return ask(database);
    } finally {
      database.close();
    }
  };
  const open = (): State => {
    const { database, damage } = openStoreFile(file);
    const reader = new SqliteReader(openReader(file));
    try {
      assert.equal(damage, undefined);
      const verdict = database.prepare('PRAGMA integrity_check').all();
      assert.deepEqual(
        verdict.map((row) => row['integrity_check']),
        ['ok'],
      );
      assert.equal(schemaVersion(database), LATEST);
      assert.deepEqual(reader.folders(), FOLDERS);
      return Object.fromEntries(FOLDERS.map((id) => [id, allOf(reader.folder(id))]));
    } finally {
      reader.close();
      database.close();
    }
  };

  for (const version of EARLIER) {
    it(`${version} is opened, and every row of it is there`, async () => {
      lay(`v${version}`);
      assert.deepEqual(open(), await expected(version));
      assert.deepEqual(fs.readdirSync(dir), ['index.db']);
      if (version > 1) assert.equal(inFile(dump), textOf(`v${LATEST}`));
    });
  }

  it('knows what our counter was raised to, as far as its rows tell', () => {
    // Those of before 4 did not keep it.
    for (const version of EARLIER.filter((each) => each < 4)) {
      lay(`v${version}`);
      // The fixture's rows have this counter at 2.
      inFile((database) => database.exec("UPDATE identity SET index_id = x'fffffffffffffff0'"));
      assert.equal(open()['docs']?.identity?.counterUsed, 2n, `v${version}`);
    }
  });

  it('has one row for one version that two formats had told apart', async () => {
    lay('v2');
    const old = /INSERT INTO version VALUES \(\d+, 3, (.*)\);/.exec(textOf('v1'))?.[1];
    inFile((database) => {
      database.exec(`INSERT INTO version VALUES (50, 3, ${old})`);
      database.exec('UPDATE claim SET version = 50 WHERE path = 3 AND slot = 2');
    });
    assert.deepEqual(open(), await expected(2));
    assert.equal(inFile(dump), textOf(`v${LATEST}`));
  });

  it('is wholly old or wholly new when the program is killed at any moment of its migration', () => {
    lay('v1');
    open();
    const [before, after] = [textOf('v1'), inFile(dump)];
    const seen = new Map([
      [before, 0],
      [after, 0],
    ]);
    const isOver = (): boolean => seen.get(after) === 3;
    for (let call = 1; !isOver(); call++) {
      lay('v1');
      const { signal, stderr } = spawnSync(process.execPath, [KILLED, file, String(call)]);
      assert.equal(signal, 'SIGKILL', String(stderr));
      const found = inFile(dump);
      assert.ok(seen.has(found), `neither old nor new when killed before call ${call}`);
      seen.set(found, (seen.get(found) ?? 0) + 1);
      open();
      assert.equal(inFile(dump), after);
    }
    assert.ok((seen.get(before) ?? 0) > 30, 'it was killed early alone');
  });

  it('stays what it was when the disk is full, and is brought up to date once there is room', async () => {
    lay('v1');
    const thirsty = (database: DatabaseSync): void => {
      rewriteRows(database);
      database.exec('CREATE TABLE large (a); INSERT INTO large VALUES (zeroblob(1000000))');
    };
    inFile((database) => {
      const pages = database.prepare('PRAGMA page_count').get()?.['page_count'];
      database.exec(`PRAGMA max_page_count = ${Number(pages) + 5}`);
      const attempt = (): void => migrate(database, [...MIGRATIONS.slice(0, 2), thirsty]);
      assert.throws(() => withStoreErrors(attempt), { code: 'STORE_FULL', kind: 'transient' });
    });
    assert.equal(inFile(dump), textOf('v1'));
    assert.deepEqual(open(), await expected(1));
  });

  it('that holds a damaged row is moved aside as it is', () => {
    lay('v2');
    inFile((database) => database.exec("UPDATE path SET text = 'dir/other' WHERE id = 3"));
    const before = fs.readFileSync(file);
    const { database, damage } = openStoreFile(file);
    database.close();
    assert.match(damage?.reason ?? '', /dir\/other/);
    assert.deepEqual(fs.readFileSync(`${file}.damaged-1`), before);
  });

  for (const [what, spoil] of [
    ['of a version that was never released', undefined],
    ['with a version and no tables', (database) => database.exec('DROP TABLE claim')],
    ['with tables and no version', (database) => database.exec('PRAGMA user_version = 0')],
    ['with a version below all', (database) => database.exec('PRAGMA user_version = -3')],
    ['with tables of somebody else', (database) => database.exec('CREATE TABLE songs (name)')],
  ] as const satisfies readonly (readonly [string, Spoil | undefined])[]) {
    it(`${what} is moved aside, and an empty one begun`, () => {
      lay(spoil === undefined ? 'v1-unreleased' : 'v2');
      if (spoil !== undefined) inFile(spoil);
      const before = inFile(dump);
      const { database, damage } = openStoreFile(file);
      assert.equal(damage?.movedTo, `${file}.damaged-1`);
      assert.match(damage?.reason ?? '', /tables are not those of its version/);
      assert.equal(database.prepare('SELECT count(*) AS n FROM folder').get()?.['n'], 0);
      database.close();
      file = `${file}.damaged-1`;
      assert.equal(inFile(dump), before);
    });
  }
});
