/** After a power cut: what could not be read in the first look stays in doubt until it has been, and nothing else does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { placeOf } from '../../lab/sim/resolve-path.ts';
import { assertTrees, calm, cast, rowOf, statusOf, storeOf, told, treeOf } from './scene.ts';

/** What stands on the laptop is durable and on the desk as well. */
async function agreed(world: KithWorld, laptop: SimDevice): Promise<void> {
  world.upAll();
  await calm(world);
  await world.run({ ms: 120_000 });
  laptop.person.sync();
}

/** The desk has the new text of `d/x`, and the power cut has taken it from the laptop. */
async function rolledBack(world: KithWorld, devices: readonly SimDevice[]): Promise<void> {
  const [laptop, desk] = devices;
  if (laptop === undefined || desk === undefined) throw new Error('two devices');
  laptop.person.write('d/x', 'old');
  await agreed(world, laptop);
  laptop.person.write('d/x', 'new text');
  await world.runUntil(() => desk.person.read('d/x') === 'new text', { ms: 20_000 });
  world.cutPower(laptop, 'nothing');
  assert.equal(laptop.person.read('d/x'), 'old');
}

const FAULTS = [
  { call: 'openDir', name: 'd', errno: 'EIO' },
  { call: 'openFile', name: 'x', errno: 'EIO' },
  { call: 'openFile', name: 'x', errno: 'EMFILE' },
] as const;

for (const fault of FAULTS) {
  test(`damage is no edit because the first ${fault.call} failed with ${fault.errno}`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      await rolledBack(world, [laptop, desk]);
      laptop.faults.fail(fault);
      world.up(laptop);
      await calm(world);
      assert.ok(laptop.faults.struck > 0);
      assertTrees([laptop, desk], ['d/', 'd/x = new text']);
    }));
}

test('what a power cut took is no delete because its directory could not be listed at first', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('d/old', 'old');
    await agreed(world, laptop);
    laptop.person.write('d/x', 'new');
    await world.runUntil(() => desk.person.read('d/x') === 'new', { ms: 20_000 });
    world.cutPower(laptop, 'nothing');
    assert.equal(laptop.person.read('d/x'), undefined);
    laptop.faults.fail({ call: 'openDir', name: 'd', errno: 'EIO' });
    world.up(laptop);
    await calm(world);
    assertTrees([laptop, desk], ['d/', 'd/old = old', 'd/x = new']);
  }));

test('what is never readable stays in doubt through restarts, and everything else goes on', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await rolledBack(world, [laptop, desk]);
    const stop = laptop.faults.fail({ call: 'openFile', name: 'x', errno: 'EIO', times: Infinity });
    world.up(laptop);
    await world.run({ ms: 1000 });
    const boot = storeOf(laptop).identity()?.bootId;
    const { sequence, mtime } = rowOf(laptop, 'd/x');
    for (let start = 0; start < 3; start++) {
      await world.run({ ms: 100_000 });
      laptop.person.write(`here ${start}`, 'here');
      desk.person.write(`there ${start}`, 'there');
      // The very same once more, of a later version: there is nothing to do but to write our row anew.
      desk.person.write('d/x', `${start}`);
      await world.run({ ms: 10_000 });
      desk.person.write('d/x', 'new text');
      desk.person.setTime('d/x', mtime);
      await world.run({ ms: 100_000 });
      assert.equal(rowOf(laptop, 'd/x').sequence, sequence);
      assert.equal(desk.person.read(`here ${start}`), 'here');
      assert.equal(laptop.person.read(`there ${start}`), 'there');
      const problems = statusOf(world, laptop).problems.map(({ path, code }) => [path, code]);
      assert.deepEqual(problems, [['d/x', 'FILE_FAILED']]);
      assert.equal(storeOf(laptop).identity()?.bootId, boot);
      await world.stop(laptop);
      assert.equal(laptop.person.read('d/x'), 'old');
      world.up(laptop);
    }
    stop();
    await calm(world);
    assert.equal(desk.person.read('d/x'), 'new text');
    assert.deepEqual(treeOf(laptop), treeOf(desk));
    await world.run({ ms: 60_000 });
    assert.notEqual(storeOf(laptop).identity()?.bootId, boot);
  }));

test('a person who replaces what could not be read has replaced it', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await rolledBack(world, [laptop, desk]);
    const stop = laptop.faults.fail({ call: 'openFile', name: 'x', errno: 'EIO', times: Infinity });
    world.up(laptop);
    await world.run({ ms: 100_000 });
    laptop.person.save('d/x', 'by hand');
    stop();
    await calm(world);
    assertTrees([laptop, desk], ['d/', 'd/x = by hand']);
  }));

test('what stands on a disk that is mounted after the first look is in doubt until then', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const { tree } = laptop;
    const placed = (): NonNullable<ReturnType<typeof tree.at>> => {
      const at = tree.at(placeOf(tree, `${laptop.root}/usb`));
      if (at === undefined) throw new Error('no usb');
      return at;
    };
    laptop.person.makeDir('usb');
    tree.mount(placed(), 7n);
    laptop.person.write('usb/a', 'old');
    await agreed(world, laptop);
    laptop.person.write('usb/a', 'new text');
    await world.runUntil(() => desk.person.read('usb/a') === 'new text', { ms: 20_000 });
    const { sequence } = rowOf(laptop, 'usb/a');
    world.cutPower(laptop, 'nothing');
    const mounted = placed();
    tree.unmount(mounted);
    world.up(laptop);
    await world.run({ ms: 20_000 });
    tree.mountAgain(placed(), mounted);
    assert.equal(laptop.person.read('usb/a'), 'old');
    await world.run({ ms: 200_000 });
    assertTrees([desk], ['usb/', 'usb/a = new text']);
    // Nothing can be moved off the disk that it stands on.
    const problems = statusOf(world, laptop).problems.map(({ path, code }) => [path, code]);
    assert.deepEqual(problems, [['usb/a', 'CONTENT_DAMAGED']]);
    assert.equal(rowOf(laptop, 'usb/a').sequence, sequence);
  }));
