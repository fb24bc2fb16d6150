/** What people and editors do reaches the other device by the system's own events, and what Kith writes itself is no news. */

import assert from 'node:assert/strict';
import { mkdir, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openNodeStore } from '../../src/host/node-store.ts';
import type { OurEntry } from '../../src/ports/folder-store.ts';
import type { TestDaemon } from '../support/daemon.ts';
import { FOLDER, startPair } from '../support/daemon-cluster.ts';
import { expectSame, readTree, untilTree } from '../support/trees.ts';

const at = path.join;

/** How editors save a file that is there. */
const SAVES: Readonly<Record<string, (file: string, text: string) => Promise<void>>> = {
  'written anew in place': (file, text) => writeFile(file, text),
  'emptied, then written in pieces': async (file, text) => {
    await truncate(file, 0);
    const handle = await open(file, 'r+');
    for (const letter of text) await handle.write(letter);
    await handle.sync();
    await handle.close();
  },
  'written beside and renamed over it': async (file, text) => {
    await writeFile(`${file}.tmp`, text);
    await rename(`${file}.tmp`, file);
  },
  'moved to a backup, made anew, backup removed': async (file, text) => {
    await rename(file, `${file}~`);
    await writeFile(file, text);
    await rm(`${file}~`);
  },
  'removed and made anew': async (file, text) => {
    await rm(file);
    await writeFile(file, text);
  },
};

test('saves of editors and a burst of files arrive by events alone, and make one version each', {
  timeout: 400_000,
}, async (t) => {
  const cluster = await startPair(t);
  const { a, b, roots } = cluster;
  const [mine = '', theirs = ''] = roots;
  await mkdir(at(mine, 'work'));
  await writeFile(at(mine, 'work', 'text'), 'as it was');
  await cluster.settle();

  for (const [way, save] of Object.entries(SAVES)) {
    await t.test(`a file ${way}`, async () => {
      await save(at(mine, 'work', 'text'), `saved: ${way}`);
      await untilTree(theirs, readTree(mine));
      await cluster.settle();
      assert.deepEqual(Object.keys(readTree(theirs)), ['work', 'work/text']);
    });
  }

  await t.test('2000 files in new directories', async () => {
    for (let part = 0; part < 20; part++) {
      const directory = at(mine, 'burst', `${part}`, 'deep');
      await mkdir(directory, { recursive: true });
      for (let i = 0; i < 100; i++) await writeFile(at(directory, `${i}`), `${part} ${i}`);
    }
    const wanted = readTree(mine);
    await untilTree(theirs, wanted);
    await cluster.settle();
    expectSame(readTree(mine), wanted);
  });

  await t.test('a directory of more than a thousand files that goes, goes whole', async () => {
    await rm(at(mine, 'burst'), { recursive: true });
    await untilTree(theirs, readTree(mine));
    await cluster.settle();
    assert.equal(readTree(mine)['burst'], undefined);
  });

  await t.test('what the receiver wrote is no version of its own', async () => {
    await Promise.all([a.down(), b.down()]);
    const [sent, received] = [await rowsOf(a), await rowsOf(b)];
    assert.equal(received.size, sent.size);
    for (const [name, row] of received) {
      assert.deepEqual(row.version, sent.get(name)?.version, name);
      assert.equal(row.version.length, 1, `${name} was changed at two devices`);
    }
  });
});

/** Our rows of a device that has ended, tombstones included. */
async function rowsOf(daemon: TestDaemon): Promise<ReadonlyMap<string, OurEntry>> {
  const onDamage = (damage: unknown) => assert.fail(JSON.stringify(damage));
  const store = await openNodeStore({ file: at(daemon.home, 'index.db'), onDamage });
  try {
    const rows = store.folder(FOLDER).oursAfter(0, 100_000);
    assert.ok(rows.length > 2000);
    return new Map(rows.map((row) => [row.path, row]));
  } finally {
    await store.close();
  }
}
