/** Folders that only send and folders that only receive: nobody changes the one, and the other changes nobody. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { placeOf } from '../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../lab/sim/tree-rename.ts';
import type { FolderKind } from '../../src/model/folder.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { counterOf } from '../../src/model/version.ts';
import {
  assertEqualTrees,
  assertTrees,
  calm,
  cast,
  copiesOn,
  rowOf,
  statusOf,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

/** All start; the device is of the kind from the first moment on. */
function begin(world: KithWorld, device: SimDevice, kind: FolderKind): void {
  world.setKind(device, kind);
  world.upAll();
}

/** The same, and all of them say that they are done. */
async function beginCalm(world: KithWorld, device: SimDevice, kind: FolderKind): Promise<void> {
  begin(world, device, kind);
  await calm(world);
}

/** The first content of some files. */
function writeOnes(device: SimDevice, ...paths: readonly string[]): void {
  for (const path of paths) device.person.write(path, 'one');
}

/** Some files are edited and some deleted on the desk, whose words the camera does not take. */
function changeOnDesk(desk: SimDevice, { deleted, made }: DeskChange): void {
  desk.person.write('edited', 'two, of desk');
  for (const path of deleted) desk.person.delete(path);
  desk.person.write(made, 'of desk');
}

interface DeskChange {
  readonly deleted: readonly string[];
  readonly made: string;
}

/** It becomes of the kind while it runs. */
async function become(world: KithWorld, device: SimDevice, kind: FolderKind): Promise<void> {
  world.setKind(device, kind);
  world.retell(device);
  await world.rest();
}

/** What a status says of what is kept, and of what is not taken. */
function decisions(world: KithWorld, device: SimDevice): readonly unknown[] {
  const { state, kept, need, problems } = statusOf(world, device);
  return [
    state,
    kept.files,
    kept.deletes,
    need.files,
    need.deletes,
    problems.map(({ path }) => path),
  ];
}

const NOTHING_LEFT = ['idle', 0, 0, 0, 0, []];

test('receive-only: what a person changes there stays there, is told to nobody and said', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    writeOnes(laptop, 'edited', 'deleted', 'same', 'd/x');
    await beginCalm(world, mirror, 'receive-only');
    assertEqualTrees([laptop, mirror]);
    const before = treeOf(laptop);
    mirror.person.write('edited', 'two, of mirror');
    mirror.person.delete('deleted');
    mirror.person.write('new/here', 'of mirror');
    await world.rest();
    assert.deepEqual(treeOf(laptop), before);
    assertTrees(
      [mirror],
      ['d/', 'd/x = one', 'edited = two, of mirror', 'new/', 'new/here = of mirror', 'same = one'],
    );
    assert.deepEqual(decisions(world, mirror), [
      'held',
      3,
      1,
      0,
      0,
      ['deleted', 'edited', 'new', 'new/here'],
    ]);
    assert.deepEqual(
      statusOf(world, laptop).devices.map(({ need }) => need.files),
      [2],
      'the laptop knows',
    );
    // It still takes what others do.
    laptop.person.write('same', 'two, of laptop');
    laptop.person.write('d/y', 'of laptop');
    await world.rest();
    assert.equal(mirror.person.read('same'), 'two, of laptop');
    assert.equal(mirror.person.read('d/y'), 'of laptop');
    assert.equal(mirror.person.read('edited'), 'two, of mirror');
  }));

test('receive-only: an edit makes room for a newer version as a copy, and a delete for one', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    writeOnes(laptop, 'edited', 'deleted', 'gone');
    await beginCalm(world, mirror, 'receive-only');
    mirror.person.write('edited', 'two, of mirror');
    mirror.person.write('gone', 'two, of mirror');
    mirror.person.delete('deleted');
    await world.rest();
    laptop.person.write('edited', 'two, of laptop');
    laptop.person.write('deleted', 'two, of laptop');
    laptop.person.delete('gone');
    await world.rest();
    assertTrees([laptop], ['deleted = two, of laptop', 'edited = two, of laptop']);
    assert.equal(mirror.person.read('edited'), 'two, of laptop');
    assert.equal(mirror.person.read('deleted'), 'two, of laptop');
    assert.equal(mirror.person.read('gone'), 'two, of mirror', 'a delete does not take an edit');
    assert.deepEqual(
      copiesOn(mirror).map((path) => mirror.person.read(path)),
      ['two, of mirror'],
    );
    assert.deepEqual(copiesOn(laptop), []);
    const [state, files, deletes, ...need] = decisions(world, mirror);
    assert.deepEqual([state, files, deletes, ...need.slice(0, 2)], ['held', 2, 0, 0, 0]);
  }));

test('receive-only: of two devices at the ends of a line the one in the middle gives what the first has', () =>
  told(cast('a', 'r', 'b'), async (world, a, r, b) => {
    world.link([
      ['a', 'r'],
      ['r', 'b'],
    ]);
    a.person.write('of a', 'one');
    b.person.write('of b', 'one');
    r.person.write('of r', 'one');
    begin(world, r, 'receive-only');
    await world.rest();
    assertTrees([a, b], ['of a = one', 'of b = one']);
    assertTrees([r], ['of a = one', 'of b = one', 'of r = one']);
    r.person.write('of a', 'two, of r');
    r.person.delete('of b');
    await world.rest();
    assertTrees([a, b], ['of a = one', 'of b = one']);
    a.person.write('of a', 'three');
    b.person.delete('of b');
    await world.rest();
    assertTrees([a, b], ['of a = three']);
    for (const path of storeOf(r).paths(undefined, 99)) {
      const { version } = rowOf(r, path);
      assert.equal(counterOf(version, storeOf(r).identity()?.indexId ?? 0n), 0n, path);
    }
  }));

test('receive-only: what stood there before it met anybody is kept, equal content aside', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    laptop.person.write('same', 'same');
    laptop.person.write('both', 'both of laptop');
    mirror.person.write('same', 'same');
    mirror.person.write('both', 'both of mirror');
    mirror.person.write('only', 'only of mirror');
    begin(world, mirror, 'receive-only');
    await world.rest();
    assertTrees([laptop], ['both = both of laptop', 'same = same']);
    assert.equal(mirror.person.read('both'), 'both of laptop');
    const texts = [...mirror.person.contents().values()].sort();
    assert.deepEqual(texts, ['both of laptop', 'both of mirror', 'only of mirror', 'same']);
    assert.equal(decisions(world, mirror)[1], 2);
  }));

test('receive-only: a directory that was taken away there comes back with what is new in it', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    laptop.person.write('d/e/x', 'one');
    laptop.person.write('f/y', 'one');
    await beginCalm(world, mirror, 'receive-only');
    mirror.person.delete('d');
    mirror.person.delete('f');
    mirror.person.write('f', 'a file by now');
    await world.rest();
    laptop.person.write('d/e/new', 'two');
    laptop.person.write('f/new', 'two');
    await world.rest();
    assert.equal(mirror.person.read('d/e/new'), 'two');
    assert.equal(mirror.person.read('d/e/x'), undefined, 'what was deleted stays so');
    assert.equal(mirror.person.read('f/new'), 'two');
    assert.deepEqual(
      copiesOn(mirror).map((path) => mirror.person.read(path)),
      ['a file by now'],
    );
    assertTrees(
      [laptop],
      ['d/', 'd/e/', 'd/e/new = two', 'd/e/x = one', 'f/', 'f/new = two', 'f/y = one'],
    );
  }));

test('DEL-12, receive-only: a directory that others remove stays with what a person put into it, and is not given back', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    laptop.person.write('d/x', 'one');
    laptop.person.write('keep', 'keep');
    await beginCalm(world, mirror, 'receive-only');
    mirror.person.write('d/mine', 'of mirror');
    await world.rest();
    laptop.person.delete('d');
    await world.rest();
    assertTrees([laptop], ['keep = keep']);
    assertTrees([mirror], ['d/', 'd/mine = of mirror', 'keep = keep']);
  }));

test('receive-only: what is kept is still kept, and told to nobody, after a crash and a new start', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    laptop.person.write('edited', 'one');
    await beginCalm(world, mirror, 'receive-only');
    mirror.person.write('edited', 'two, of mirror');
    await world.run({ ms: 60_000 });
    world.cutPower(mirror, 'ordered');
    mirror.person.write('while off', 'of mirror');
    world.up(mirror);
    await world.rest();
    assertTrees([laptop], ['edited = one']);
    assert.equal(mirror.person.read('edited'), 'two, of mirror');
    assert.equal(mirror.person.read('while off'), 'of mirror');
  }));

test('receive-only: given up, what was changed there is as the others have it', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    writeOnes(laptop, 'edited', 'deleted', 'd/x', 'gone');
    await beginCalm(world, mirror, 'receive-only');
    mirror.person.write('edited', 'two, of mirror');
    mirror.person.write('new/deep/here', 'of mirror');
    mirror.person.write('gone', 'two, of mirror');
    for (const path of ['deleted', 'd']) mirror.person.delete(path);
    await world.rest();
    laptop.person.delete('gone');
    await world.rest();
    await settle(world, mirror, 'revert');
    assertTrees([laptop, mirror], ['d/', 'd/x = one', 'deleted = one', 'edited = one']);
    await calm(world);
    assert.deepEqual(decisions(world, mirror), NOTHING_LEFT);
  }));

test('receive-only: a folder that gives again announces what was kept, and nothing of it is lost', () =>
  told(cast('laptop', 'mirror'), async (world, laptop, mirror) => {
    writeOnes(laptop, 'edited', 'both', 'deleted');
    await beginCalm(world, mirror, 'receive-only');
    mirror.person.write('edited', 'two, of mirror');
    mirror.person.write('new', 'of mirror');
    mirror.person.delete('deleted');
    await world.rest();
    await become(world, mirror, 'send-receive');
    await calm(world);
    assertTrees([laptop, mirror], ['both = one', 'edited = two, of mirror', 'new = of mirror']);
    assert.deepEqual(decisions(world, mirror), NOTHING_LEFT);
  }));

test('a folder that only receives from now on keeps what nobody has heard of, and gives what they have', () =>
  told(cast('laptop', 'mirror', 'phone'), async (world, laptop, mirror, phone) => {
    world.link([
      ['laptop', 'mirror'],
      ['mirror', 'phone'],
    ]);
    mirror.person.write('known', 'one, of mirror');
    world.up(laptop);
    world.up(mirror);
    await calm(world, [laptop, mirror]);
    world.cut(laptop, mirror);
    mirror.person.write('known', 'two, of mirror');
    mirror.person.write('late', 'of mirror');
    await world.run({ ms: 5000 });
    await world.stop(mirror);
    world.setKind(mirror, 'receive-only');
    world.heal(laptop, mirror);
    world.up(mirror);
    world.up(phone);
    await world.rest();
    assertTrees([laptop], ['known = one, of mirror']);
    assertTrees([mirror], ['known = two, of mirror', 'late = of mirror']);
    // The mirror does not have any more what the laptop has.
    assertTrees([phone], []);
    assert.deepEqual(decisions(world, mirror), ['held', 2, 0, 0, 0, ['known', 'late']]);
  }));

test('send-only: nothing that others do changes its disk, and it says what they have', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    writeOnes(camera, 'edited', 'deleted', 'd/x', 'touched');
    await beginCalm(world, camera, 'send-only');
    assertEqualTrees([camera, desk]);
    const before = [...camera.person.tree()];
    changeOnDesk(desk, { deleted: ['deleted', 'd'], made: 'new/there' });
    desk.person.setTime('touched', { s: 1_900_000_000, ns: 7 });
    await world.rest();
    assert.deepEqual([...camera.person.tree()], before);
    assert.deepEqual(decisions(world, camera), ['held', 0, 0, 4, 3, []]);
    // What it does itself still goes out.
    camera.person.write('later', 'of camera');
    await world.rest();
    assert.equal(desk.person.read('later'), 'of camera');
    assert.equal(desk.person.read('edited'), 'two, of desk');
  }));

test('send-only: its edit of what others have edited is a conflict with them, and not with it', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    writeOnes(camera, 'early', 'late');
    await beginCalm(world, camera, 'send-only');
    desk.person.write('late', 'two, of desk');
    await world.rest();
    camera.person.write('late', 'three, of camera');
    camera.person.write('early', 'two, of camera');
    await world.rest();
    assertTrees([camera], ['early = two, of camera', 'late = three, of camera']);
    assert.equal(desk.person.read('early'), 'two, of camera');
    const texts = [...desk.person.contents().values()].sort();
    assert.deepEqual(texts, ['three, of camera', 'two, of camera', 'two, of desk']);
  }));

test('DEL-12, send-only: what it puts into a directory that others remove reaches them', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    camera.person.write('d/x', 'one');
    await beginCalm(world, camera, 'send-only');
    world.cut(camera, desk);
    camera.person.write('d/new', 'two');
    desk.person.delete('d');
    await world.run({ ms: 5000 });
    world.heal(camera, desk);
    await world.rest();
    assertTrees([camera], ['d/', 'd/new = two', 'd/x = one']);
    assertTrees([desk], ['d/', 'd/new = two']);
  }));

test('send-only: what it has overrules what others have, when a person says so', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    writeOnes(camera, 'edited', 'deleted', 'd/x');
    await beginCalm(world, camera, 'send-only');
    changeOnDesk(desk, { deleted: ['deleted', 'd'], made: 'new/there' });
    await world.rest();
    await settle(world, camera, 'override');
    await calm(world);
    assertTrees([camera, desk], ['d/', 'd/x = one', 'deleted = one', 'edited = one']);
  }));

test('send-only: a folder that takes again takes all that it did not take, without a copy of what was replaced', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    writeOnes(camera, 'edited', 'deleted');
    await beginCalm(world, camera, 'send-only');
    changeOnDesk(desk, { deleted: ['deleted'], made: 'new' });
    await world.rest();
    await become(world, camera, 'send-receive');
    await calm(world);
    assertTrees([camera, desk], ['edited = two, of desk', 'new = of desk']);
  }));

test('a chain of one that only sends and one that only receives carries everything one way', () =>
  told(cast('camera', 'mirror'), async (world, camera, mirror) => {
    camera.person.write('a', 'one');
    world.setKind(camera, 'send-only');
    await beginCalm(world, mirror, 'receive-only');
    camera.person.write('a', 'two');
    camera.person.write('b', 'one');
    await calm(world);
    camera.person.delete('b');
    await calm(world);
    assertTrees([camera, mirror], ['a = two']);
    assert.equal(storeOf(mirror).ours(parseRelPath('b'))?.deleted, true);
  }));

test('DSK-07: a share that is read-only by design is sent, and what its owner changes is', () =>
  told(cast('archive', 'desk'), async (world, archive, desk) => {
    const change = (act: () => void): void => {
      archive.tree.traits.readOnly = false;
      act();
      archive.tree.traits.readOnly = true;
    };
    change(() => {
      writeOnes(archive, 'a', 'd/x', 'gone');
    });
    await beginCalm(world, archive, 'send-only');
    assertEqualTrees([archive, desk]);
    change(() => {
      archive.person.write('a', 'two');
      archive.person.delete('gone');
    });
    await calm(world);
    assertTrees([archive, desk], ['a = two', 'd/', 'd/x = one']);
    await world.stop(archive);
    change(() => archive.person.delete('d/x'));
    world.up(archive);
    await calm(world);
    assertTrees([archive, desk], ['a = two', 'd/']);
    desk.person.write('a', 'three, of desk');
    await world.rest();
    assert.equal(statusOf(world, archive).state, 'held');
    assert.equal(archive.person.read('a'), 'two');
    // Now it may be written to, and is marked like any other.
    archive.tree.traits.readOnly = false;
    await become(world, archive, 'send-receive');
    await calm(world);
    assertTrees([archive, desk], ['a = three, of desk', 'd/']);
  }));

test('DSK-07: another directory in the place of a read-only share deletes nothing', () =>
  told(cast('archive', 'desk'), async (world, archive, desk) => {
    archive.person.write('a', 'one');
    archive.tree.traits.readOnly = true;
    await beginCalm(world, archive, 'send-only');
    const { tree, root } = archive;
    const swap = (from: string, to: string): void => {
      tree.traits.readOnly = false;
      renameEntry(tree, { from: placeOf(tree, from), to: placeOf(tree, to), style: 'keep' });
    };
    swap(root, `${root}-away`);
    tree.make(placeOf(tree, root), 'directory', { mode: 0o755 });
    tree.traits.readOnly = true;
    await world.run({ ms: 4_000_000 });
    const { state, stateReason } = statusOf(world, archive);
    assert.deepEqual(
      [state, stateReason?.includes('is the right disk mounted')],
      ['stopped', true],
    );
    assert.equal(desk.person.read('a'), 'one');
    swap(root, `${root}-wrong`);
    swap(`${root}-away`, root);
    tree.traits.readOnly = true;
    await calm(world);
    assertTrees([archive, desk], ['a = one']);
  }));

test('DSK-07: a folder that has to be written to stops on a read-only disk, without a delete', () =>
  told(cast('archive', 'desk'), async (world, archive, desk) => {
    desk.person.write('a', 'one');
    archive.tree.traits.readOnly = true;
    begin(world, archive, 'receive-only');
    await world.run({ ms: 60_000 });
    assert.equal(statusOf(world, archive).state, 'stopped');
    archive.tree.traits.readOnly = false;
    await calm(world);
    assertTrees([archive, desk], ['a = one']);
  }));

/** A person gives up, or gives out. */
async function settle(
  world: KithWorld,
  device: SimDevice,
  how: 'revert' | 'override',
): Promise<void> {
  const [folder] = world.kith(device).folders();
  assert.ok(folder !== undefined);
  const { life } = device;
  assert.ok(life !== undefined);
  const act = (): void => {
    void world.kith(device).settle(folder.id, how);
  };
  world.scheduler.after(0, act, { label: `${device.name} ${how}`, owner: life });
  await world.rest();
}
