/** Real daemons killed at whatever they do, and started again: the folders end equal, and nothing is lost or left lying about. */

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDaemon } from '../support/daemon.ts';
import { type Cluster, FOLDER, makeCluster, startPair } from '../support/daemon-cluster.ts';
import { eventually } from '../support/syncthing.ts';
import { readTree, type Tree, untilTree } from '../support/trees.ts';
import { writeLarge } from '../support/trees-content.ts';

const at = path.join;
const MIB = 1024 * 1024;
/** When a process is killed, counted from its start. */
const MOMENTS_MS = [250, 400, 600, 900, 1400];

test('a receiver and a sender killed again and again in a first sync end equal (NET-08, CRS-02)', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await makeCluster(t, { names: ['a', 'b'], links: [['a', 'b']] });
  const [a, b] = cluster.daemons as [TestDaemon, TestDaemon];
  const [root = ''] = cluster.roots;
  await plant(root);
  const wanted = readTree(root);
  await a.up();
  for (const [index, ms] of MOMENTS_MS.entries()) {
    await b.up();
    await sleep(ms / 2);
    const victim = index % 2 === 0 ? b : a;
    await victim.kill();
    if (victim === a) {
      await a.up();
      await b.kill();
    }
  }
  await b.up();
  await expectWhole(cluster, wanted);
});

test('daemons killed in a storm of edits end with what was written last', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await startPair(t);
  const { a, b, roots } = cluster;
  const [root = ''] = roots;
  await plant(root);
  await cluster.settle();
  const storm = edit(root);
  for (const [index, ms] of MOMENTS_MS.entries()) {
    await sleep(ms);
    const victim = index % 2 === 0 ? b : a;
    await victim.kill();
    await victim.up();
  }
  await storm;
  await expectWhole(cluster, readTree(root));
});

test('a receiver killed in the middle of many deletes finishes them', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await startPair(t);
  const { b, roots } = cluster;
  const [root = '', other = ''] = roots;
  await plant(root);
  await cluster.settle();
  await rm(at(root, 'many'), { recursive: true });
  const isBegun = async () => (await readdir(at(other, 'many')).catch(() => [])).length < PARTS;
  await eventually('the deletes have begun', isBegun);
  await b.kill();
  await b.up();
  const tree = readTree(root);
  assert.equal(tree['many'], undefined);
  await expectWhole(cluster, tree);
});

test('256 MiB cut off by the end of the receiver and then of the sender travel hardly more than once', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await startPair(t);
  const { a, b, roots } = cluster;
  const [root = '', other = ''] = roots;
  const size = 256 * MIB;
  for (const relay of cluster.relays) relay.speed = 60 * MIB;
  await writeLarge(at(root, 'large'), size, 1);
  for (const [victim, share] of [
    [b, 0.3],
    [a, 0.6],
  ] as const) {
    await eventually('a part has arrived', async () => (await staged(other)) > share * size);
    await victim.kill();
    await victim.up();
  }
  await expectWhole(cluster, readTree(root));
  const travelled = cluster.bytes();
  assert.ok(travelled > size, `only ${travelled} bytes`);
  assert.ok(travelled < 1.2 * size, `${travelled} bytes travelled for ${size}`);
});

const PARTS = 12;

/** Some hundred small files, a few of several blocks, and links. */
async function plant(root: string): Promise<void> {
  for (let part = 0; part < PARTS; part++) {
    const directory = at(root, 'many', `${part}`);
    await mkdir(directory, { recursive: true });
    for (let i = 0; i < 50; i++) await writeFile(at(directory, `${i}`), `${part} ${i} `.repeat(i));
  }
  for (let i = 0; i < 4; i++) await writeLarge(at(root, `several-blocks-${i}`), 5 * MIB + i, i);
}

/** A person who edits, renames, deletes and makes files all the time. */
async function edit(root: string): Promise<void> {
  for (let round = 0; round < 150; round++) {
    const directory = at(root, 'many', `${round % PARTS}`);
    await writeFile(at(directory, `${round % 50}`), `round ${round}`);
    await appendFile(at(directory, 'log'), `${round}\n`);
    await writeFile(at(directory, 'draft'), `draft of round ${round}`);
    await rename(at(directory, 'draft'), at(directory, `text-${round % 5}`));
    await rm(at(directory, `${(round + 25) % 50}`), { force: true });
    if (round % 20 === 0) await writeLarge(at(root, 'several-blocks-0'), 4 * MIB, round);
    await sleep(20);
  }
}

/** Everyone holds just this, no copies and no leftovers. */
async function expectWhole(cluster: Cluster, wanted: Tree): Promise<void> {
  for (const root of cluster.roots) await untilTree(root, wanted);
  await cluster.settle();
  for (const root of cluster.roots) {
    const stage = at(root, '.kith', 'stage');
    await eventually('the staging area is empty', async () => (await namesIn(stage)).length === 0);
  }
  for (const root of cluster.roots) await untilTree(root, wanted);
  for (const daemon of cluster.daemons) {
    assert.deepEqual((await daemon.folderStatus(FOLDER)).problems, []);
  }
}

/** Bytes of the largest file on its way that have reached the disk. */
async function staged(root: string): Promise<number> {
  const stage = at(root, '.kith', 'stage');
  const blocks = (await namesIn(stage)).map(
    (name) => statSync(at(stage, name), { throwIfNoEntry: false })?.blocks ?? 0,
  );
  return Math.max(0, ...blocks) * 512;
}

/** What a directory holds; nothing if it is not there (the staging area is made when it is needed). */
async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
}
