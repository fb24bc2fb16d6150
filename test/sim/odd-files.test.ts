/** Modes that shut their owner out, special files, second names of one file, and disks that refuse to set what they are told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, resolvePath } from '../../lab/sim/resolve-path.ts';
import {
  assertTrees,
  bulk,
  bytesOf,
  calm,
  cast,
  copiesOn,
  onJob,
  rowOf,
  statusOf,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

test('a file and a directory that shut their owner out arrive, and neither is ever taken for gone (PRM-01)', () =>
  told(
    { laptop: {}, desk: { disk: { obeysModes: true } }, phone: { disk: { obeysModes: true } } },
    async (world, laptop, desk, phone) => {
      await world.run({ ms: 123 });
      laptop.person.write('shut', 'shut');
      laptop.person.write('new', 'new');
      laptop.person.setMode('new', 0);
      laptop.person.write('d/in', 'in');
      laptop.person.write('keep', 'keep');
      // Long enough ago for their times to tell whether they have changed: nobody could look inside.
      await world.run({ ms: 10_000 });
      world.upAll();
      await calm(world);
      laptop.person.setMode('shut', 0);
      laptop.person.setMode('d', 0o600);
      await world.run({ ms: 120_000 });
      const all = ['d/', 'd/in = in', 'keep = keep', 'new = new', 'shut = shut'];
      assertTrees([laptop, desk, phone], all);
      assert.equal(desk.person.tree().get('shut')?.mode, 0);
      assert.equal(desk.person.tree().get('d')?.mode, 0o600);
      for (const device of [desk, phone]) {
        world.kith(device).rescan(undefined, { mayEmpty: false });
        await world.run({ ms: 120_000 });
        await world.stop(device);
        world.up(device);
        await world.run({ ms: 120_000 });
      }
      assertTrees([laptop, desk, phone], all);
      laptop.person.setMode('d', 0o755);
      laptop.person.setMode('shut', 0o644);
      await calm(world);
      laptop.person.write('shut', 'open');
      laptop.person.write('new', 'newer');
      laptop.person.setMode('new', 0o444);
      await calm(world);
      assertTrees(
        [laptop, desk, phone],
        ['d/', 'd/in = in', 'keep = keep', 'new = newer', 'shut = open'],
      );
    },
  ));

test('a file that cannot be read is tried more and more rarely, and taken when it can be', () =>
  told({ laptop: { disk: { obeysModes: true } }, desk: {} }, async (world, laptop, desk) => {
    laptop.person.write('shut', 'shut');
    laptop.person.setMode('shut', 0);
    world.upAll();
    await world.run({ ms: 60_000 });
    let tried = 0;
    const stop = onJob(laptop, 'study', ({ call }) => {
      if (call === 'openFile') tried++;
    });
    await world.run({ ms: 1_200_000 });
    stop();
    // Twice a try: the marker of the folder is read too.
    assert.ok(tried >= 20 && tried <= 100, `it was tried ${tried / 2} times`);
    laptop.person.setMode('shut', 0o644);
    await calm(world);
    assertTrees([desk], ['shut = shut']);
  }));

test('a fifo or a socket among files is passed over with a note, and all beside and below it is synchronised (PRM-05)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['a', 'd/0', 'd/e/1', 'z']) laptop.person.write(path, path);
    for (const path of ['fifo', 'd/fifo', 'd/e/0fifo']) laptop.person.makeFifo(path);
    world.upAll();
    await world.run({ ms: 60_000 });
    assertTrees([desk], ['a = a', 'd/', 'd/0 = d/0', 'd/e/', 'd/e/1 = d/e/1', 'z = z']);
    const problems = statusOf(world, laptop).problems.map(({ path, code }) => `${path} ${code}`);
    assert.deepEqual(problems, [
      'd/e/0fifo SPECIAL_FILE',
      'd/fifo SPECIAL_FILE',
      'fifo SPECIAL_FILE',
    ]);
    laptop.person.delete('fifo');
    laptop.person.write('fifo', 'a file by now');
    await world.run({ ms: 60_000 });
    assert.equal(desk.person.read('fifo'), 'a file by now');
  }));

test('of two names of one file both are right elsewhere, as two files, whichever is written to (PRM-07)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('one', 'first');
    const inode = resolvePath(laptop.tree, `${laptop.root}/one`);
    if (inode === undefined) throw new Error('nothing there');
    laptop.tree.hardLink(inode, placeOf(laptop.tree, `${laptop.root}/two`));
    world.upAll();
    await calm(world);
    assertTrees([laptop, desk], ['one = first', 'two = first']);
    laptop.person.write('one', 'written in place, through one name');
    world.kith(laptop).rescan(undefined, { mayEmpty: false });
    await calm(world);
    assert.equal(laptop.person.read('two'), 'written in place, through one name');
    assertTrees([desk], treeOf(laptop));
    desk.person.write('two', 'of desk');
    await calm(world);
    assert.equal(laptop.person.read('two'), 'of desk');
    assertTrees([desk], treeOf(laptop));
    laptop.person.delete('one');
    await calm(world);
    assertTrees([laptop, desk], ['two = of desk']);
    assert.deepEqual(copiesOn(laptop), []);
  }));

for (const code of ['FILE_UNSUPPORTED', 'FILE_DENIED'] as const) {
  test(`content arrives though the disk refuses its mode (${code}), which makes no version (PRM-15)`, () =>
    told(cast('laptop', 'stick'), async (world, laptop, stick) => {
      const wanted = 0o640;
      stick.faults.fail({ call: 'setMode', code, times: Infinity });
      for (const path of ['small', 'd/f']) {
        laptop.person.write(path, path);
        laptop.person.setMode(path, wanted);
      }
      laptop.person.write('large', bulk('large', 400_000));
      laptop.person.setMode('large', wanted);
      world.upAll();
      await world.run({ ms: 300_000 });
      assert.ok(stick.faults.struck > 0);
      assertTrees([stick], treeOf(laptop));
      const [last, bytes] = [storeOf(stick).lastSequence(), bytesOf(world)];
      world.kith(stick).rescan(undefined, { mayEmpty: false });
      await world.stop(stick);
      world.up(stick);
      await world.run({ ms: 300_000 });
      assert.equal(storeOf(stick).lastSequence(), last);
      assert.ok(bytesOf(world) - bytes < 2000, `${bytesOf(world) - bytes} bytes travelled`);
      assert.equal(laptop.person.tree().get('small')?.mode, wanted);
      assert.deepEqual(
        [laptop, stick].map((device) => statusOf(world, device).otherModes),
        [0, 4],
      );
      assert.deepEqual(rowOf(stick, 'small').version, rowOf(laptop, 'small').version);
      laptop.person.write('small', 'edited');
      await world.run({ ms: 300_000 });
      assert.equal(stick.person.read('small'), 'edited');
    }));
}
