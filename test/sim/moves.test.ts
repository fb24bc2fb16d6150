/** Things that are moved while others move, edit or fetch them: nothing is lost, and nothing is left behind. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { placeOf, resolvePath } from '../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../lab/sim/tree-rename.ts';
import {
  assertEqualTrees,
  assertTrees,
  bulk,
  bytesOf,
  calm,
  cast,
  copiesOn,
  line,
  onJob,
  told,
  treeOf,
} from './scene.ts';

/** Contents of all files, sorted. */
function valuesOn(device: SimDevice): readonly string[] {
  return [...device.person.contents().values()].sort();
}

for (const wins of ['laptop', 'desk'] as const) {
  test(`of two directories that were moved into each other no file is lost, the later move being that of the ${wins} (REN-03)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const path of ['A/a', 'A/sub/x', 'B/b', 'B/sub/y', 'keep'])
        laptop.person.write(path, path);
      world.upAll();
      await calm(world);
      const before = valuesOn(laptop);
      world.cut(laptop, desk);
      const moves: readonly (() => void)[] = [
        () => laptop.person.rename('A', 'B/A'),
        () => desk.person.rename('B', 'A/B'),
      ];
      for (const move of wins === 'desk' ? moves : [...moves].reverse()) {
        move();
        await world.run({ ms: 10_000 });
      }
      world.heal(laptop, desk);
      await calm(world);
      assertEqualTrees([laptop, desk]);
      const after = new Set(valuesOn(laptop));
      assert.deepEqual(
        before.filter((value) => !after.has(value)),
        [],
      );
      const again = treeOf(laptop);
      await world.stop(desk);
      world.up(desk);
      await calm(world);
      assertTrees([laptop, desk], again);
    }));
}

for (const pause of [0, 3, 40, 700] as const) {
  test(`a file that is moved into a new folder and renamed there, ${pause} ms between, is there under its last name (REN-04)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      laptop.person.write('report', bulk('report', 50_000));
      laptop.person.write('keep', 'keep');
      world.upAll();
      await calm(world);
      for (const act of [
        () => laptop.person.makeDir('New folder'),
        () => laptop.person.rename('report', 'New folder/report'),
        () => laptop.person.rename('New folder/report', 'New folder/final'),
        () => laptop.person.rename('New folder', '2026'),
      ]) {
        act();
        await world.run({ ms: pause });
      }
      await calm(world);
      assertTrees(
        [laptop, desk],
        ['2026/', line('2026/final', 'file', bulk('report', 50_000)), 'keep = keep'],
      );
    }));
}

test('what is edited while its directory is renamed elsewhere is kept with its edit (REN-08)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['a', 'b', 'deep/c']) laptop.person.write(`old/${name}`, `${name}: base`);
    laptop.person.write('keep', 'keep');
    world.upAll();
    await calm(world);
    const held = desk.person.hold('old/a');
    held.overwrite('a: being written', 0);
    laptop.person.rename('old', 'new');
    desk.person.save('old/deep/c', 'c: edited');
    await world.run({ ms: 2000 });
    held.append(', and written to the end');
    held.close();
    await calm(world);
    const tree = assertEqualTrees([laptop, desk]);
    const values = valuesOn(laptop);
    for (const value of ['a: being written, and written to the end', 'b: base', 'c: edited']) {
      assert.ok(values.includes(value), `${value} is in none of ${tree.join('\n')}`);
    }
    assert.equal(laptop.person.read('new/b'), 'b: base');
  }));

test('a file that is moved over another is a new content of that name, and nobody keeps the old one (REN-11)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('baz', bulk('baz', 200_000));
    laptop.person.write('foobar', bulk('foobar', 200_000));
    world.upAll();
    await calm(world);
    const bytes = bytesOf(world);
    desk.person.rename('baz', 'foobar');
    await calm(world);
    assertTrees([laptop, desk], [line('foobar', 'file', bulk('baz', 200_000))]);
    assert.ok(bytesOf(world) - bytes < 10_000, `${bytesOf(world) - bytes} bytes travelled`);
  }));

test('a directory that is renamed while it is being fetched arrives under its last name, hardly more than once (REN-13)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.network.shape('laptop', 'desk', { bytesPerMs: 500 });
    for (let i = 0; i < 30; i++) laptop.person.write(`old/${i % 6}/${i}`, bulk(`${i}`, 50_000));
    laptop.person.write('old/large', bulk('large', 60 * 131_072));
    const size = [...laptop.person.contents().values()].join('').length;
    world.upAll();
    const sent = (): number => world.network.bytes('laptop', 'desk');
    await world.runUntil(() => sent() > 0.6 * size, { ms: 60_000 });
    laptop.person.rename('old', 'new');
    await world.runUntil(() => sent() > 0.95 * size, { ms: 60_000 });
    laptop.person.rename('new/3', 'three');
    await calm(world);
    assertTrees([desk], treeOf(laptop));
    assert.equal(desk.person.contents().size, 31);
    assert.deepEqual(copiesOn(desk), []);
    // What was under way when it was renamed may travel again.
    assert.ok(sent() < 1.5 * size, `${sent() / size} times its size travelled`);
    const stage = resolvePath(desk.tree, `${desk.root}/.kith/stage`);
    assert.deepEqual([...(stage?.entries.keys() ?? [])], [], 'nothing is left over');
  }));

for (const [moment, awaited] of [
  ['while it is opened', { call: 'statusOf', nth: 1 }],
  ['just before the first one appears in it', { call: 'rename', nth: 1 }],
  ['just before the last one appears in it', { call: 'rename', nth: 3 }],
] as const) {
  test(`new files do not follow a directory that a person moves away ${moment}, to be taken for deleted`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      laptop.person.write('d/old', 'old');
      world.upAll();
      await calm(world);
      let isOpen = false;
      let count = 0;
      const stop = onJob(desk, 'apply', (each) => {
        if (each.call === 'openDir' && each.name === 'd') isOpen = true;
        if (!isOpen || each.call !== awaited.call || ++count !== awaited.nth) return;
        stop();
        desk.person.rename('d', 'moved');
      });
      for (const name of ['1', '2', '3']) laptop.person.write(`d/${name}`, name);
      await calm(world);
      const kept = ['1', '2', '3'].map((name) => `d/${name} = ${name}`);
      const tree = assertEqualTrees([laptop, desk]);
      for (const one of [...kept, 'moved/old = old']) assert.ok(tree.includes(one), tree.join());
    }));
}

test('an edit does not follow a directory that a person moves out of the folder just before the edit is put there', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['d/old', 'keep']) laptop.person.write(path, path);
    world.upAll();
    await calm(world);
    const stop = onJob(desk, 'apply', (each) => {
      if (each.call !== 'rename' || each.how !== 'exchange') return;
      stop();
      const { tree, root } = desk;
      const from = placeOf(tree, `${root}/d`);
      renameEntry(tree, { from, to: placeOf(tree, '/home/outside'), style: 'keep' });
    });
    laptop.person.write('d/old', 'edit');
    await calm(world);
    assertTrees([laptop, desk], ['d/', 'd/old = edit', 'keep = keep']);
  }));
