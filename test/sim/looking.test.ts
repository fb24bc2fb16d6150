/** What a look at the disk may conclude, and what it may not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { raiseCounter } from '../../src/model/version.ts';
import { RawPeer } from './raw-peer.ts';
import { assertTrees, calm, cast, onJob, rowOf, statusOf, storeOf, told } from './scene.ts';

test('a file is not gone because its directory was moved away and back while it was looked at', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('d/x', 'precious');
    world.upAll();
    await calm(world);
    let isAway = false;
    let moves = 0;
    const stop = onJob(laptop, 'look', (call) => {
      const isAbout = 'name' in call && call.name === 'd';
      if (!isAbout || call.call !== (isAway ? 'status' : 'openDir')) return;
      unnoticed(laptop, () => laptop.person.rename(isAway ? 'e' : 'd', isAway ? 'd' : 'e'));
      isAway = !isAway;
      moves++;
    });
    laptop.person.setMode('d/x', 0o600);
    await world.run({ ms: 20_000 });
    stop();
    assert.ok(moves > 2 && !isAway, `${moves} moves`);
    await calm(world);
    assertTrees([laptop, desk], ['d/', 'd/x = precious']);
    assert.equal(rowOf(laptop, 'd/x').sequence, storeOf(laptop).lastSequence());
    assert.equal(storeOf(laptop).lastSequence(), 3, 'made, made, changed in mode');
  }));

/** Nothing tells the device of it. */
function unnoticed(device: SimDevice, act: () => void): void {
  const listeners = [...device.tree.listeners];
  device.tree.listeners.clear();
  act();
  for (const listener of listeners) device.tree.listeners.add(listener);
}

test('a tree that took the name of a directory at work is looked through', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('d/k', '1');
    laptop.person.write('.x.swp/keep/deep', 'deep content');
    world.upAll();
    await calm(world);
    let isDone = false;
    onJob(laptop, 'apply', (call) => {
      if (call.call !== 'setMode' || isDone) return;
      isDone = true;
      laptop.person.rename('.x.swp', 'd/new');
      laptop.person.rename('d', 'e');
      laptop.person.rename('e/new', 'd');
    });
    desk.person.setMode('d', 0o700);
    await calm(world);
    assert.ok(isDone);
    assertTrees([laptop, desk], ['d/', 'd/keep/', 'd/keep/deep = deep content', 'e/', 'e/k = 1']);
  }));

test('a directory that went while a long look was under way is not found again', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (let i = 0; i < 20; i++) laptop.person.write(`d/${i}`, `${i}`);
    for (let i = 0; i < 900; i++) laptop.person.write(`e${i}`, `${i}`);
    world.upAll();
    await calm(world);
    let looks = 0;
    const stop = onJob(desk, 'apply', () => {
      stop();
      looks++;
      world.kith(desk).rescan(undefined, { mayEmpty: false });
    });
    laptop.person.delete('d');
    await calm(world);
    assert.equal(looks, 1);
    for (const device of [laptop, desk]) {
      const { deleted, version } = rowOf(device, 'd');
      assert.deepEqual([deleted, version.length], [true, 1], device.name);
    }
  }));

test('killed at any moment of its very first start, a folder starts the next time', async () => {
  for (let ms = 0.25; ms < 12; ms += 0.25) {
    await told(cast('laptop'), async (world, laptop) => {
      laptop.person.write('x', 'x');
      world.up(laptop);
      await world.run({ ms });
      world.crash(laptop, 'kill');
      world.up(laptop);
      await world.run({ ms: 60_000 });
      assert.equal(statusOf(world, laptop).state, 'idle', `killed after ${ms} ms`);
    });
  }
});

test('a file that is gone is gone, though another device says something new of it at that moment', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    for (const path of ['f', 'keep']) desk.person.write(path, path);
    world.up(desk);
    await calm(world, [desk]);
    const row = rowOf(desk, 'f');
    const raw = new RawPeer(phone, desk, { open: (talk) => [talk.hello(), talk.config(0)] });
    raw.dial();
    await world.run({ ms: 2000 });
    desk.person.delete('f');
    let hasLooked = false;
    const stop = onJob(desk, 'look', () => {
      hasLooked = true;
    });
    await world.runUntil(() => hasLooked, { ms: 2000 });
    stop();
    raw.last.index([{ ...row, version: raiseCounter(row.version, 1n, 1n) }]);
    await world.run({ ms: 10_000 });
    assert.equal(rowOf(desk, 'f').deleted, true);
  }));
