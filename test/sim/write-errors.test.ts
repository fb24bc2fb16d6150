/** Writing to the platters fails, at once or in the background, and whoever asks first is told of it: no file is ever wrong. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { SimFileSystem } from '../../lab/sim/file-system.ts';
import type { FileCall } from '../../src/ports/file-system.ts';
import { bulk, calm, cast, onJob, told, treeOf } from './scene.ts';

/** More of them than are synced one by one. */
const NAMES = Array.from({ length: 40 }, (_, at) => `${at}`);

/** The power of the desk is cut, and what its platters hold is what the laptop sent. */
function assertDurable(laptop: SimDevice, desk: SimDevice): void {
  const expected = treeOf(laptop);
  desk.crash('nothing');
  assert.deepEqual(treeOf(desk), expected);
}

/** Another program makes all durable, and is told what we should have been told. */
function syncedByAnother(device: SimDevice): void {
  const files = new SimFileSystem(device.tree);
  const dir = files.execute({ call: 'openRoot', path: device.person.root });
  const sync = { call: 'syncFileSystem', dir, witness: undefined } as FileCall;
  assert.throws(() => files.execute(sync), { code: 'FILE_FAILED' });
}

/** Once, when the desk has written so many pieces of what is being staged. */
function afterPieces(desk: SimDevice, pieces: number, act: () => void): () => boolean {
  let count = 0;
  onJob(desk, 'writePieces', (call) => {
    if (call.call !== 'write' || ++count !== pieces) return;
    act();
  });
  return () => count >= pieces;
}

for (const pieces of [2, 20, 39]) {
  test(`after ${pieces} pieces writing fails in the background, and another program is told: nothing staged is believed (CRS-03)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const name of NAMES) laptop.person.write(name, bulk(name, 2000));
      const isDone = afterPieces(desk, pieces, () => {
        desk.tree.journal.syncFailed(undefined);
        syncedByAnother(desk);
      });
      world.upAll();
      await calm(world);
      assert.ok(isDone());
      assertDurable(laptop, desk);
    }));
}

/** Files by name, each of so many bytes, and which kind of sync fails once. */
const FAILING = {
  'a group whose sync fails takes along what is staged beside it': {
    files: { ...Object.fromEntries(NAMES.map((name) => [name, 100])), large: 9_000_000 },
    call: 'syncFileSystem',
  },
  'a file that is synced by itself is written anew if that fails': {
    files: { file: 300_000 },
    call: 'sync',
  },
} as const;

for (const [name, { files, call }] of Object.entries(FAILING)) {
  test(name, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const [path, bytes] of Object.entries(files))
        laptop.person.write(path, bulk(path, bytes));
      desk.faults.fail({ call, code: 'FILE_FAILED' });
      world.upAll();
      await calm(world);
      assert.equal(desk.faults.struck, 1);
      assertDurable(laptop, desk);
    }),
  );
}
