/** Links that break, crawl or are cut in the middle of a word, and devices that go away at any commit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { FOLDER, type KithWorld } from '../../lab/sim/kith-world.ts';
import { FrontierOracle } from '../../lab/sim/oracle.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { concatBytes } from '../../src/base/bytes.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { encodeIndex } from '../../src/bep/messages/index-message.ts';
import { directoryEntry, fileEntry } from '../support/builders.ts';
import { RawPeer } from './raw-peer.ts';
import {
  assertTrees,
  bulk,
  calm,
  cast,
  copiesOn,
  rowOf,
  startAlone,
  statusOf,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

function endingOf(devices: readonly SimDevice[]) {
  return new Map(devices.map(({ name, person }) => [name, person.contents()] as const));
}

for (const order of [
  ['laptop desk', 'desk phone', 'laptop phone'],
  ['laptop phone', 'desk phone', 'laptop desk'],
]) {
  test(`three devices apart that edit, delete and meet again as ${order.join(', ')} agree, and nobody's last word is lost (NET-01)`, () =>
    told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
      const all = [laptop, desk, phone];
      const oracle = new FrontierOracle();
      const paths = ['both', 'gone', 'gone and edited', 'one', 'd/x'];
      for (const path of paths) oracle.write(laptop.person, path, `${path}: base`);
      world.upAll();
      await calm(world);
      for (const a of all) for (const b of all) if (a.name < b.name) world.cut(a, b);
      for (const [index, device] of all.entries()) {
        oracle.write(device.person, 'both', `both: of ${device.name}`);
        await world.run({ ms: 2000 });
        if (index === 0) oracle.delete(device.person, 'gone');
        if (index < 2) oracle.delete(device.person, 'gone and edited');
        else oracle.write(device.person, 'gone and edited', 'edited, of phone');
        oracle.write(device.person, `new of ${device.name}`, `new of ${device.name}`);
        await world.run({ ms: 2000 });
      }
      oracle.write(desk.person, 'one', 'one: of desk');
      for (const pair of order) {
        const [a = '', b = ''] = pair.split(' ');
        world.heal(world.named(a), world.named(b));
        await world.run({ ms: 15_000 });
      }
      await calm(world);
      assert.deepEqual(oracle.violations(endingOf(all)), []);
      assert.equal(phone.person.read('gone'), undefined);
      assert.equal(laptop.person.read('gone and edited'), 'edited, of phone');
      assert.equal(copiesOn(desk).length, 2);
    }));
}

test('over a link as slow as a modem a large index arrives in the end, over connections that break now and then (NET-04)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const count = 2400;
    for (let i = 0; i < count; i++)
      laptop.person.write(`d${i % 10}/a name that is not short ${i}`, '');
    world.network.shape('laptop', 'desk', { bytesPerMs: 8, delayMs: 400 });
    world.upAll();
    const heard = (): number => storeOf(desk).peer(laptop.id)?.heard ?? 0;
    let before = 0;
    for (let cut = 0; cut < 2; cut++) {
      await world.run({ ms: 35_000 });
      assert.ok(heard() > before, `after ${cut} cuts it goes on at ${heard()}`);
      before = heard();
      world.network.reset('laptop', 'desk');
    }
    const lost = desk.log.filter(({ facts }) => facts['code'] === 'PEER_SILENT');
    assert.deepEqual(lost, []);
    world.network.shape('laptop', 'desk', { bytesPerMs: 100, delayMs: 50 });
    await calm(world);
    assert.equal(desk.person.contents().size, count);
    // What had been heard was not sent again: one index of it has six tenths of a megabyte.
    const sent = world.network.bytes('laptop', 'desk');
    assert.ok(sent < 1_200_000, `${sent} bytes`);
  }));

/** The bytes of an update of three files. */
function threeFiles(): Uint8Array {
  const entries = ['x', 'y', 'z'].map((path, at) => ({
    ...fileEntry('evil', { path }),
    sequence: at + 2,
  }));
  const body = encodeIndex({ folder: FOLDER, entries }, 1);
  return concatBytes(encodeFrame(MessageType.indexUpdate, [body]));
}

test('an index that is cut off after any of its bytes counts not at all (NET-07)', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    await startAlone(world, desk, 'keep');
    const frame = threeFiles();
    const raw = new RawPeer(mallory, desk, { open: () => undefined });
    for (let bytes = 1; bytes < frame.length; bytes += 3) {
      raw.dial({
        open: (talk) => {
          talk.introduce([directoryEntry({ path: 'first' })]);
          talk.say([frame.slice(0, bytes)]);
        },
      });
      await world.run({ ms: 100 });
      world.network.reset('desk', 'mallory');
      await world.run({ ms: 20 });
      const known = storeOf(desk).paths(undefined, 10);
      assert.deepEqual(known, ['first', 'keep'], `after ${bytes} of ${frame.length} bytes`);
    }
    raw.dial({
      open: (talk) => {
        talk.introduce([directoryEntry({ path: 'first' })]);
        talk.say([frame]);
      },
    });
    await world.run({ ms: 100 });
    assert.equal(storeOf(desk).paths(undefined, 10).length, 5);
  }));

for (const who of ['the receiver', 'the sender'] as const) {
  test(`when ${who} starts anew in the middle of 250 files none of what arrived travels again, and nothing is left over (NET-08)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      world.network.shape('laptop', 'desk', { bytesPerMs: 400 });
      let size = 0;
      for (let i = 0; i < 250; i++) {
        const content = bulk(`file ${i}`, 2000 + (i % 25) * 1500);
        size += content.length;
        laptop.person.write(`d${i % 5}/${i}`, content);
      }
      world.upAll();
      const sent = (): number => world.network.bytes('laptop', 'desk');
      for (const share of [0.3, 0.6]) {
        await world.runUntil(() => sent() > share * size, { ms: 120_000 });
        const device = who === 'the sender' ? laptop : desk;
        if (share < 0.5) await world.stop(device);
        else world.crash(device, 'kill');
        await world.run({ ms: 3000 });
        world.up(device);
      }
      await calm(world);
      assertTrees([desk], treeOf(laptop));
      assert.equal(desk.person.contents().size, 250);
      assert.ok(sent() < 1.5 * size, `${sent() / size} times its size travelled`);
      const stage = resolvePath(desk.tree, `${desk.root}/.kith/stage`);
      assert.deepEqual([...(stage?.entries.keys() ?? [])], []);
    }));
}

/** Both change and delete while they are connected; one of them is killed at the nth moment, between what each commits. */
async function crossed(world: KithWorld, laptop: SimDevice, desk: SimDevice, ms: number) {
  for (const path of ['a', 'b', 'c', 'd/e']) laptop.person.write(path, `${path}: base`);
  world.upAll();
  await calm(world);
  laptop.person.write('a', 'a: of laptop');
  desk.person.write('b', 'b: of desk');
  laptop.person.delete('c');
  desk.person.rename('d', 'f');
  await world.run({ ms });
}

for (const victim of ['laptop', 'desk'] as const) {
  test(`killed between what the two sides record of a change, the ${victim} goes on from either, without a copy (CRS-12)`, async () => {
    for (let ms = 1; ms < 900; ms += 73) {
      await told(cast('laptop', 'desk'), async (world, laptop, desk) => {
        await crossed(world, laptop, desk, ms);
        const dead = victim === 'laptop' ? laptop : desk;
        world.crash(dead, 'kill');
        await world.run({ ms: 2000 });
        world.up(dead);
        await calm(world);
        assertTrees(
          [laptop, desk],
          ['a = a: of laptop', 'b = b: of desk', 'f/', 'f/e = d/e: base'],
        );
        for (const path of ['a', 'b', 'f/e']) {
          assert.deepEqual(rowOf(laptop, path).version, rowOf(desk, path).version, path);
        }
        for (const device of [laptop, desk]) assert.equal(statusOf(world, device).state, 'idle');
      });
    }
  });
}
