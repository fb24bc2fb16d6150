/** Clocks that are wrong, times that tell nothing, and changes that leave no trace in them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { SimPerson } from '../../lab/sim/person.ts';
import { placeOf, resolvePath } from '../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../lab/sim/tree-rename.ts';
import type { Timestamp } from '../../src/model/entry.ts';
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
  storeOf,
  told,
} from './scene.ts';

const YEAR_MS = 365 * 86_400_000;

function inodeAt(device: SimDevice, path: string) {
  const inode = resolvePath(device.tree, `${device.root}/${path}`);
  if (inode === undefined) throw new Error(`nothing at ${path}`);
  return inode;
}

for (const when of ['in the second of the look', 'much later, with its old time'] as const) {
  test(`a file made anew ${when}, with the length and the inode of the one before, is noticed (CLK-02)`, () =>
    told({ laptop: { disk: { timeStepNs: 1e9 } }, desk: {} }, async (world, laptop, desk) => {
      laptop.person.write('keep', 'keep');
      world.upAll();
      await calm(world);
      await world.run({ ms: 1000 - (world.scheduler.now % 1000) });
      laptop.person.write('f', 'first!');
      const before = inodeAt(laptop, 'f');
      await world.runUntil(() => desk.person.read('f') === 'first!', { ms: 900 });
      if (when === 'much later, with its old time') await world.run({ ms: 60_000 });
      laptop.person.delete('f');
      laptop.person.write('f', 'second');
      const { s, ns } = before.mtime;
      laptop.person.setTime('f', { s, ns });
      const after = inodeAt(laptop, 'f');
      assert.deepEqual([after.ino, after.mtime, after.size], [before.ino, before.mtime, 6]);
      await calm(world);
      assertTrees([laptop, desk], ['f = second', 'keep = keep']);
    }));
}

test('times that all become 1970 move no content and make no copies, and can be put right again (CLK-06)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const names = Array.from({ length: 20 }, (_, i) => `d/f${i}`);
    for (const name of names) laptop.person.write(name, bulk(name, 40_000));
    world.upAll();
    await calm(world);
    const times = new Map(names.map((name) => [name, inodeAt(laptop, name).mtime] as const));
    const bytes = bytesOf(world);
    for (const name of names) laptop.person.setTime(name, { s: 0, ns: 0 });
    await calm(world);
    for (const [name, time] of times) desk.person.setTime(name, time);
    await calm(world);
    assertEqualTrees([laptop, desk]);
    assert.deepEqual(copiesOn(laptop), []);
    for (const [name, time] of times) assert.deepEqual(inodeAt(laptop, name).mtime, time);
    assert.ok(bytesOf(world) - bytes < 40_000, `${bytesOf(world) - bytes} bytes travelled`);
  }));

for (const years of [3, -3]) {
  test(`a clock that was ${years} years off and is put right decides nothing for years (CLK-08)`, () =>
    told({ laptop: { clockOffsetMs: years * YEAR_MS }, desk: {} }, async (world, laptop, desk) => {
      laptop.person.write('f', 'by the wrong clock');
      world.upAll();
      await calm(world);
      desk.person.write('f', 'later, of desk');
      await calm(world);
      assertTrees([laptop, desk], ['f = later, of desk']);
      laptop.person.write('f', 'later still, by the wrong clock');
      await calm(world);
      assertTrees([laptop, desk], ['f = later still, by the wrong clock']);
      laptop.clock.setOffset(0);
      for (const [device, text] of [
        [desk, 'of desk, after the correction'],
        [laptop, 'of laptop, after the correction'],
        [desk, 'of desk, at last'],
      ] as const) {
        device.person.write('f', text);
        await calm(world);
        assertTrees([laptop, desk], [`f = ${text}`]);
      }
    }));
}

test('a clock that steps back and on while files are fetched stops nothing and loses nothing (CLK-08)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.network.shape('laptop', 'desk', { bytesPerMs: 200 });
    for (let i = 0; i < 10; i++) laptop.person.write(`f${i}`, bulk(`f${i}`, 300_000));
    world.upAll();
    for (const hours of [-1, 48, -9000, 9000]) {
      await world.run({ ms: 1000 });
      for (const device of [laptop, desk]) device.clock.step(hours * 3_600_000);
      laptop.person.write('f0', `edited at ${hours}`);
    }
    await world.run({ ms: 120_000 });
    for (const device of [laptop, desk]) assert.equal(statusOf(world, device).state, 'idle');
    assertEqualTrees([laptop, desk]);
    assert.equal(desk.person.read('f0'), 'edited at 9000');
    assert.deepEqual(copiesOn(desk), []);
  }));

test('change times that flutter make no version and no traffic (CLK-09)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['a', 'b', 'd/c']) laptop.person.write(name, name);
    world.upAll();
    await calm(world);
    await world.run({ ms: 10_000 });
    const [last, bytes] = [storeOf(laptop).lastSequence(), bytesOf(world)];
    for (let round = 1; round <= 3; round++) {
      for (const name of ['a', 'b', 'd', 'd/c']) {
        const inode = inodeAt(laptop, name);
        inode.ctime = { s: inode.ctime.s + round, ns: round };
      }
      world.kith(laptop).rescan(undefined, { mayEmpty: false });
      await calm(world);
    }
    assert.equal(storeOf(laptop).lastSequence(), last, 'a version was made');
    assert.ok(bytesOf(world) - bytes < 300, `${bytesOf(world) - bytes} bytes travelled`);
    assertTrees([desk], ['a = a', 'b = b', 'd/', 'd/c = d/c']);
  }));

test('a time that changed without contact is still news after a restart of both (CLK-10)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'content');
    world.upAll();
    await calm(world);
    world.cut(laptop, desk);
    laptop.person.setTime('f', { s: 1e9, ns: 5 });
    await world.run({ ms: 60_000 });
    for (const device of [laptop, desk]) {
      await world.stop(device);
      world.up(device);
      await world.run({ ms: 10_000 });
    }
    assert.notEqual(inodeAt(desk, 'f').mtime.s, 1e9);
    world.heal(laptop, desk);
    await calm(world);
    assert.deepEqual(inodeAt(desk, 'f').mtime, { s: 1e9, ns: 5 });
    assert.deepEqual(rowOf(desk, 'f').version, rowOf(laptop, 'f').version);
  }));

test('a disk that was written to elsewhere is looked through when it is back, though no directory tells of it (CLK-11)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['keep', 'd/old', 'd/gone', 'd/e/deep']) laptop.person.write(name, name);
    world.upAll();
    await calm(world);
    loseEvents(laptop);
    const move = (from: string, to: string): void => {
      const [source, target] = [from, to].map((name) => placeOf(laptop.tree, `/home/${name}`));
      if (source === undefined || target === undefined) throw new Error('no /home');
      renameEntry(laptop.tree, { from: source, to: target, style: 'keep' });
    };
    move('shared', 'elsewhere');
    world.kith(laptop).rescan(undefined, { mayEmpty: false });
    await world.run({ ms: 60_000 });
    assert.equal(statusOf(world, laptop).state, 'stopped');
    const other = new SimPerson(laptop.tree, '/home/elsewhere');
    const dirs = ['d', 'd/e'];
    const times = dirs.map((dir): Timestamp => other.tree().get(dir)?.mtime ?? { s: 0, ns: 0 });
    other.write('d/e/new', 'made elsewhere');
    other.write('d/new/x', 'made elsewhere');
    other.write('d/old', 'edited elsewhere');
    other.delete('d/gone');
    for (const [at, dir] of dirs.entries()) other.setTime(dir, times[at] ?? { s: 0, ns: 0 });
    move('elsewhere', 'shared');
    await calm(world);
    assertTrees(
      [laptop, desk],
      [
        'd/',
        'd/e/',
        'd/e/deep = d/e/deep',
        'd/e/new = made elsewhere',
        'd/new/',
        'd/new/x = made elsewhere',
        'd/old = edited elsewhere',
        'keep = keep',
      ],
    );
  }));
