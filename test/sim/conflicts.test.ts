/** Two people change one path without knowing of each other: nobody's text is lost, on any device. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { FrontierOracle } from '../../lab/sim/oracle.ts';
import {
  assertEqualTrees,
  assertTrees,
  bulk,
  bytesOf,
  calm,
  cast,
  copiesOn,
  loseEvents,
  rowOf,
  statusOf,
  told,
} from './scene.ts';

test('CON-01: two edits without contact end as one file and one copy, everywhere', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('notes.txt', 'one');
    world.upAll();
    await calm(world);
    world.cut(laptop, desk);
    laptop.person.write('notes.txt', 'of laptop');
    await world.run({ ms: 5000 });
    desk.person.save('notes.txt', 'of desk');
    await world.run({ ms: 5000 });
    world.heal(laptop, desk);
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]);
    assert.equal(tree.length, 2, tree.join('\n'));
    assert.equal(desk.person.read('notes.txt'), 'of desk');
    assert.deepEqual(
      copiesOn(desk).map((path) => desk.person.read(path)),
      ['of laptop'],
    );
  }));

test('CON-02: what nobody has looked at yet is not overwritten by what others announce', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    desk.person.write('known', 'base');
    world.upAll();
    await calm(world);
    loseEvents(desk);
    desk.person.write('fresh', 'fresh of desk');
    desk.person.write('known', 'known of desk');
    laptop.person.write('fresh', 'fresh of laptop');
    laptop.person.write('known', 'known of laptop');
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]).join('\n');
    for (const name of ['fresh', 'known']) {
      for (const device of ['desk', 'laptop'])
        assert.ok(tree.includes(`${name} of ${device}`), tree);
    }
    assert.equal(copiesOn(laptop).length, 2, tree);
  }));

test('CON-04: a folder that was added anew keeps what was edited before', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    desk.person.write('notes', 'one');
    world.upAll();
    await calm(world);
    for (const text of ['two', 'three', 'four']) {
      desk.person.write('notes', text);
      await calm(world);
    }
    await world.stop(laptop);
    laptop.person.write('notes', 'newest, of laptop');
    laptop.person.delete('.kith');
    laptop.replaceDatabase(undefined);
    world.up(laptop);
    await calm(world);
    assertEqualTrees([laptop, desk]);
    const texts = [...laptop.person.contents().values()];
    assert.ok(texts.includes('newest, of laptop'), texts.join());
    assert.ok(texts.length <= 2 && !texts.includes('three'), texts.join());
  }));

const ORDERS = [
  ['laptop desk', 'desk phone', 'laptop phone'],
  ['desk phone', 'laptop phone', 'laptop desk'],
  ['laptop phone', 'laptop desk', 'desk phone'],
] as const;

for (const order of ORDERS) {
  test(`CON-06: a conflict whose one side was deleted ends the same, met as ${order.join(', ')}`, () =>
    told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
      const oracle = new FrontierOracle();
      const all = [laptop, desk, phone] as const;
      oracle.write(laptop.person, 'f', 'base');
      oracle.write(laptop.person, 'keep', 'keep');
      world.upAll();
      await calm(world);
      for (const [a, b] of [
        [laptop, desk],
        [desk, phone],
        [laptop, phone],
      ] as const)
        world.cut(a, b);
      oracle.write(laptop.person, 'f', 'of laptop');
      oracle.write(desk.person, 'f', 'of desk');
      await world.run({ ms: 3000 });
      oracle.delete(laptop.person, 'f');
      oracle.write(phone.person, 'f', 'of phone');
      await world.run({ ms: 3000 });
      oracle.delete(phone.person, 'f');
      await world.run({ ms: 3000 });
      for (const pair of order) {
        const [a = '', b = ''] = pair.split(' ');
        world.heal(world.named(a), world.named(b));
        await world.run({ ms: 20_000 });
      }
      await calm(world);
      const ending = new Map(all.map((device) => [device.name, device.person.contents()] as const));
      assert.deepEqual(oracle.violations(ending), []);
      assertTrees(all, ['f = of desk', 'keep = keep']);
    }));
}

test('CON-09: equal bytes on both sides make no copy, and none of them travels', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (let i = 0; i < 20; i++) {
      laptop.person.write(`d/${i}`, bulk(`file ${i}`, 40_000));
      await world.run({ ms: i });
      desk.person.write(`d/${i}`, bulk(`file ${i}`, 40_000));
    }
    world.upAll();
    await calm(world);
    assert.equal(assertEqualTrees([laptop, desk]).length, 21);
    assert.ok(bytesOf(world) < 20_000, `${bytesOf(world)} bytes travelled`);
    for (let i = 0; i < 20; i++) {
      const [ours, theirs] = [rowOf(laptop, `d/${i}`), rowOf(desk, `d/${i}`)];
      assert.equal(ours.version.length, 2, 'both vectors are in it');
      assert.deepEqual([ours.version, ours.mtime], [theirs.version, theirs.mtime]);
    }
  }));

test('CON-14: a folder that already holds files of its own loses none of them', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('same', 'same');
    laptop.person.write('both', 'both of laptop');
    laptop.person.write('d/only laptop', 'x');
    await world.run({ ms: 60_000 });
    desk.person.write('same', 'same');
    desk.person.write('both', 'both of desk');
    desk.person.write('only desk', 'y');
    world.up(laptop);
    await world.run({ ms: 5000 });
    world.up(desk);
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]);
    assert.equal(tree.length, 6, tree.join('\n'));
    assert.equal(desk.person.read('both'), 'both of desk');
    assert.deepEqual(
      copiesOn(desk).map((path) => desk.person.read(path)),
      ['both of laptop'],
    );
  }));

test('CON-15: a directory or link that took the name of an edited file leaves the edit beside it', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['p', 'q']) laptop.person.write(path, 'base');
    world.upAll();
    await calm(world);
    world.cut(laptop, desk);
    for (const path of ['p', 'q']) laptop.person.delete(path);
    laptop.person.write('p/inside', 'inside');
    laptop.person.makeLink('q', 'p/inside');
    await world.run({ ms: 3000 });
    for (const path of ['p', 'q']) desk.person.write(path, `${path} edited`);
    await world.run({ ms: 3000 });
    world.heal(laptop, desk);
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]);
    const plain = tree.filter((line) => !line.includes('.sync-conflict-'));
    assert.deepEqual(plain, ['p/', 'p/inside = inside', 'q -> p/inside']);
    assert.deepEqual(
      copiesOn(laptop).map((path) => laptop.person.read(path)),
      ['p edited', 'q edited'],
    );
  }));

test('what was edited elsewhere is not kept as a copy by a device that lost its database', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['notes', 'mine']) laptop.person.write(path, `${path}: one`);
    world.upAll();
    await calm(world);
    await world.stop(laptop);
    for (const path of ['notes', 'mine']) desk.person.write(path, `${path}: two, of desk`);
    await world.run({ ms: 5000 });
    await world.stop(desk);
    laptop.person.write('mine', 'mine: two, of laptop');
    laptop.person.delete('.kith');
    laptop.replaceDatabase(undefined);
    // Each has looked at its own disk before they meet.
    world.up(laptop);
    await world.run({ ms: 60_000 });
    world.up(desk);
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]);
    assert.equal(tree.length, 3, tree.join('\n'));
    assert.equal(laptop.person.read('notes'), 'notes: two, of desk');
    assert.equal(laptop.person.read('mine'), 'mine: two, of laptop');
    assert.deepEqual(
      copiesOn(laptop).map((path) => laptop.person.read(path)),
      ['mine: two, of desk'],
    );
  }));

test('an edit of a file that both brought along makes no copy of it, two edits make one', () =>
  told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
    for (const { person } of [laptop, desk]) {
      person.write('one', 'one, brought along');
      person.write('two', 'two, brought along');
    }
    world.cut(laptop, desk);
    world.cut(phone, desk);
    world.upAll();
    await calm(world);
    laptop.person.save('one', 'one, of laptop');
    desk.person.save('two', 'two, of desk');
    await world.run({ ms: 5000 });
    laptop.person.save('two', 'two, of laptop');
    await world.run({ ms: 5000 });
    assert.equal(phone.person.read('one'), 'one, of laptop');
    // The desk hears of it from one that made none of it, too.
    world.heal(phone, desk);
    await world.run({ ms: 60_000 });
    world.heal(laptop, desk);
    await calm(world);
    const tree = assertEqualTrees([laptop, desk, phone]);
    assert.equal(tree.length, 3, tree.join('\n'));
    assert.equal(desk.person.read('one'), 'one, of laptop');
    assert.equal(desk.person.read('two'), 'two, of laptop');
    assert.deepEqual(
      copiesOn(desk).map((path) => desk.person.read(path)),
      ['two, of desk'],
    );
  }));

test('what was put back on purpose is kept against a touch of what had replaced it', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('notes', 'one');
    world.upAll();
    await calm(world);
    laptop.person.write('notes', 'two');
    await calm(world);
    world.cut(laptop, desk);
    laptop.person.write('notes', 'one');
    await world.run({ ms: 5000 });
    desk.person.setTime('notes', { s: 4_000_000_000, ns: 0 });
    await world.run({ ms: 5000 });
    world.heal(laptop, desk);
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]);
    assert.equal(laptop.person.read('notes'), 'two');
    assert.deepEqual(
      copiesOn(laptop).map((path) => laptop.person.read(path)),
      ['one'],
      tree.join('\n'),
    );
  }));

test('an edit that is recorded while an equal entry is being taken over is not hidden by it', async () => {
  for (const seed of [3, 4, 7]) await told(cast('laptop', 'desk'), editAmongNotes, seed);
});

async function editAmongNotes(world: KithWorld, laptop: SimDevice, desk: SimDevice) {
  const paths = Array.from({ length: 40 }, (_, i) => `f${i}`);
  for (const { person } of [laptop, desk]) {
    for (const path of paths) {
      person.write(path, `same in ${path}`);
      person.setTime(path, { s: 1_000_000_000, ns: 5 });
    }
  }
  world.cut(laptop, desk);
  world.upAll();
  await world.run({ ms: 8000 });
  world.heal(laptop, desk);
  const isConnected = () => statusOf(world, laptop).devices[0]?.connected === true;
  await world.runUntil(isConnected, { ms: 120_000 });
  for (const path of paths) {
    // As a restore does: an edit whose time is old.
    laptop.person.write(path, `edited ${path}`);
    laptop.person.setTime(path, { s: 1_100_000_000, ns: 5 });
    await world.run({ ms: 0.7 });
  }
  await calm(world);
  for (const path of paths) {
    assert.deepEqual(
      [laptop, desk].map(({ person }) => person.read(path)),
      [`edited ${path}`, `edited ${path}`],
    );
  }
}

test('two holders of one losing edit, who hear of it one after the other, make one copy', () =>
  told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
    laptop.person.write('notes.txt', 'base');
    world.upAll();
    await calm(world);
    world.cut(laptop, phone);
    world.cut(desk, phone);
    laptop.person.write('notes.txt', 'of laptop');
    await world.run({ ms: 10_000 });
    phone.person.write('notes.txt', 'of phone');
    await world.run({ ms: 10_000 });
    // The desk hears of it through the laptop, and gets the laptop's copy as well.
    world.heal(laptop, phone);
    await world.run({ ms: 60_000 });
    world.heal(desk, phone);
    await calm(world);
    assert.equal(assertEqualTrees([laptop, desk, phone]).length, 2);
    assert.deepEqual(
      copiesOn(desk).map((path) => desk.person.read(path)),
      ['of laptop'],
    );
  }));
