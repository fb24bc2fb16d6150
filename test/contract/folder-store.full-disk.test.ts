/** The database on a real disk that has no room left: a commit fails whole, what was there is read on, and it goes on by itself. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openNodeStore } from '../../src/host/node-store.ts';
import type { FolderStore } from '../../src/ports/folder-store.ts';
import { mountedDisk, whyNotMounted } from '../support/mounted-disk.ts';
import { at, fileAt, oursAt } from './folder-store-rows.ts';

const LARGE = { blocks: new Uint8Array(4 * 1024 * 1024) };

/** Takes all the room that is left. */
function fill(file: string): void {
  const handle = fs.openSync(file, 'w');
  try {
    for (let size = 1024 * 1024; size >= 1024; size /= 2) {
      while (hasRoomFor(handle, size));
    }
  } finally {
    fs.closeSync(handle);
  }
}

function hasRoomFor(handle: number, size: number): boolean {
  try {
    return fs.writeSync(handle, new Uint8Array(size)) === size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

function sequencesOf(folder: FolderStore): readonly number[] {
  return folder.oursAfter(0, 100).map(({ sequence }) => sequence);
}

test('a database whose disk is full undoes the whole write, and takes the next one once there is room (DSK-02)', {
  skip: whyNotMounted('tmpfs'),
}, async (t) => {
  const disk = mountedDisk('tmpfs');
  const file = path.join(disk.path, 'index.db');
  const open = () => openNodeStore({ file, onDamage: ({ reason }) => assert.fail(reason) });
  let store = await open();
  t.after(async () => {
    await store.close();
    disk.dispose();
  });
  const folder = store.folder('f');
  await folder.commit({ ours: [oursAt(1, fileAt('a', '1')), oursAt(2, fileAt('b', '1'))] });
  fill(path.join(disk.path, 'filler'));
  const change = { ours: [oursAt(3, fileAt('a', '2')), oursAt(4, fileAt('c', '1', LARGE))] };
  for (let round = 0; round < 3; round++) {
    await assert.rejects(folder.commit(change), { code: 'STORE_FULL' });
    assert.deepEqual(sequencesOf(folder), [1, 2]);
    assert.equal(folder.ours(at('a'))?.sequence, 1);
  }
  fs.rmSync(path.join(disk.path, 'filler'));
  await folder.commit(change);
  assert.deepEqual(sequencesOf(folder), [2, 3, 4]);
  await store.close();
  store = await open();
  assert.deepEqual(sequencesOf(store.folder('f')), [2, 3, 4]);
});
