/** What is gone and what never was: tombstones, roots that are not what they were, and directories with nothing in them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { SimPerson } from '../../lab/sim/person.ts';
import { placeOf } from '../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../lab/sim/tree-rename.ts';
import {
  assertTrees,
  bytesOf,
  calm,
  cast,
  copiesOn,
  statusOf,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

/** Moves within /home, where the folder's root is `shared`. */
function moveHome(device: SimDevice, from: string, to: string): void {
  const [source, target] = [from, to].map((name) => placeOf(device.tree, `/home/${name}`));
  if (source === undefined || target === undefined) throw new Error('no /home');
  renameEntry(device.tree, { from: source, to: target, style: 'keep' });
}

/** A new directory at /home/NAME; its person. */
function makeHome(device: SimDevice, name: string): SimPerson {
  const place = placeOf(device.tree, `/home/${name}`);
  device.tree.make(place, 'directory', { mode: 0o755 });
  return new SimPerson(device.tree, `/home/${name}`);
}

test('what was deleted while a device was off stays deleted, though who deleted it is off when that device returns (DEL-02)', () =>
  told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
    for (const path of ['keep', 'a', 'd/b', 'd/c']) laptop.person.write(path, path);
    world.upAll();
    await calm(world);
    await world.stop(phone);
    laptop.person.delete('a');
    laptop.person.delete('d');
    await calm(world);
    await world.stop(laptop);
    world.up(phone);
    await calm(world);
    assertTrees([desk, phone], ['keep = keep']);
    // The same once more for who was there all the time, and starts anew.
    await world.stop(desk);
    world.up(laptop);
    world.up(desk);
    await calm(world);
    assertTrees([laptop, desk, phone], ['keep = keep']);
  }));

test('a marker that a person puts into an empty directory deletes nothing: the folder begins anew and fills (DEL-05)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['a', 'b', 'd/c']) laptop.person.write(path, path);
    world.upAll();
    await calm(world);
    const all = treeOf(desk);
    moveHome(laptop, 'shared', 'away');
    const empty = makeHome(laptop, 'shared');
    world.kith(laptop).rescan(undefined, { mayEmpty: false });
    await world.run({ ms: 60_000 });
    assert.equal(statusOf(world, laptop).state, 'stopped');
    const fixes = [
      () => empty.makeDir('.kith'),
      () => empty.write('.kith/marker', ''),
      () => empty.write('.kith/marker', `{"folder":"shared","token":"${'0'.repeat(32)}"}`),
    ];
    for (const fix of fixes) {
      fix();
      await world.run({ ms: 120_000 });
      assertTrees([desk], all);
    }
    await calm(world);
    assertTrees([laptop, desk], all);
    assert.deepEqual(copiesOn(desk), []);
  }));

for (const what of ['without a marker', 'with the marker of another folder'] as const) {
  test(`another directory ${what} that stands where the folder was stops it, and nothing of it travels (DEL-07)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const path of ['a', 'b', 'd/c']) laptop.person.write(path, path);
      world.upAll();
      await calm(world);
      const all = treeOf(desk);
      await world.stop(laptop);
      moveHome(laptop, 'shared', 'away');
      const image = makeHome(laptop, 'shared');
      image.write('a', 'of the image');
      image.write('image only', 'of the image');
      if (what === 'with the marker of another folder') {
        image.write('.kith/marker', `{"folder":"other","token":"${'0'.repeat(32)}"}`);
      }
      world.up(laptop);
      await world.run({ ms: 300_000 });
      assert.equal(statusOf(world, laptop).state, 'stopped');
      assertTrees([desk], all);
      assert.deepEqual([...image.contents().values()], ['of the image', 'of the image']);
      moveHome(laptop, 'shared', 'image');
      moveHome(laptop, 'away', 'shared');
      await calm(world);
      assertTrees([laptop, desk], all);
    }));
}

test('a database of an earlier installation takes nothing for deleted that was never fetched (DEL-13)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['a', 'b', 'd/c']) desk.person.write(path, path);
    world.upAll();
    await calm(world);
    const all = treeOf(desk);
    await world.stop(laptop);
    const old = laptop.database();
    // The folder is gone with the installation; the database was kept, or put back from a copy.
    moveHome(laptop, 'shared', 'gone');
    const fresh = makeHome(laptop, 'shared');
    for (const marker of ['none', 'of its own'] as const) {
      if (marker === 'of its own') {
        laptop.replaceDatabase(undefined);
        world.network.shape('laptop', 'desk', { bytesPerMs: 0.01 });
        world.up(laptop);
        await world.run({ ms: 500 });
        await world.stop(laptop);
        laptop.replaceDatabase(old);
      }
      world.up(laptop);
      await world.run({ ms: 120_000 });
      assertTrees([desk], all);
      await world.stop(laptop);
    }
    assert.ok(fresh.read('.kith/marker') !== undefined);
    world.network.shape('laptop', 'desk', { bytesPerMs: Number.POSITIVE_INFINITY });
    world.up(laptop);
    await calm(world);
    assertTrees([laptop, desk], all);
  }));

test('directories with nothing in them are made, moved and removed like anything else (DEL-16)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('keep', 'keep');
    for (const path of ['empty', 'a/b/c', 'a/d', 'x/y']) laptop.person.makeDir(path);
    world.upAll();
    await calm(world);
    assertTrees(
      [laptop, desk],
      ['a/', 'a/b/', 'a/b/c/', 'a/d/', 'empty/', 'keep = keep', 'x/', 'x/y/'],
    );
    desk.person.delete('a/b/c');
    laptop.person.rename('x/y', 'z');
    await calm(world);
    assertTrees([laptop, desk], ['a/', 'a/b/', 'a/d/', 'empty/', 'keep = keep', 'x/', 'z/']);
    desk.person.write('a/d/f', 'f');
    await calm(world);
    desk.person.delete('a/d/f');
    laptop.person.delete('empty');
    await calm(world);
    assertTrees([laptop, desk], ['a/', 'a/b/', 'a/d/', 'keep = keep', 'x/', 'z/']);
    const [last, bytes] = [storeOf(desk).lastSequence(), bytesOf(world)];
    for (const device of [laptop, desk]) world.kith(device).rescan(undefined, { mayEmpty: false });
    await calm(world);
    assert.equal(storeOf(desk).lastSequence(), last);
    assert.ok(bytesOf(world) - bytes < 300);
  }));
