/** After a power cut: names go back to what they were, also where a file was a directory or a link before, or the other way round. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import type { SimPerson } from '../../lab/sim/person.ts';
import { assertTrees, calm, cast, statusOf, told, treeOf } from './scene.ts';

interface Change {
  readonly what: string;
  readonly before: (person: SimPerson) => void;
  readonly change: (person: SimPerson) => void;
  /** What the others have by then. */
  readonly after: readonly string[];
}

const CHANGES: readonly Change[] = [
  {
    what: 'a file that became a directory',
    before: (person) => person.write('d', 'old'),
    change: (person) => person.write('d/x', 'new'),
    after: ['d/', 'd/x = new', 'keep = keep'],
  },
  {
    what: 'a directory that became a file',
    before: (person) => person.write('d/x', 'old'),
    change: (person) => person.write('d', 'new'),
    after: ['d = new', 'keep = keep'],
  },
  {
    what: 'a directory that became a link',
    before: (person) => person.write('d/x', 'old'),
    change: (person) => person.makeLink('d', 'new'),
    after: ['d -> new', 'keep = keep'],
  },
  {
    what: 'a link that became a file',
    before: (person) => person.makeLink('d', 'old'),
    change: (person) => person.write('d', 'new'),
    after: ['d = new', 'keep = keep'],
  },
  {
    what: 'a file that became a link',
    before: (person) => person.write('d', 'old'),
    change: (person) => person.makeLink('d', 'new'),
    after: ['d -> new', 'keep = keep'],
  },
  {
    what: 'a link that became another',
    before: (person) => person.makeLink('d', 'old'),
    change: (person) => person.makeLink('d', 'new'),
    after: ['d -> new', 'keep = keep'],
  },
];

/** The desk, if it runs, knows of the change, and the laptop's disk has gone back to what was before. */
async function rollBack(world: KithWorld, change: Change, laptop: SimDevice): Promise<void> {
  laptop.person.write('keep', 'keep');
  change.before(laptop.person);
  const before = treeOf(laptop);
  world.up(laptop);
  await world.run({ ms: 125_000 });
  laptop.person.sync();
  laptop.person.delete('d');
  change.change(laptop.person);
  await world.run({ ms: 10_000 });
  world.cutPower(laptop, 'nothing');
  assert.deepEqual(treeOf(laptop), before);
  await world.run({ ms: 2000 });
}

function withoutCopies(device: SimDevice): readonly string[] {
  return treeOf(device).filter((line) => !line.includes('.sync-conflict-'));
}

for (const change of CHANGES) {
  test(`${change.what}, and is one no more after a power cut, was not changed back by a person`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      world.up(desk);
      await rollBack(world, change, laptop);
      assertTrees([desk], change.after);
      world.up(laptop);
      await calm(world);
      for (const device of [laptop, desk]) assert.deepEqual(withoutCopies(device), change.after);
      assert.deepEqual(treeOf(laptop), treeOf(desk));
    }));

  test(`${change.what}, went back with a power cut, and was replaced since, is what a person made of it`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      world.up(desk);
      await rollBack(world, change, laptop);
      laptop.person.delete('d');
      laptop.person.makeLink('d', 'by hand');
      world.up(laptop);
      await calm(world);
      assertTrees([laptop, desk], ['d -> by hand', 'keep = keep']);
    }));
}

// A directory or a link is made anew by whoever hears of it.
for (const change of CHANGES.filter(({ after }) => after.includes('d = new'))) {
  test(`${change.what}, and is one no more after a power cut, is reported where nobody has it`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      await rollBack(world, change, laptop);
      const stands = treeOf(laptop);
      world.up(laptop);
      await world.run({ ms: 100_000 });
      world.up(desk);
      await world.run({ ms: 100_000 });
      const codes = statusOf(world, laptop).problems.map(({ path, code }) => [path, code]);
      assert.deepEqual(codes, [['d', 'CONTENT_DAMAGED']]);
      assert.deepEqual(treeOf(laptop), stands);
      assert.ok(!treeOf(desk).some((line) => line.includes('old')), treeOf(desk).join());
    }));
}

test('what is below a directory that came back with a power cut stays in sight', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.up(desk);
    const change = CHANGES[1];
    if (change === undefined) throw new Error('no change');
    await rollBack(world, change, laptop);
    laptop.person.write('d/x', 'written since');
    world.up(laptop);
    await calm(world);
    assert.deepEqual(treeOf(laptop), treeOf(desk));
    const lines = treeOf(desk).filter((line) => line.includes('sync-conflict'));
    assert.ok(
      lines.some((line) => line.endsWith('/x = written since')),
      treeOf(desk).join(),
    );
    assert.deepEqual(withoutCopies(desk), change.after);
  }));
