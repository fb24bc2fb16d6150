/** The power fails: what was said to be there is there, and nothing half made is ever to be seen. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { assertStageEmpty, type Moment, revive, sweep } from './crash-sweep.ts';
import {
  assertEqualTrees,
  assertTrees,
  bulk,
  calm,
  cast,
  loseEvents,
  rowOf,
  told,
  treeOf,
} from './scene.ts';

const FILES: Readonly<Record<string, string>> = {
  'd/large': bulk('large', 200_000),
  'd/small': 'small',
  other: 'other',
};

test('CRS-01: with the power cut at any call of a first download no file is ever wrong', async () => {
  await sweep((world, moment) => download(world, moment, 'nothing'), { moreThan: 40 });
});

for (const model of ['ordered', 'weak'] as const) {
  test(`CRS-01: a power cut that keeps some of what was not synced (${model}) makes no file wrong`, async () => {
    await sweep((world, moment) => download(world, moment, model), { moreThan: 40, step: 7 });
  });
}

async function download(
  world: KithWorld,
  moment: Moment,
  model: 'nothing' | 'ordered' | 'weak',
): Promise<void> {
  const [laptop, desk] = [world.device('laptop'), world.device('desk')];
  world.mesh();
  for (const [path, content] of Object.entries(FILES)) laptop.person.write(path, content);
  const expected = treeOf(laptop);
  world.upAll();
  moment.at(desk, () => {
    world.cutPower(desk, model);
    assertNothingWrong(desk);
  });
  await world.run({ ms: 20_000 });
  revive(world, desk);
  await calm(world);
  assertTrees([laptop, desk], expected);
  assertStageEmpty(desk);
}

function assertNothingWrong(desk: SimDevice): void {
  for (const [path, content] of desk.person.contents()) {
    assert.equal(content, FILES[path], `${path} of ${content.length} bytes`);
  }
}

for (const model of ['nothing', 'ordered', 'weak'] as const) {
  test(`CRS-01: a power cut (${model}) at any call of a conflict that this side loses takes neither text (CON-12)`, async () => {
    await sweep((world, moment) => conflict(world, moment, model), { moreThan: 40, step: 2 });
  });
}

async function conflict(
  world: KithWorld,
  moment: Moment,
  model: 'nothing' | 'ordered' | 'weak',
): Promise<void> {
  const [laptop, desk] = [world.device('laptop'), world.device('desk')];
  world.mesh();
  laptop.person.write('d/f', 'old');
  world.upAll();
  await world.run({ ms: 5000 });
  world.cut(laptop, desk);
  desk.person.write('d/f', 'of desk');
  laptop.person.write('d/f', 'of laptop');
  laptop.person.setTime('d/f', { s: 1_800_000_000, ns: 0 });
  await world.run({ ms: 3000 });
  desk.person.sync();
  moment.at(desk, () => world.cutPower(desk, model));
  world.heal(laptop, desk);
  await world.run({ ms: 20_000 });
  revive(world, desk);
  await calm(world);
  assertEqualTrees([laptop, desk]);
  assert.deepEqual([...desk.person.contents().values()].sort(), ['of desk', 'of laptop']);
  assertStageEmpty(desk);
}

/** What the database says happened, and what must be there from that moment on. */
const RECORDED: readonly {
  readonly what: string;
  readonly change: (laptop: SimDevice) => void;
  readonly isRecorded: (desk: SimDevice) => boolean;
  readonly after: readonly string[];
}[] = [
  {
    what: 'a new file in a new directory',
    change: ({ person }) => person.write('new/deep/f', 'new'),
    isRecorded: (desk) => hasRow(desk, 'new/deep/f'),
    after: ['d/', 'd/f = old', 'keep = keep', 'l -> keep', 'new/', 'new/deep/', 'new/deep/f = new'],
  },
  {
    what: 'a replacement',
    change: ({ person }) => person.write('d/f', 'replaced'),
    isRecorded: (desk) => rowOf(desk, 'd/f').size === 'replaced'.length,
    after: ['d/', 'd/f = replaced', 'keep = keep', 'l -> keep'],
  },
  {
    what: 'a delete',
    change: ({ person }) => person.delete('d/f'),
    isRecorded: (desk) => rowOf(desk, 'd/f').deleted,
    after: ['d/', 'keep = keep', 'l -> keep'],
  },
  {
    what: 'a directory that became a file',
    change: ({ person }) => {
      person.delete('d');
      person.write('d', 'file');
    },
    isRecorded: (desk) => rowOf(desk, 'd').kind === 'file',
    after: ['d = file', 'keep = keep', 'l -> keep'],
  },
  {
    what: 'a link that points elsewhere',
    change: ({ person }) => {
      person.delete('l');
      person.makeLink('l', 'd/f');
    },
    isRecorded: (desk) => rowOf(desk, 'l').target.length === 'd/f'.length,
    after: ['d/', 'd/f = old', 'keep = keep', 'l -> d/f'],
  },
];

function hasRow(desk: SimDevice, path: string): boolean {
  try {
    return !rowOf(desk, path).deleted;
  } catch {
    return false;
  }
}

for (const { what, change, isRecorded, after } of RECORDED) {
  for (const syncsAsOne of [true, false]) {
    test(`CRS-14: ${what} that was recorded outlasts a power cut, ${syncsAsOne ? 'synced as one' : 'synced one by one'}`, () =>
      told({ laptop: {}, desk: { disk: { syncsAsOne } } }, async (world, laptop, desk) => {
        laptop.person.write('d/f', 'old');
        laptop.person.write('keep', 'keep');
        laptop.person.makeLink('l', 'keep');
        world.upAll();
        await calm(world);
        change(laptop);
        await world.runUntil(() => isRecorded(desk), { ms: 60_000 });
        world.cutPower(desk, 'nothing');
        assertTrees([desk], after);
        world.up(desk);
        await calm(world);
        assertTrees([laptop, desk], after);
        assertStageEmpty(desk);
      }));
  }
}

test('CRS-05: after its database was rolled back a device tells everything again, and loses nothing (CRS-04)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'one');
    laptop.person.write('gone', 'gone');
    world.upAll();
    await calm(world);
    const [old, marker] = [laptop.database(), laptop.person.read('.kith/marker')];
    for (const text of ['two', 'three']) {
      laptop.person.write('f', text);
      laptop.person.write(`with ${text}`, text);
      await calm(world);
    }
    laptop.person.delete('gone');
    await calm(world);
    for (const isMarkerOld of [false, true]) {
      await world.stop(laptop);
      laptop.replaceDatabase(old);
      if (isMarkerOld) laptop.person.write('.kith/marker', marker ?? '');
      const text = `after ${isMarkerOld}`;
      laptop.person.write(text, text);
      world.up(laptop);
      await world.run({ ms: 5000 });
      laptop.person.write(`later ${text}`, text);
      await calm(world);
      assert.equal(desk.person.read(text), text);
      assert.equal(desk.person.read(`later ${text}`), text);
    }
    assertTrees(
      [laptop, desk],
      [
        'after false = after false',
        'after true = after true',
        'f = three',
        'later after false = after false',
        'later after true = after true',
        'with three = three',
        'with two = two',
      ],
    );
  }));

test('CRS-07: with a new database nothing travels again, nothing is copied and nothing is deleted', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (let i = 0; i < 10; i++) laptop.person.write(`d/${i}`, bulk(`${i}`, 50_000));
    desk.person.makeLink('link', 'd/1');
    world.upAll();
    await calm(world);
    const before = treeOf(laptop);
    for (const device of [laptop, desk]) {
      await world.stop(device);
      device.replaceDatabase(undefined);
      const bytes = world.network.bytes('laptop', 'desk') + world.network.bytes('desk', 'laptop');
      world.up(device);
      await calm(world);
      assertTrees([laptop, desk], before);
      const travelled =
        world.network.bytes('laptop', 'desk') + world.network.bytes('desk', 'laptop') - bytes;
      assert.ok(travelled < 20_000, `${travelled} bytes travelled`);
    }
    loseEvents(laptop);
  }));
