/** What people write and delete at the same time, or faster than anybody looks: the last word of each survives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrontierOracle } from '../../lab/sim/oracle.ts';
import {
  assertEqualTrees,
  assertTrees,
  bulk,
  bytesOf,
  calm,
  cast,
  copiesOn,
  rowOf,
  told,
} from './scene.ts';

test('a second save that was made of the very content that another touched makes no copy (CON-08)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('notes', 'base');
    world.upAll();
    await calm(world);
    laptop.person.save('notes', 'first save');
    await calm(world);
    world.cut(laptop, desk);
    desk.person.setMode('notes', 0o600);
    await world.run({ ms: 3000 });
    assert.equal(rowOf(desk, 'notes').version.length, 2, 'the touch is a version of its own');
    laptop.person.save('notes', 'second save');
    await world.run({ ms: 3000 });
    world.heal(laptop, desk);
    await calm(world);
    assertTrees([laptop, desk], ['notes = second save']);
  }));

test('hours of edits that nobody was told of survive the newer version that comes first (CON-11)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const paths = ['a', 'b', 'd/c'];
    for (const path of paths) laptop.person.write(path, `${path}: base`);
    world.upAll();
    await calm(world);
    await world.stop(desk);
    for (let hour = 1; hour <= 3; hour++) {
      for (const path of paths) desk.person.save(path, `${path}: hour ${hour} of desk`);
      await world.run({ ms: 3_600_000 });
      for (const path of paths) laptop.person.save(path, `${path}: hour ${hour} of laptop`);
    }
    await calm(world);
    world.up(desk);
    await calm(world);
    assertEqualTrees([laptop, desk]);
    for (const path of paths) {
      assert.equal(desk.person.read(path), `${path}: hour 3 of laptop`);
    }
    const kept = copiesOn(laptop).map((path) => laptop.person.read(path));
    assert.deepEqual(
      kept,
      paths.map((path) => `${path}: hour 3 of desk`),
    );
  }));

for (const later of ['the delete', 'the edit'] as const) {
  test(`an edit survives a delete elsewhere, though ${later} is the later one, and all goes on (CON-16, DEL-01)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const path of ['f', 'd/g', 'keep']) laptop.person.write(path, 'base');
      world.upAll();
      await calm(world);
      world.cut(laptop, desk);
      const edit = (): void => {
        for (const path of ['f', 'd/g']) desk.person.write(path, `${path} edited`);
      };
      const remove = (): void => {
        for (const path of ['f', 'd']) laptop.person.delete(path);
      };
      for (const act of later === 'the edit' ? [remove, edit] : [edit, remove]) {
        act();
        await world.run({ ms: 10_000 });
      }
      world.heal(laptop, desk);
      await calm(world);
      assertTrees([laptop, desk], ['d/', 'd/g = d/g edited', 'f = f edited', 'keep = base']);
      laptop.person.write('f', 'edited again');
      desk.person.delete('d');
      await calm(world);
      assertTrees([laptop, desk], ['f = edited again', 'keep = base']);
    }));
}

test('what both sides brought along equal is known as equal: deleted on one side it stays deleted (DEL-14)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const { person } of [laptop, desk]) {
      for (const path of ['keep', 'one', 'd/two']) person.write(path, `${path}, the same`);
    }
    world.upAll();
    await calm(world);
    const bytes = bytesOf(world);
    laptop.person.delete('one');
    desk.person.delete('d');
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep, the same']);
    for (const device of [laptop, desk]) {
      await world.stop(device);
      world.up(device);
      await calm(world);
    }
    assertTrees([laptop, desk], ['keep = keep, the same']);
    assert.ok(bytesOf(world) - bytes < 5000, `${bytesOf(world) - bytes} bytes travelled`);
  }));

for (const pause of [0, 1, 7, 60] as const) {
  test(`a file that is deleted and made anew ${pause} ms apart is what was written last, on one device and on two (DEL-17)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      const oracle = new FrontierOracle();
      for (const path of ['keep', 'mine', 'ours'])
        oracle.write(laptop.person, path, `${path} base`);
      world.upAll();
      await calm(world);
      for (let round = 0; round < 4; round++) {
        oracle.delete(laptop.person, 'mine');
        await world.run({ ms: pause });
        oracle.write(laptop.person, 'mine', `mine, round ${round}`);
        oracle.delete(desk.person, 'ours');
        await world.run({ ms: pause });
        oracle.write(desk.person, 'ours', `ours, round ${round} of desk`);
        await world.run({ ms: pause });
      }
      await calm(world);
      assertTrees(
        [laptop, desk],
        ['keep = keep base', 'mine = mine, round 3', 'ours = ours, round 3 of desk'],
      );
      // Both at once: nobody's last word may be lost, whoever wins.
      for (const device of [laptop, desk]) {
        oracle.delete(device.person, 'ours');
        await world.run({ ms: pause });
        oracle.write(device.person, 'ours', `ours, last of ${device.name}`);
      }
      await calm(world);
      const ending = new Map(
        [laptop, desk].map(({ name, person }) => [name, person.contents()] as const),
      );
      assert.deepEqual(oracle.violations(ending), []);
    }));
}

test('of twenty files that are swapped for new ones while they are being taken over none is lost (DEL-17)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const names = Array.from({ length: 20 }, (_, i) => `d/f${i}`);
    for (const name of names) laptop.person.write(name, bulk(name, 30_000));
    laptop.person.write('keep', 'keep');
    world.upAll();
    for (const [at, name] of names.entries()) {
      await world.run({ ms: at % 5 });
      laptop.person.delete(name);
      await world.run({ ms: at % 3 });
      laptop.person.write(name, `anew: ${name}`);
    }
    await calm(world);
    const expected = names.map((name) => `${name} = anew: ${name}`);
    assertTrees([laptop, desk], ['d/', ...expected, 'keep = keep'].sort());
    assert.deepEqual(copiesOn(desk), []);
  }));
