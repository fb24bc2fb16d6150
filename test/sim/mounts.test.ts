/** Other disks mounted inside a folder: what is hidden, by a disk that is there or by one that is not, was not deleted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { Inode } from '../../lab/sim/inode.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { placeOf } from '../../lab/sim/resolve-path.ts';
import { assertTrees, calm, cast, rowOf, statusOf, told, treeOf } from './scene.ts';

const ON_DISK = ['usb/a = a', 'usb/sub/', 'usb/sub/b = b'];

/** Mounts and unmounts a disk at a directory. */
class Disk {
  readonly #device: SimDevice;
  readonly #at: string;
  #root: Inode | undefined;

  constructor(device: SimDevice, at: string) {
    this.#device = device;
    this.#at = `${device.root}/${at}`;
  }

  mount(): void {
    const { tree } = this.#device;
    const point = tree.at(placeOf(tree, this.#at));
    if (point === undefined) throw new Error('no mount point');
    if (this.#root === undefined) this.#root = tree.mount(point, 7n);
    else tree.mountAgain(point, this.#root);
  }

  unmount(): void {
    if (this.#root !== undefined) this.#device.tree.unmount(this.#root);
  }
}

/** A disk with files at `usb`, which are known everywhere. */
async function mounted(world: KithWorld, laptop: SimDevice): Promise<Disk> {
  laptop.person.makeDir('usb');
  laptop.person.write('keep', 'keep');
  const disk = new Disk(laptop, 'usb');
  disk.mount();
  laptop.person.write('usb/a', 'a');
  laptop.person.write('usb/sub/b', 'b');
  world.upAll();
  await calm(world);
  return disk;
}

function rescan(world: KithWorld, device: SimDevice, mayEmpty = false): void {
  world.kith(device).rescan(undefined, { mayEmpty });
}

function heldAt(world: KithWorld, device: SimDevice): readonly unknown[] {
  const { state, problems } = statusOf(world, device);
  return [state, problems.map(({ path, code }) => [path, code])];
}

const HELD = ['held', [['usb', 'MOUNT_CHANGED']]];

test('what was on a disk that is not mounted any more is held, and goes on when it is back', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const disk = await mounted(world, laptop);
    assertTrees([desk], ['keep = keep', 'usb/', ...ON_DISK]);
    disk.unmount();
    for (let round = 0; round < 3; round++) {
      rescan(world, laptop);
      await world.run({ ms: 100_000 });
      assert.deepEqual(heldAt(world, laptop), HELD);
    }
    assertTrees([desk], ['keep = keep', 'usb/', ...ON_DISK]);
    desk.person.write('usb/new', 'new');
    desk.person.write('usb/a', 'edited');
    await world.run({ ms: 100_000 });
    assert.deepEqual(treeOf(laptop), ['keep = keep', 'usb/']);
    disk.mount();
    rescan(world, laptop);
    await world.run({ ms: 200_000 });
    assertTrees(
      [desk],
      ['keep = keep', 'usb/', 'usb/a = edited', 'usb/new = new', ...ON_DISK.slice(1)],
    );
    assert.equal(laptop.person.read('usb/sub/b'), 'b');
  }));

test('a disk that was not mounted at a start deletes nothing', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const disk = await mounted(world, laptop);
    await world.stop(laptop);
    disk.unmount();
    world.up(laptop);
    await world.run({ ms: 100_000 });
    assert.deepEqual(heldAt(world, laptop), HELD);
    assertTrees([desk], ['keep = keep', 'usb/', ...ON_DISK]);
    disk.mount();
    rescan(world, laptop);
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep', 'usb/', ...ON_DISK]);
    laptop.person.delete('usb/a');
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep', 'usb/', ...ON_DISK.slice(1)]);
  }));

test('that the disk is gone for good is said by a person', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const disk = await mounted(world, laptop);
    disk.unmount();
    laptop.person.delete('usb');
    await world.run({ ms: 100_000 });
    assert.deepEqual(heldAt(world, laptop), HELD);
    assertTrees([desk], ['keep = keep', 'usb/', ...ON_DISK]);
    rescan(world, laptop, true);
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep']);
  }));

test('what a disk hides that is mounted over it is held, and is there when the disk has gone', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['usb/a', 'usb/sub/b']) laptop.person.write(name, name.slice(-1));
    world.upAll();
    await calm(world);
    const disk = new Disk(laptop, 'usb');
    disk.mount();
    rescan(world, laptop);
    await world.run({ ms: 100_000 });
    assert.deepEqual(heldAt(world, laptop), HELD);
    assertTrees([desk], ['usb/', ...ON_DISK]);
    disk.unmount();
    rescan(world, laptop);
    await calm(world);
    assertTrees([laptop, desk], ['usb/', ...ON_DISK]);
  }));

test('what was moved to a disk that is mounted in its place is known there', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('usb/a', 'a');
    world.upAll();
    await calm(world);
    const { version } = rowOf(laptop, 'usb/a');
    new Disk(laptop, 'usb').mount();
    laptop.person.write('usb/a', 'a');
    rescan(world, laptop);
    await calm(world);
    laptop.person.delete('usb/a');
    await calm(world);
    assertTrees([laptop, desk], ['usb/']);
    assert.ok(version.length > 0);
  }));
