/** Damage in the database stops its folder, whoever meets it, and nothing else; it goes on once the damage is gone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { KithError } from '../../src/base/error.ts';
import type { FolderStore } from '../../src/ports/folder-store.ts';
import { assertTrees, bulk, calm, cast, line, onJob, statusOf, storeOf, told } from './scene.ts';

type Read = 'ours' | 'peer' | 'oursAfter' | 'announced' | 'identity';

const LONG = bulk('f', 3_000_000);

/** From now on this read finds damage; the result mends it. */
function damage(device: SimDevice, read: Read): () => void {
  const store = storeOf(device) as { -readonly [Name in Read]: FolderStore[Name] };
  const sound = store[read];
  store[read] = () => {
    throw new KithError('STORE_CORRUPT', { read });
  };
  return () => Object.assign(store, { [read]: sound });
}

/** Runs until the folder has stopped for damage, which is to be soon. */
async function untilStopped(world: KithWorld, device: SimDevice): Promise<void> {
  const reason = new KithError('STORE_CORRUPT').message;
  const isStopped = (): boolean => {
    const { state, stateReason } = statusOf(world, device);
    return state === 'stopped' && stateReason === reason;
  };
  await world.runUntil(isStopped, { ms: 20_000 });
}

/** The connections went on, whatever the folder did. */
function assertConnected(devices: readonly SimDevice[]): void {
  const ended = devices.flatMap(({ log }) =>
    log.filter(({ event }) => event.startsWith('connection-')),
  );
  assert.deepEqual(ended, []);
}

for (const read of ['ours', 'peer', 'oursAfter', 'announced', 'identity'] as const) {
  test(`damage met by the read of ${read} stops the folder, and its connection goes on`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      world.upAll();
      laptop.person.write('a', 'old');
      await calm(world);
      const mend = damage(laptop, read);
      laptop.person.write('b', 'of the laptop');
      desk.person.write('a', 'new');
      await untilStopped(world, laptop);
      await world.run({ ms: 30_000 });
      assertConnected([laptop, desk]);
      mend();
      await calm(world);
      assertTrees([laptop, desk], ['a = new', 'b = of the laptop']);
    }));
}

test('damage met while a device is served stops the folder, and the device is refused, not left', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.up(laptop);
    laptop.person.write('f', LONG);
    await world.run({ ms: 30_000 });
    let mend: (() => void) | undefined;
    const stop = onJob(desk, 'writePieces', () => {
      mend ??= damage(laptop, 'ours');
    });
    world.up(desk);
    await world.runUntil(() => mend !== undefined, { ms: 60_000 });
    await untilStopped(world, laptop);
    stop();
    assertConnected([laptop, desk]);
    mend?.();
    await calm(world);
    assertTrees([laptop, desk], [line('f', 'file', LONG)]);
  }));

test('a root that is found gone while a device is served stops the folder', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.up(laptop);
    laptop.person.write('f', LONG);
    await world.run({ ms: 30_000 });
    laptop.tree.listeners.clear();
    const stop = onJob(laptop, 'serve', () => {
      stop();
      laptop.person.delete('.kith/marker');
    });
    world.up(desk);
    await world.run({ ms: 15_000 });
    assert.equal(statusOf(world, laptop).state, 'stopped');
    assert.deepEqual([...laptop.person.contents().keys()], ['f']);
    assert.deepEqual([...desk.person.contents().keys()], []);
    assertConnected([laptop, desk]);
  }));
