/** What the clocks of file systems hide, and what they cut off. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORLD_BEGAN_MS } from '../../lab/sim/clock.ts';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { CallHook } from '../../lab/sim/disk.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import {
  assertEqualTrees,
  assertTrees,
  bulk,
  bytesOf,
  calm,
  cast,
  line,
  loseEvents,
  onJob,
  rowOf,
  storeOf,
  told,
} from './scene.ts';

/** Between two ticks of the kernel's clock files are dated alike. */
const TICK_MS = 4;

test('CLK-01: an edit in place of the same size in the same tick as the look is noticed', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.watch = { ...laptop.watch, delayMs: 0 };
    laptop.person.write('keep', 'keep');
    world.upAll();
    await calm(world);
    await world.run({ ms: TICK_MS - (world.scheduler.now % TICK_MS) });
    laptop.person.write('f', 'first!');
    const before = laptop.person.tree().get('f');
    let edited = before;
    const stop = onceRead(laptop, 'f', () => {
      const held = laptop.person.hold('f');
      held.overwrite('second', 0);
      held.close();
      edited = laptop.person.tree().get('f');
    });
    await calm(world);
    stop();
    assert.equal(edited?.content, 'second');
    assert.deepEqual(edited?.mtime, before?.mtime, 'the edit cannot be told by its time');
    assertTrees([laptop, desk], ['f = second', 'keep = keep']);
  }));

/** Acts once, as soon as the device has read this file whole and closes it. */
function onceRead(device: SimDevice, name: string, act: () => void): () => void {
  let isOpen = false;
  const hook: CallHook = (call, { job }) => {
    if (job !== 'study') return;
    if (call.call === 'openFile') isOpen = call.name === name;
    else if (call.call === 'close' && isOpen) {
      device.hooks.delete(hook);
      act();
    }
  };
  device.hooks.add(hook);
  return () => device.hooks.delete(hook);
}

for (const timeStepNs of [1_000_000_000, 2_000_000_000] as const) {
  test(`CLK-04: a file system with steps of ${timeStepNs / 1e9} s makes no versions and no traffic`, () =>
    told({ laptop: {}, stick: { disk: { timeStepNs } } }, async (world, laptop, stick) => {
      await world.run({ ms: 1234 });
      laptop.person.write('of laptop', 'x');
      laptop.person.write('d/deep', 'y');
      stick.person.write('of stick', 'z');
      world.upAll();
      await calm(world);
      for (const path of ['of laptop', 'of stick', 'd/deep']) {
        assert.equal(
          rowOf(laptop, path).version.length,
          1,
          `${path} was changed by a person alone`,
        );
        assert.deepEqual(rowOf(stick, path).version, rowOf(laptop, path).version);
      }
      assert.notEqual(rowOf(stick, 'of laptop').mtime.ns, 0, 'the time that was wanted is kept');
      await makesNoVersion(world, stick);
      const bytes = bytesOf(world);
      await world.run({ ms: 600_000 });
      assert.ok(bytesOf(world) - bytes < 300, `${bytesOf(world) - bytes} bytes at rest`);
      laptop.person.write('of stick', 'edited');
      await calm(world);
      assertTrees([laptop, stick], ['d/', 'd/deep = y', 'of laptop = x', 'of stick = edited']);
      assert.deepEqual(rowOf(stick, 'of stick').version, rowOf(laptop, 'of stick').version);
      assert.deepEqual(rowOf(stick, 'of stick').mtime, rowOf(laptop, 'of stick').mtime);
    }));
}

/** Looks at everything, before and after the device starts anew: nothing has changed. */
async function makesNoVersion(world: KithWorld, restarted: SimDevice): Promise<void> {
  const before = versionsOf(world.devices());
  await rescanAll(world);
  await world.stop(restarted);
  world.up(restarted);
  await calm(world);
  await rescanAll(world);
  assert.deepEqual(versionsOf(world.devices()), before, 'no version was made');
}

async function rescanAll(world: KithWorld): Promise<void> {
  for (const device of world.devices()) {
    world.kith(device).rescan(undefined, { mayEmpty: false });
  }
  await calm(world);
}

function versionsOf(devices: readonly SimDevice[]): unknown {
  return devices.map((device) => {
    const store = storeOf(device);
    return store.paths(undefined, 100).map((path) => [path, store.ours(path)?.version]);
  });
}

for (const code of ['FILE_DENIED', 'FILE_UNSUPPORTED', 'FILE_FAILED'] as const) {
  test(`CLK-04: a file system that refuses times (${code}) gets the content, and nothing goes round`, () =>
    told(cast('laptop', 'stick'), async (world, laptop, stick) => {
      stick.faults.fail({ call: 'setTime', code, times: Infinity });
      laptop.person.write('small', 'x');
      laptop.person.write('large', bulk('large', 300_000));
      for (const path of ['small', 'large']) laptop.person.setTime(path, { s: 1e9, ns: 1 });
      world.upAll();
      await calm(world);
      laptop.person.setTime('large', { s: 1e9 + 7, ns: 1 });
      laptop.person.write('small', 'y');
      await calm(world);
      assert.ok(stick.faults.struck > 2);
      await makesNoVersion(world, stick);
      assert.equal(rowOf(stick, 'large').mtime.s, 1e9 + 7, 'the time that was wanted is kept');
      stick.person.write('small', 'edited');
      await calm(world);
      assertTrees(
        [laptop, stick],
        [line('large', 'file', bulk('large', 300_000)), 'small = edited'],
      );
    }));
}

test('an edit in a second that the clock goes through twice is noticed, and an edit from elsewhere does not take it', () =>
  told(
    { laptop: {}, stick: { disk: { timeStepNs: 1_000_000_000 } } },
    async (world, laptop, stick) => {
      await world.run({ ms: 5100 });
      stick.person.write('f', 'first!');
      stick.person.write('g', 'first!');
      world.upAll();
      await calm(world);
      // Their times prove by now that they have not changed since.
      world.kith(stick).rescan(undefined, { mayEmpty: false });
      await calm(world);
      assert.equal(rowOf(stick, 'g').seen?.racy, false);
      const before = stick.person.tree();
      const edit = (path: string, text: string): void => {
        const held = stick.person.hold(path);
        held.overwrite(text, 0);
        held.close();
        assert.deepEqual(stick.person.tree().get(path)?.mtime, before.get(path)?.mtime, path);
      };
      stick.clock.step(WORLD_BEGAN_MS + 5200 - stick.clock.wallMs());
      edit('f', 'second');
      await calm(world);
      assert.equal(laptop.person.read('f'), 'second');
      // Now nothing tells of it before the edit from elsewhere is there.
      loseEvents(stick);
      await world.run({ ms: 20_000 });
      const stop = onJob(stick, 'apply', () => {
        stop();
        stick.clock.step(WORLD_BEGAN_MS + 5600 - stick.clock.wallMs());
        edit('g', 'second');
      });
      laptop.person.write('g', 'of the laptop');
      await calm(world);
      const texts = assertEqualTrees([laptop, stick]);
      for (const text of ['second', 'of the laptop']) {
        assert.ok(
          texts.some((each) => each.endsWith(` = ${text}`)),
          texts.join(),
        );
      }
    },
  ));
