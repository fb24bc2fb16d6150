/** Other disks mounted inside a folder: what is hidden, by a disk that is there or by one that is not, was not deleted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { Inode } from '../../lab/sim/inode.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { placeOf } from '../../lab/sim/resolve-path.ts';
import { assertTrees, calm, cast, onJob, rowOf, statusOf, told, treeOf } from './scene.ts';

const ON_DISK = ['usb/a = a', 'usb/sub/', 'usb/sub/b = b'];

/** Mounts and unmounts a disk at a directory. */
class Disk {
  readonly #device: SimDevice;
  readonly #at: string;
  readonly #number: bigint | 'same';
  #root: Inode | undefined;

  /** `number`: of the file system; the same one can be mounted in itself once more. */
  constructor(device: SimDevice, at: string, number: bigint | 'same' = 7n) {
    this.#device = device;
    this.#number = number;
    this.#at = `${device.root}/${at}`;
  }

  mount(): void {
    const { tree } = this.#device;
    const point = tree.at(placeOf(tree, this.#at));
    if (point === undefined) throw new Error('no mount point');
    if (this.#root === undefined)
      this.#root = tree.mount(point, this.#number === 'same' ? point.device : this.#number);
    else tree.mountAgain(point, this.#root);
  }

  unmount(): void {
    if (this.#root !== undefined) this.#device.tree.unmount(this.#root);
  }
}

/** A disk with files, which is mounted nowhere. */
function filled(laptop: SimDevice, files: Readonly<Record<string, string>>): Disk {
  laptop.person.makeDir('usb');
  const disk = new Disk(laptop, 'usb');
  disk.mount();
  for (const [name, content] of Object.entries(files)) laptop.person.write(name, content);
  disk.unmount();
  return disk;
}

/** A disk with files at `usb`, which are known everywhere. */
async function mounted(world: KithWorld, laptop: SimDevice): Promise<Disk> {
  if (laptop.person.standing('usb') === undefined) laptop.person.makeDir('usb');
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

test('what arrives just as the disk goes is not put where it was mounted', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const disk = await mounted(world, laptop);
    const stop = onJob(laptop, 'apply', () => {
      stop();
      disk.unmount();
    });
    desk.person.write('usb/new', 'new');
    await world.run({ ms: 100_000 });
    assert.deepEqual(treeOf(laptop), ['keep = keep', 'usb/']);
    assertTrees([desk], ['keep = keep', 'usb/', 'usb/a = a', 'usb/new = new', ...ON_DISK.slice(1)]);
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
    for (const name of ['a', 'b']) laptop.person.write(`usb/${name}`, name);
    world.upAll();
    await calm(world);
    const { version } = rowOf(laptop, 'usb/a');
    new Disk(laptop, 'usb').mount();
    for (const name of ['a', 'b']) laptop.person.write(`usb/${name}`, name);
    rescan(world, laptop);
    await calm(world);
    laptop.person.delete('usb/a');
    await calm(world);
    assertTrees([laptop, desk], ['usb/', 'usb/b = b']);
    assert.ok(version.length > 0);
  }));

const STRANGE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an empty disk': {},
  'a disk with other files': { 'usb/other': 'other', 'usb/sub/other': 'other' },
  'a disk with other files of the same names': { 'usb/a': 'another', 'usb/sub/b': 'another' },
};

for (const [what, files] of Object.entries(STRANGE)) {
  for (const isOff of [true, false]) {
    const when = isOff ? 'while it is off' : 'while it runs';
    test(`${what} at the place of another one, mounted ${when}, deletes and replaces nothing`, () =>
      told(cast('laptop', 'desk'), async (world, laptop, desk) => {
        const other = filled(laptop, files);
        const disk = await mounted(world, laptop);
        const all = ['keep = keep', 'usb/', ...ON_DISK];
        if (isOff) await world.stop(laptop);
        disk.unmount();
        other.mount();
        // As the system tells of what is unmounted: of the directory itself.
        laptop.person.setMode('usb', 0o755);
        if (isOff) world.up(laptop);
        await world.run({ ms: 1000 });
        // A second start must not take for known what the first one has seen of it.
        for (let round = 0; round < 3; round++) {
          rescan(world, laptop);
          await world.run({ ms: 100_000 });
          assert.deepEqual(heldAt(world, laptop), HELD);
          assertTrees([desk], all);
          await world.stop(laptop);
          if (round === 1) laptop.person.write('usb/later', 'of the other disk');
          world.up(laptop);
        }
        other.unmount();
        disk.mount();
        rescan(world, laptop);
        await calm(world);
        assertTrees([laptop, desk], all);
      }));
  }
}

test('that another disk is to take the place of the first is said by a person', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const other = filled(laptop, { 'usb/other': 'other' });
    const disk = await mounted(world, laptop);
    await world.stop(laptop);
    disk.unmount();
    other.mount();
    world.up(laptop);
    await world.run({ ms: 100_000 });
    assert.deepEqual(heldAt(world, laptop), HELD);
    rescan(world, laptop, true);
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep', 'usb/', 'usb/other = other']);
  }));

test('a mounted disk from which a person takes everything is asked about, as the whole folder is', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await mounted(world, laptop);
    laptop.person.delete('usb/a');
    await calm(world);
    laptop.person.delete('usb/sub');
    await world.run({ ms: 100_000 });
    assert.deepEqual(heldAt(world, laptop), HELD);
    assertTrees([desk], ['keep = keep', 'usb/', ...ON_DISK.slice(1)]);
    rescan(world, laptop, true);
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep', 'usb/']);
  }));

test('a directory of the same file system that is bound into a folder, and is not at a start, deletes nothing', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.makeDir('usb');
    laptop.person.write('keep', 'keep');
    const bound = new Disk(laptop, 'usb', 'same');
    bound.mount();
    laptop.person.write('usb/a', 'a');
    laptop.person.write('usb/sub/b', 'b');
    world.upAll();
    await calm(world);
    await world.stop(laptop);
    bound.unmount();
    world.up(laptop);
    await world.run({ ms: 100_000 });
    assert.deepEqual(heldAt(world, laptop), HELD);
    assertTrees([desk], ['keep = keep', 'usb/', ...ON_DISK]);
    bound.mount();
    rescan(world, laptop);
    await calm(world);
    laptop.person.delete('usb/sub');
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep', 'usb/', 'usb/a = a']);
  }));
