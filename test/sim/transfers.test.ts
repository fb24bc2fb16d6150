/** Transfers that are cut go on from what has arrived; what one device gives wrong another gives right. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { assertTrees, bulk, calm, cast, line, told, treeOf } from './scene.ts';

const BLOCK = 131_072;
const SIZE = 40 * BLOCK;

/** Ways to break off a transfer and to let it go on. */
const CUTS: Readonly<
  Record<string, (world: KithWorld, a: SimDevice, b: SimDevice) => Promise<void>>
> = {
  'the connection breaks': async (world, a, b) => {
    world.network.reset(a.name, b.name);
  },
  'the link is down for ten minutes': async (world, a, b) => {
    world.cut(a, b);
    await world.run({ ms: 600_000 });
    world.heal(a, b);
  },
  'the receiver is killed': async (world, _a, b) => {
    world.crash(b, 'kill');
    world.up(b);
  },
  'the sender is killed': async (world, a) => {
    world.crash(a, 'kill');
    world.up(a);
  },
};

for (const [what, cut] of Object.entries(CUTS)) {
  test(`a transfer goes on from the blocks that have arrived when ${what} (NET-08)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      world.network.shape('laptop', 'desk', { bytesPerMs: 500 });
      const content = bulk('big', SIZE);
      laptop.person.write('big', content);
      world.upAll();
      const sent = (): number => world.network.bytes('laptop', 'desk');
      await world.runUntil(() => sent() > 0.6 * SIZE, { ms: 60_000 });
      await cut(world, laptop, desk);
      await calm(world);
      assertTrees([laptop, desk], [line('big', 'file', content)]);
      // What was under way when it broke travels twice.
      assert.ok(sent() < SIZE + 8 * BLOCK, `${(sent() - SIZE) / BLOCK} blocks too many`);
    }));
}

test('files that are changed and then moved, while their content is on its way, arrive under their new names', async () => {
  for (const ms of [40, 160, 200, 300]) {
    await told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      const names = Array.from({ length: 40 }, (_, i) => `${i}`);
      for (const name of names) laptop.person.write(`d/${name}`, `old ${name}`);
      world.upAll();
      await calm(world);
      for (const name of names) laptop.person.write(`d/${name}`, bulk(name, BLOCK));
      await world.run({ ms });
      laptop.person.rename('d', 'moved');
      const expected = treeOf(laptop);
      await calm(world);
      assertTrees([laptop, desk], expected);
    });
  }
});

test('a file that changes while it is being fetched arrives as it is in the end (PAR-09)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.network.shape('laptop', 'desk', { bytesPerMs: 500 });
    laptop.person.write('big', bulk('first', SIZE));
    world.upAll();
    const sent = (): number => world.network.bytes('laptop', 'desk');
    await world.runUntil(() => sent() > SIZE / 4, { ms: 60_000 });
    laptop.person.write('big', bulk('second', SIZE));
    await calm(world);
    assertTrees([laptop, desk], [line('big', 'file', bulk('second', SIZE))]);
  }));
