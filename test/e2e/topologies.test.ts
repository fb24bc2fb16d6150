/** Four real daemons in a line, a circle and a mesh: what is changed anywhere reaches everyone, and then there is silence. */

import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, makeCluster } from '../support/daemon-cluster.ts';
import { eventually } from '../support/syncthing.ts';
import { readTree, type Tree, untilTree } from '../support/trees.ts';

const LINE = [
  ['a', 'b'],
  ['b', 'c'],
  ['c', 'd'],
] as const;
/** How long it is listened, and what a keep-alive on each link may take of it. */
const SILENCE_MS = 4000;
const PING_BYTES = 100;

test('four devices become equal in a line, a circle and a mesh, and at rest nothing travels but keep-alives', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await makeCluster(t, { names: ['a', 'b', 'c', 'd'], links: LINE });
  for (const [index, root] of cluster.roots.entries()) await fill(path.join(root, `of-${index}`));
  await Promise.all(cluster.daemons.map((daemon) => daemon.up()));
  await cluster.settle();
  assert.equal(Object.keys(readTree(cluster.roots[3] ?? '')).length, 4 * 4);

  await t.test('in a line', () => changeEverywhere(cluster, 'line'));
  await t.test('in a circle', async () => {
    await cluster.link('d', 'a');
    await changeEverywhere(cluster, 'circle');
  });
  await t.test('in a mesh', async () => {
    await cluster.link('a', 'c');
    await cluster.link('b', 'd');
    await changeEverywhere(cluster, 'mesh');
  });
});

async function fill(directory: string): Promise<void> {
  await mkdir(path.join(directory, 'deep'), { recursive: true });
  await writeFile(path.join(directory, 'deep', 'file'), `made in ${path.basename(directory)}`);
  await symlink('deep/file', path.join(directory, 'link'));
}

/** One change at each device, none at the same place as another. */
async function changeEverywhere(cluster: Cluster, label: string): Promise<void> {
  const [a = '', b = '', c = '', d = ''] = cluster.roots;
  const before = readTree(a);
  await writeFile(path.join(a, 'of-3', 'deep', 'file'), `edited at the other end: ${label}`);
  await rm(path.join(d, 'of-0'), { recursive: true });
  await rename(path.join(b, 'of-1'), path.join(b, `moved-${label}`));
  await writeFile(path.join(c, label), Buffer.alloc(300_000, label));
  const expected = await expectedOf(cluster, { before, label });
  for (const root of cluster.roots) await untilTree(root, expected);
  await cluster.settle();
  await expectSilence(cluster);
  // For the next shape.
  await fill(path.join(d, 'of-0'));
  await rename(path.join(c, `moved-${label}`), path.join(c, 'of-1'));
  await cluster.settle();
}

/** What everyone must hold in the end, made of what each of them holds where it was changed. */
async function expectedOf(
  cluster: Cluster,
  { before, label }: { readonly before: Tree; readonly label: string },
): Promise<Tree> {
  const [a = '', , c = ''] = cluster.roots;
  const expected: Record<string, string> = {};
  for (const [name, line] of Object.entries(before)) {
    if (/^of-0(\/|$)/.test(name)) continue;
    expected[name.replace(/^of-1(?=\/|$)/, `moved-${label}`)] = line;
  }
  expected['of-3/deep/file'] = readTree(a)['of-3/deep/file'] ?? '';
  expected[label] = readTree(c)[label] ?? '';
  return expected;
}

async function expectSilence(cluster: Cluster): Promise<void> {
  const most = PING_BYTES * cluster.relays.length;
  await eventually('nothing travels any more', async () => {
    const before = cluster.bytes();
    await sleep(SILENCE_MS);
    return cluster.bytes() - before <= most;
  });
}
