/** Events that are lost, late, or of Kith's own making: what is true is on the disk. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import {
  assertTrees,
  bytesOf,
  calm,
  cast,
  copiesOn,
  loseEvents,
  rowOf,
  statusOf,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

const HOUR_MS = 3_600_000;
/** A disk that takes so long to list a directory. */
const SLOW_MS = 10_000;

test('of a burst of files that is longer than the queue of events none is missed (WCH-01)', () =>
  told({ laptop: { watch: { queueLimit: 32 } }, desk: {} }, async (world, laptop, desk) => {
    laptop.person.write('d/before', 'before');
    world.upAll();
    await calm(world);
    for (let i = 0; i < 1500; i++) laptop.person.write(`d/${i % 7}/${i}`, `${i}`);
    for (let i = 0; i < 100; i++) laptop.person.delete(`d/${i % 7}/${i}`);
    laptop.person.write('d/before', 'edited in the burst');
    await calm(world);
    assert.equal(desk.person.contents().size, 1401);
    assertTrees([desk], treeOf(laptop));
  }));

test('where no event comes at all everything is noticed by the next look, within the hour (WCH-02, WCH-04)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['a', 'b', 'd/c', 'e/f']) laptop.person.write(path, path);
    world.upAll();
    await calm(world);
    loseEvents(laptop);
    loseEvents(desk);
    laptop.person.write('a', 'edited');
    laptop.person.write('new/n', 'new');
    desk.person.delete('b');
    desk.person.rename('d', 'moved');
    await world.run({ ms: HOUR_MS + 60_000 });
    await calm(world);
    assertTrees(
      [laptop, desk],
      ['a = edited', 'e/', 'e/f = e/f', 'moved/', 'moved/c = d/c', 'new/', 'new/n = new'],
    );
    assert.deepEqual(copiesOn(desk), []);
  }));

test('where it is known that no event comes everything is looked at every minute, and the status says so (WCH-04)', () =>
  told({ share: { watch: { blind: true } }, desk: {} }, async (world, share, desk) => {
    for (const path of ['a', 'b', 'd/c']) share.person.write(path, path);
    world.upAll();
    await world.run({ ms: 30_000 });
    assertTrees([share, desk], ['a = a', 'b = b', 'd/', 'd/c = d/c']);
    const { state, stateReason } = statusOf(world, share);
    assert.equal(state, 'idle');
    assert.match(stateReason ?? '', /cannot be watched; everything is looked at every 60 s$/);
    share.person.write('a', 'edited');
    share.person.delete('b');
    share.person.write('d/new', 'new');
    await world.run({ ms: 70_000 });
    assertTrees([share, desk], ['a = edited', 'd/', 'd/c = d/c', 'd/new = new']);
  }));

test('looking where no event comes takes no more than a twentieth of the time (WCH-04)', () =>
  told({ share: { watch: { blind: true } } }, async (world, share) => {
    for (const path of ['a/b/c', 'd']) share.person.write(path, path);
    share.faults.slow({ call: 'list', times: Number.POSITIVE_INFINITY, ms: SLOW_MS });
    let lists = 0;
    share.hooks.add(({ call }, { job }) => {
      if (job === 'look' && call === 'list') lists += 1;
    });
    world.up(share);
    await world.run({ ms: HOUR_MS });
    const looks = lists / 3;
    assert.ok(looks >= 5, `${looks} looks`);
    assert.ok((looks - 1) * 3 * SLOW_MS <= HOUR_MS / 20, `${looks} looks`);
    share.person.write('d', 'edited');
    await world.run({ ms: HOUR_MS / 4 });
    assert.equal(rowOf(share, 'd').size, 'edited'.length);
  }));

test('numbers of inodes that change by themselves cost a look inside, and make no version and no traffic (WCH-04)', () =>
  told(cast('laptop', 'share'), async (world, laptop, share) => {
    for (const path of ['a', 'b', 'd/c']) laptop.person.write(path, path);
    world.upAll();
    await calm(world);
    const [last, bytes] = [storeOf(share).lastSequence(), bytesOf(world)];
    for (let round = 1; round <= 3; round++) {
      for (const path of ['a', 'b', 'd', 'd/c']) {
        const inode = resolvePath(share.tree, `${share.root}/${path}`) as
          | { ino: bigint }
          | undefined;
        if (inode === undefined) throw new Error(`nothing at ${path}`);
        inode.ino = inode.ino + 1_000_000n;
      }
      world.kith(share).rescan(undefined, { mayEmpty: false });
      await calm(world);
    }
    assert.equal(storeOf(share).lastSequence(), last);
    assert.ok(bytesOf(world) - bytes < 300, `${bytesOf(world) - bytes} bytes travelled`);
    laptop.person.write('a', 'edited');
    share.person.delete('b');
    await calm(world);
    assertTrees([laptop, share], ['a = edited', 'd/', 'd/c = d/c']);
    assert.deepEqual(copiesOn(laptop), []);
  }));

test('what Kith writes itself comes back to it as events, and goes round between no two devices (WCH-06)', () =>
  told(cast('laptop', 'desk', 'phone'), async (world, laptop, desk, phone) => {
    for (let i = 0; i < 30; i++) laptop.person.write(`d${i % 3}/${i}`, `${i}`);
    world.upAll();
    await calm(world);
    phone.person.rename('d0', 'moved');
    desk.person.setMode('d1/1', 0o600);
    laptop.person.save('d2/2', 'saved');
    await calm(world);
    const devices = [laptop, desk, phone];
    for (const path of ['moved/0', 'd1/1', 'd2/2', 'd1/4']) {
      const [first, ...others] = devices.map((device) => rowOf(device, path).version);
      const makers = path === 'd1/1' ? 2 : 1;
      assert.equal(first?.length, makers, `${path} was changed by others than people`);
      for (const version of others) assert.deepEqual(version, first, path);
    }
    const [rows, bytes] = [devices.map((each) => storeOf(each).lastSequence()), bytesOf(world)];
    await world.run({ ms: 600_000 });
    assert.deepEqual(
      devices.map((each) => storeOf(each).lastSequence()),
      rows,
    );
    assert.ok(bytesOf(world) - bytes < 1000, `${bytesOf(world) - bytes} bytes at rest`);
  }));
