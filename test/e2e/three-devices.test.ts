/** Three real daemons, one after the other, one of them killed: everyone ends with everything, and an edit travels alone. */

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { TestDaemon } from '../support/daemon.ts';
import { makeCluster } from '../support/daemon-cluster.ts';
import { readTree, untilTree } from '../support/trees.ts';
import { overwrite, writeLarge } from '../support/trees-content.ts';

const LARGE = 64 * 1024 * 1024;
const BLOCK = 128 * 1024;

test('three devices that come one by one end equal though one is killed, and a part edit costs its part only', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await makeCluster(t, {
    names: ['a', 'b', 'c'],
    links: [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ],
  });
  const [a, b, c] = cluster.daemons as [TestDaemon, TestDaemon, TestDaemon];
  const [rootA = '', rootB = '', rootC = ''] = cluster.roots;
  await a.up();
  await writeFile(path.join(rootA, 'file1'), 'one');
  await a.until('file 1 is noticed', ({ folders }) => folders[0]?.local.files === 1);

  await b.up();
  await untilTree(rootB, readTree(rootA));
  await c.up();
  await untilTree(rootC, readTree(rootA));

  await writeFile(path.join(rootB, 'file2'), 'two');
  await mkdir(path.join(rootB, 'directory'));
  await writeLarge(path.join(rootB, 'directory', 'file3'), LARGE, 3);
  await a.kill();
  const all = readTree(rootB);
  assert.equal(Object.keys(all).length, 4);
  await untilTree(rootC, all);

  await a.up();
  await untilTree(rootA, all);
  await cluster.settle();

  const before = cluster.bytes();
  await overwrite(path.join(rootC, 'directory', 'file3'), 10 * 1024 * 1024 + 5, 300_000);
  const edited = readTree(rootC);
  await untilTree(rootA, edited);
  await untilTree(rootB, edited);
  await cluster.settle();
  // Two receivers of four blocks each, and lists of 512 hashes to and from each of three.
  const travelled = cluster.bytes() - before;
  const lists = 6 * (LARGE / BLOCK) * 48;
  assert.ok(travelled > 2 * 300_000, `only ${travelled} bytes`);
  assert.ok(travelled < 2 * 4 * BLOCK + lists + 100_000, `${travelled} bytes for 300,000 changed`);
});
