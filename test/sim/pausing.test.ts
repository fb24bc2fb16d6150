/** A folder or a device that rests: nothing happens there meanwhile, and afterwards everything that did is found. */

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
  onJob,
  statusOf,
  told,
  treeOf,
} from './scene.ts';

/** A person says it to the running device. */
async function pause(world: KithWorld, device: SimDevice, isPaused: boolean): Promise<void> {
  world.setPaused(device, isPaused);
  world.retell(device);
  await world.run({ ms: 1 });
}

test('a paused folder neither looks, takes, gives nor says anything, and its connection stays', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('a', 'one');
    world.upAll();
    await calm(world);
    await pause(world, desk, true);
    await world.run({ ms: 60_000 });
    const calls: string[] = [];
    desk.hooks.add((call) => calls.push(call.call));
    const before = treeOf(desk);
    laptop.person.write('a', 'two');
    laptop.person.write('big', bulk('big', 500_000));
    desk.person.write('of desk', 'one');
    await world.run({ ms: 4_000_000 });
    assert.deepEqual(calls, [], 'its disk is left alone');
    assert.deepEqual(treeOf(desk), ['a = one', 'of desk = one']);
    assert.equal(before.length, 1);
    assert.equal(laptop.person.read('of desk'), undefined);
    assert.equal(statusOf(world, desk).state, 'paused');
    assert.equal(world.kith(laptop).devices()[0]?.connected, true);
    await pause(world, desk, false);
    await calm(world);
    assertEqualTrees([laptop, desk]);
    assert.equal(desk.person.read('a'), 'two');
    assert.equal(laptop.person.read('of desk'), 'one');
  }));

test('a folder that is paused in the middle of a transfer goes on from there', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const big = bulk('big', 6_000_000);
    laptop.person.write('big', big);
    world.upAll();
    let pieces = 0;
    const stop = onJob(desk, 'writePieces', ({ call }) => {
      if (call === 'write') pieces++;
    });
    await world.runUntil(() => pieces >= 12, { ms: 600_000 });
    stop();
    await pause(world, desk, true);
    await world.run({ ms: 60_000 });
    assert.equal(desk.person.read('big'), undefined);
    assert.equal(statusOf(world, desk).state, 'paused');
    assert.equal(statusOf(world, laptop).devices[0]?.heard, false);
    const bytes = bytesOf(world);
    await world.run({ ms: 30_000 });
    assert.ok(bytesOf(world) - bytes < 1000, 'nothing travels');
    await pause(world, desk, false);
    await calm(world);
    assert.equal(desk.person.read('big'), big);
    assert.ok(
      bytesOf(world) - bytes < 6_000_000 - 6 * 131_072,
      'what was there did not travel again',
    );
  }));

test('edits and deletes on both sides during a pause are found, and a delete is one', () =>
  told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
    const oracle = new FrontierOracle();
    for (const path of ['both', 'mine', 'theirs', 'gone', 'lost', 'keep']) {
      oracle.write(laptop.person, path, `${path} one`);
    }
    world.upAll();
    await calm(world);
    await pause(world, desk, true);
    oracle.write(desk.person, 'both', 'both of desk');
    oracle.write(desk.person, 'mine', 'mine of desk');
    oracle.delete(desk.person, 'gone');
    await world.run({ ms: 5000 });
    oracle.write(laptop.person, 'both', 'both of laptop');
    oracle.write(phone.person, 'theirs', 'theirs of phone');
    oracle.delete(laptop.person, 'lost');
    await world.rest();
    assertEqualTrees([laptop, phone]);
    assert.equal(phone.person.read('gone'), 'gone one');
    await pause(world, desk, false);
    await calm(world);
    assertEqualTrees([laptop, desk, phone]);
    const ending = [laptop, desk, phone].map(
      ({ name, person }) => [name, person.contents()] as const,
    );
    assert.deepEqual(oracle.violations(new Map(ending)), []);
    assert.equal(copiesOn(desk).length, 1);
    for (const path of ['gone', 'lost']) assert.equal(laptop.person.read(path), undefined);
  }));

for (const model of ['ordered', 'weak'] as const) {
  test(`the power that fails during a pause (${model}) takes nothing, and the pause goes on`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const path of ['a', 'b', 'keep']) laptop.person.write(path, 'one');
      world.upAll();
      await calm(world);
      desk.person.write('a', 'two, of desk');
      await calm(world);
      await pause(world, desk, true);
      await world.run({ ms: 60_000 });
      desk.person.write('b', 'two, of desk');
      desk.person.delete('a');
      desk.person.sync();
      world.cutPower(desk, model);
      world.up(desk);
      await world.run({ ms: 120_000 });
      assert.equal(statusOf(world, desk).state, 'paused');
      assert.deepEqual(statusOf(world, desk).local.files, 3, 'it still knows what it had');
      assertTrees([laptop], ['a = two, of desk', 'b = one', 'keep = one']);
      await pause(world, desk, false);
      await calm(world);
      assertTrees([laptop, desk], ['b = two, of desk', 'keep = one']);
    }));
}

test('a folder that is paused and goes on again and again in the middle of work loses nothing', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (let i = 0; i < 40; i++) laptop.person.write(`d/${i}`, bulk(`file ${i}`, 200_000));
    world.upAll();
    for (let i = 0; i < 12; i++) {
      await world.run({ ms: 37 * (i + 1) });
      const device = i % 3 === 2 ? laptop : desk;
      await pause(world, device, true);
      await world.run({ ms: 11 * i });
      desk.person.write(`of desk ${i}`, `${i}`);
      await pause(world, device, false);
    }
    await calm(world);
    assert.equal(assertEqualTrees([laptop, desk]).length, 53);
    assert.deepEqual(copiesOn(desk), []);
  }));

test('there is no connection to a paused device, and others go on', () =>
  told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
    laptop.person.write('a', 'one');
    world.upAll();
    await calm(world);
    world.link([
      ['laptop', 'desk'],
      ['laptop', 'phone'],
    ]);
    for (const device of [laptop, desk, phone]) world.retell(device);
    await calm(world);
    world.pauseDevice(laptop, desk, true);
    await world.run({ ms: 60_000 });
    const connected = () =>
      world
        .kith(laptop)
        .devices()
        .map(({ id }) => id);
    assert.deepEqual(connected(), [phone.id]);
    assert.equal(world.kith(desk).devices()[0]?.connected, false);
    assert.ok(desk.log.some(({ facts }) => String(facts['reason']).includes('device is paused')));
    laptop.person.write('a', 'two');
    desk.person.write('b', 'of desk');
    await world.run({ ms: 60_000 });
    assert.equal(phone.person.read('a'), 'two');
    assert.equal(desk.person.read('a'), 'one');
    world.pauseDevice(laptop, desk, false);
    await calm(world);
    assertTrees([laptop, desk, phone], ['a = two', 'b = of desk']);
  }));
