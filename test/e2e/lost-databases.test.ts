/** I14: a database that is lost, old or damaged costs a scan and an exchange: nothing is deleted, no edit lost, no equal file sent. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestDaemon } from '../support/daemon.ts';
import { type Cluster, FOLDER, startPair } from '../support/daemon-cluster.ts';
import { eventually } from '../support/syncthing.ts';
import { writeLarge } from '../support/trees-content.ts';

const at = path.join;
const LARGE = 24 * 1024 * 1024;

/** What happens to the database of a device that is not running. */
interface Loss {
  readonly what: string;
  /** Without a clean end what was committed last is still in the log. */
  readonly end: 'down' | 'kill';
  readonly spoil: (file: string, old: Buffer) => void;
  /** It is moved aside, and people are told. */
  readonly isDamage: boolean;
}

const LOSSES: readonly Loss[] = [
  { what: 'removed', end: 'down', spoil: (file) => fs.rmSync(file), isDamage: false },
  { what: 'cut to nothing', end: 'down', spoil: (file) => fs.truncateSync(file), isDamage: false },
  {
    what: 'cut in half',
    end: 'down',
    spoil: (file) => fs.truncateSync(file, Math.floor(fs.statSync(file).size / 8192) * 4096),
    isDamage: true,
  },
  {
    what: 'overwritten in its middle',
    end: 'down',
    spoil: (file) => fs.writeFileSync(file, fs.readFileSync(file).fill(0xa5, 9 * 4096, 40 * 4096)),
    isDamage: true,
  },
  {
    what: 'overwritten by something else',
    end: 'down',
    spoil: (file) => fs.writeFileSync(file, 'a letter to somebody'.repeat(1000)),
    isDamage: true,
  },
  {
    what: 'replaced by an old copy',
    end: 'down',
    spoil: (file, old) => fs.writeFileSync(file, old),
    isDamage: false,
  },
  {
    what: 'robbed of its log',
    end: 'kill',
    spoil: (file) => fs.rmSync(`${file}-wal`),
    isDamage: false,
  },
  {
    what: 'left with half of its log',
    end: 'kill',
    spoil: (file) => fs.truncateSync(`${file}-wal`, fs.statSync(`${file}-wal`).size >> 1),
    isDamage: false,
  },
];

/** Contents of all small files of a tree, sorted: names of conflict copies aside. */
function contentsOf(root: string): readonly string[] {
  const names = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  const small = names.filter((each) => each.isFile() && !each.parentPath.includes('.kith'));
  return small
    .map((each) => at(each.parentPath, each.name))
    .filter((file) => fs.statSync(file).size < 1000)
    .map((file) => fs.readFileSync(file, 'utf8'))
    .sort();
}

function plant(root: string): void {
  fs.mkdirSync(at(root, 'notes'));
  for (let i = 0; i < 200; i++) fs.writeFileSync(at(root, 'notes', `${i}`), `note ${i}`);
}

const hasNote = async (daemon: TestDaemon): Promise<boolean> =>
  (await daemon.status()).notes.some((note) => note.includes('index.db.damaged-'));

test('a database that is lost, old or damaged is begun anew, and what differs is kept twice', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await startPair(t);
  const { a, b, roots } = cluster;
  const [root = '', other = ''] = roots;
  const file = at(a.home, 'index.db');
  plant(root);
  await writeLarge(at(root, 'large'), LARGE, 1);
  await cluster.settle();
  await a.down();
  const old = fs.readFileSync(file);
  await a.up();
  for (const loss of LOSSES) {
    await t.test(loss.what, async () => {
      await happen(loss, cluster, { old, root, other, file });
      assert.ok(a.isRunning && b.isRunning);
    });
  }
});

async function happen(
  { what, end, spoil, isDamage }: Loss,
  cluster: Cluster & { readonly a: TestDaemon },
  facts: {
    readonly old: Buffer;
    readonly root: string;
    readonly other: string;
    readonly file: string;
  },
): Promise<void> {
  const { a } = cluster;
  const { root, other, file, old } = facts;
  // Something that the old copy does not know, and that is in the log alone after a kill.
  fs.writeFileSync(at(root, `before ${what}`), `before ${what}`);
  await cluster.settle();
  const inodes = [root, other].map((each) => fs.statSync(at(each, 'large')).ino);
  const bytes = cluster.bytes();
  await a[end]();
  spoil(file, old);
  fs.writeFileSync(at(root, 'notes', '7'), `of a, ${what}`);
  fs.writeFileSync(at(other, 'notes', '7'), `of b, ${what}`);
  fs.writeFileSync(at(root, `new at a, ${what}`), `new at a, ${what}`);
  fs.writeFileSync(at(other, `new at b, ${what}`), `new at b, ${what}`);
  const wanted = new Set([...contentsOf(root), ...contentsOf(other)]);
  await a.up();
  await cluster.settle();
  for (const each of [root, other]) {
    const found = contentsOf(each);
    assert.deepEqual(new Set(found), wanted, `contents in ${each}`);
    assert.equal(found.length, wanted.size, `something is there twice in ${each}`);
  }
  assert.deepEqual(
    [root, other].map((each) => fs.statSync(at(each, 'large')).ino),
    inodes,
  );
  assert.ok(cluster.bytes() - bytes < LARGE / 8, `${cluster.bytes() - bytes} bytes travelled`);
  assert.equal(await hasNote(a), isDamage);
  const kept = fs.readdirSync(a.home).filter((name) => name.includes('.damaged-'));
  assert.equal(kept.length > 0, isDamage);
  for (const name of kept) fs.rmSync(at(a.home, name));
  assert.equal(await hasNote(a), false);
}

/** All notes but those that were edited, for which an old content may be kept as well; and the edits. */
function assertKept(contents: readonly string[], edits: readonly string[]): void {
  const found = new Set(contents);
  assert.equal(found.size, contents.length, 'something is there twice');
  for (let i = 6; i < 200; i++) assert.ok(found.has(`note ${i}`), `note ${i}`);
  for (const edit of edits) assert.ok(found.has(edit), edit);
  assert.ok(found.size <= 200 + edits.length);
}

/** Damages every row of ours, beside the daemon that has the database open. */
function damageRows(file: string): void {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec('UPDATE ours SET record = zeroblob(length(record))');
  database.close();
}

test('damage that shows while the daemon runs is replaced at once, and a second time within the hour is left to a person', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await startPair(t);
  const { a, roots } = cluster;
  const [root = '', other = ''] = roots;
  const file = at(a.home, 'index.db');
  plant(root);
  await cluster.settle();
  // What it has read is remembered.
  await a.down();
  await a.up();
  const { pid } = a;
  damageRows(file);
  fs.writeFileSync(at(other, 'notes', '3'), 'edited at b');
  fs.writeFileSync(at(root, 'notes', '4'), 'edited at a');
  await eventually('the damage was met', async () => (await a.log()).includes('database-damaged'));
  await cluster.settle();
  assert.equal(a.pid, pid);
  assert.ok(a.isRunning);
  assert.ok(await hasNote(a));
  assert.match(await a.kith('status'), /note .*index\.db\.damaged-1/);
  assertKept(contentsOf(other), ['edited at a', 'edited at b']);

  damageRows(file);
  fs.writeFileSync(at(root, 'notes', '5'), 'edited again');
  // Rows that were read are remembered; who holds an equal content is asked of the database.
  fs.writeFileSync(at(other, 'a copy'), 'edited at b');
  const isStopped = (state: string | undefined): boolean => state === 'stopped';
  await a.until('the folder stops', ({ folders }) => isStopped(folders[0]?.state));
  assert.match((await a.folderStatus(FOLDER)).stateReason ?? '', /the next start keeps it aside/);
  assert.ok(!fs.existsSync(`${file}.damaged-2`));
  await a.down();
  await a.up();
  await cluster.settle();
  assert.ok(fs.existsSync(`${file}.damaged-2`));
  fs.rmSync(at(other, 'a copy'));
  await cluster.settle();
  assertKept(contentsOf(other), ['edited at a', 'edited at b', 'edited again']);
});
