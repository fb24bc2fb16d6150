/** Disks that are full, read-only or closed to us, and too few open files: held and reported, and taken up again by itself. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FolderStatus, StatusReport } from '../../src/api/status.ts';
import type { TestDaemon } from '../support/daemon.ts';
import { type Cluster, FOLDER, makeCluster } from '../support/daemon-cluster.ts';
import { readTree, untilTree } from '../support/trees.ts';
import { writeLarge } from '../support/trees-content.ts';

const skip = process.getuid?.() === 0 && canMount() ? false : 'only root may mount a disk';
const at = path.join;
const MIB = 1024 * 1024;
/** The next try comes later the longer something stood in the way. */
const TAKEN_UP_MS = 120_000;
/** How long a daemon may open nothing. */
const SHORTAGE_MS = 3000;

interface Pair extends Cluster {
  readonly a: TestDaemon;
  readonly b: TestDaemon;
  readonly mine: string;
  readonly theirs: string;
}

test('a full disk is held and reported, and taken up again when space returns (DSK-01, DSK-04)', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const pair = await pairOnSmallDisk(t, 'size=24m');
  await writeFile(at(pair.mine, 'first'), 'fits');
  await pair.settle();
  await writeLarge(at(pair.mine, 'large'), 40 * MIB, 1);
  await untilHeld(pair, { path: 'large', code: 'FILE_DISK_FULL' });
  assert.deepEqual(Object.keys(readTree(pair.theirs)), ['first']);
  run('mount', '-o', 'remount,size=100m', pair.theirs);
  await untilTree(pair.theirs, readTree(pair.mine), TAKEN_UP_MS);
  await pair.settle();
});

test('a disk that has bytes but no room for another file holds what does not fit, and takes it up later (DSK-05)', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const pair = await pairOnSmallDisk(t, 'size=24m,nr_inodes=60');
  await mkdir(at(pair.mine, 'many'));
  for (let i = 0; i < 100; i++) await writeFile(at(pair.mine, 'many', `${i}`), `${i}`);
  await pair.b.until('some are held', ({ folders }) =>
    folders.some(({ state, problems }) => state === 'held' && problems.length > 10),
  );
  const { problems } = await pair.b.folderStatus(FOLDER);
  for (const { code, text } of problems) {
    assert.equal(code, 'FILE_NO_INODES');
    assert.match(text, /for no further file/);
  }
  run('mount', '-o', 'remount,nr_inodes=1000', pair.theirs);
  await untilTree(pair.theirs, readTree(pair.mine), TAKEN_UP_MS);
  await pair.settle();
});

test('a directory for temporary files that is not there is in nobody’s way (DSK-06)', {
  timeout: 400_000,
}, async (t) => {
  const pair = await makePair(t);
  const under = ['env', 'TMPDIR=/nowhere', 'SQLITE_TMPDIR=/nowhere'];
  await Promise.all([pair.a.up({ under }), pair.b.up({ under })]);
  await writeLarge(at(pair.mine, 'large'), 8 * MIB, 1);
  for (let i = 0; i < 300; i++) await writeFile(at(pair.mine, `${i}`), `${i}`);
  await pair.settle();
  await rm(at(pair.mine, 'large'));
  await pair.settle();
});

test('a disk that turns read-only is reported, and taken up again when it can be written (DSK-07)', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const pair = await pairOnSmallDisk(t, 'size=24m');
  await writeFile(at(pair.mine, 'first'), 'before');
  await pair.settle();
  run('mount', '-o', 'remount,ro', pair.theirs);
  await writeFile(at(pair.mine, 'second'), 'not now');
  await untilHeld(pair, { path: 'second', code: 'FILE_READ_ONLY' });
  run('mount', '-o', 'remount,rw', pair.theirs);
  await untilTree(pair.theirs, readTree(pair.mine), TAKEN_UP_MS);
  await pair.settle();
});

test('a directory that is closed to us is reported, the rest goes on, and it is taken up when it opens', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const nobody = 65_534;
  const pair = await makePair(t);
  await mkdir(at(pair.mine, 'closed'));
  await Promise.all([pair.a.up(), pair.b.up()]);
  await pair.settle();
  await pair.b.down();
  await chmod(path.dirname(pair.b.directory), 0o755);
  await chownTree(pair.b.directory, nobody);
  await chown(at(pair.theirs, 'closed'), 0, 0);
  const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  await pair.b.up({ under: ['setpriv', ...ids] });
  await writeFile(at(pair.mine, 'closed', 'inside'), 'refused at first');
  await writeFile(at(pair.mine, 'beside'), 'goes on');
  await untilHeld(pair, { path: 'closed/inside', code: 'FILE_DENIED' });
  assert.ok(readTree(pair.theirs)['beside'] !== undefined);
  await chown(at(pair.theirs, 'closed'), nobody, nobody);
  await untilTree(pair.theirs, readTree(pair.mine), TAKEN_UP_MS);
  await pair.settle();
});

test('a disk mounted inside a folder is sent; gone, it is held and not deleted; nothing is written to it', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const mounted: string[] = [];
  const users: TestDaemon[] = [];
  // Before what takes the directories away.
  t.after(async () => {
    for (const daemon of users) await daemon.kill();
    for (const directory of mounted) run('umount', directory);
  });
  const pair = await makePair(t);
  const { a, b, mine, theirs } = pair;
  const [inner, outside] = [at(mine, 'usb'), at(path.dirname(mine), 'outside')];
  await mkdir(inner);
  await mkdir(outside);
  run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', outside);
  run('mount', '--bind', outside, inner);
  mounted.push(inner, outside);
  users.push(a);
  await writeFile(at(inner, 'file'), 'on the disk');
  await Promise.all([a.up(), b.up()]);
  await pair.settle();
  const all = readTree(theirs);
  assert.deepEqual(Object.keys(all), ['usb', 'usb/file']);
  await writeFile(at(theirs, 'usb', 'new'), 'from the other side');
  await a.until('it is held', holds('usb/new', 'FILE_CROSS_DEVICE'));
  await rm(at(theirs, 'usb', 'new'));
  await pair.settle();
  await a.down();
  run('umount', inner);
  await a.up();
  await a.until('it is missed', holds('usb', 'MOUNT_CHANGED'));
  assert.equal((await a.tryKith('wait', FOLDER, '--timeout', '5')).code, 3);
  assert.deepEqual(readTree(theirs), all);
  run('mount', '--bind', outside, inner);
  await a.kith('rescan', FOLDER);
  await pair.settle();
  assert.deepEqual([readTree(theirs), readTree(mine)], [all, all]);
});

test('a daemon that may open no more files says so, and goes on when it may', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const pair = await makePair(t);
  await Promise.all([pair.a.up(), pair.b.up()]);
  await writeFile(at(pair.mine, 'first'), 'before');
  await pair.settle();
  const mayOpen = (count: number) => run('prlimit', '--pid', `${pair.b.pid}`, `--nofile=${count}:`);
  mayOpen(10);
  for (let part = 0; part < 20; part++) {
    await mkdir(at(pair.mine, `${part}`, 'deep'), { recursive: true });
    await writeFile(at(pair.mine, `${part}`, 'deep', 'file'), 'not now');
  }
  await sleep(SHORTAGE_MS);
  assert.equal(readTree(pair.theirs)['19/deep/file'], undefined);
  mayOpen(10_000);
  await pair.b.until('it is not blamed on the files', ({ folders }) => {
    return folders.every(({ state }) => state !== 'stopped' && state !== 'error');
  });
  await untilTree(pair.theirs, readTree(pair.mine), TAKEN_UP_MS);
  await pair.settle();
});

async function makePair(t: TestContext): Promise<Pair> {
  const cluster = await makeCluster(t, { names: ['a', 'b'], links: [['a', 'b']] });
  const [a, b] = cluster.daemons as [TestDaemon, TestDaemon];
  return { ...cluster, a, b, mine: a.folder(FOLDER), theirs: b.folder(FOLDER) };
}

/** The second device's folder is a disk of its own. Both are up. */
async function pairOnSmallDisk(t: TestContext, options: string): Promise<Pair> {
  const mounted: TestDaemon[] = [];
  // Before what takes the directories away.
  t.after(async () => {
    for (const daemon of mounted) {
      await daemon.kill();
      run('umount', daemon.folder(FOLDER));
    }
  });
  const pair = await makePair(t);
  run('mount', '-t', 'tmpfs', '-o', options, 'none', pair.theirs);
  mounted.push(pair.b);
  await Promise.all([pair.a.up(), pair.b.up()]);
  return pair;
}

/** The receiver says what is wrong with the path, goes on running, and the sender knows that it lacks something. */
async function untilHeld(
  { a, b }: Pair,
  problem: { readonly path: string; readonly code: string },
): Promise<void> {
  const says = ({ state, problems }: FolderStatus) =>
    state === 'held' && problems.some((each) => isLike(each, problem));
  await b.until(`${problem.path} is held`, ({ folders }) => folders.some(says));
  const [seen] = (await a.folderStatus(FOLDER)).devices;
  assert.ok(seen?.connected && seen.need.files > 0);
  assert.equal((await b.tryKith('wait', FOLDER, '--timeout', '5')).code, 3);
}

function holds(at: string, code: string): (report: StatusReport) => boolean {
  return ({ folders }) =>
    folders.some(({ state, problems }) => {
      return state === 'held' && problems.some((each) => isLike(each, { path: at, code }));
    });
}

function isLike(
  one: { readonly path: string; readonly code: string },
  other: { readonly path: string; readonly code: string },
): boolean {
  return one.path === other.path && one.code === other.code;
}

async function chownTree(directory: string, owner: number): Promise<void> {
  await chown(directory, owner, owner);
  for (const name of await readdir(directory, { recursive: true })) {
    await chown(at(directory, name), owner, owner);
  }
}

function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0;
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${stderr}`);
}
