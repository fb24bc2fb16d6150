/** The same content written anew, under the same time, is a version of nothing; a power cut may damage it all the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { assertTrees, calm, cast, onJob, rowOf, storeOf, told } from './scene.ts';

const LONG_AGO = { s: 1_700_000_000, ns: 0 };

/** All know the file, it was durable, and it has been saved once more as it was. */
async function savedAnew(world: KithWorld, laptop: SimDevice): Promise<void> {
  laptop.person.write('x', 'the text');
  laptop.person.setTime('x', LONG_AGO);
  world.upAll();
  await world.run({ ms: 125_000 });
  laptop.person.sync();
  const { sequence, seen } = rowOf(laptop, 'x');
  laptop.person.save('x', 'the text');
  laptop.person.setTime('x', LONG_AGO);
  await world.run({ ms: 10_000 });
  const now = rowOf(laptop, 'x');
  assert.notEqual(now.seen?.inode, seen?.inode);
  assert.equal(now.sequence, sequence, 'others were told of it');
}

const CUTS = [
  ['rename-first', 3],
  ['weak', 2],
  ['weak', 3],
  ['weak', 4],
] as const;

for (const [model, seed] of CUTS) {
  test(`what a power cut (${model}, ${seed}) leaves of a file that was saved as it was is no edit`, () =>
    told(
      cast('laptop', 'desk'),
      async (world, laptop, desk) => {
        await savedAnew(world, laptop);
        world.cutPower(laptop, model);
        assert.notEqual(laptop.person.read('x'), 'the text', 'nothing was damaged');
        world.up(laptop);
        await calm(world);
        assertTrees([laptop, desk], ['x = the text']);
      },
      seed,
    ));
}

test('a file that was saved as it was is in doubt until the disk is synced, and no longer', () =>
  told(cast('laptop', 'desk'), async (world, laptop) => {
    await savedAnew(world, laptop);
    assert.equal(storeOf(laptop).identity()?.syncedSequence, 0);
    await world.run({ ms: 30_000 });
    assert.equal(storeOf(laptop).identity()?.syncedSequence, storeOf(laptop).lastSequence());
    world.cutPower(laptop, 'nothing');
    let read = 0;
    onJob(laptop, 'study', ({ call }) => {
      if (call === 'openFile') read++;
    });
    world.up(laptop);
    await calm(world);
    assert.equal(read, 0);
  }));
