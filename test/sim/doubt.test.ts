/** After a power cut: damage is neither an edit nor a delete, for as long as it is in doubt and no longer. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { revive, sweep } from './crash-sweep.ts';
import { assertTrees, calm, cast, onJob, rowOf, statusOf, storeOf, told, treeOf } from './scene.ts';

const FILES = Array.from({ length: 10 }, (_, i) => `f${i}`);
const GOOD = FILES.map((path) => `${path} = good ${path}`);

/** The desk has what the laptop wrote, and the laptop's disk has lost or damaged all of it. */
async function damage(
  world: KithWorld,
  [laptop, desk]: readonly [SimDevice, SimDevice],
  model: 'ordered' | 'nothing',
): Promise<void> {
  world.upAll();
  await world.run({ ms: 5000 });
  for (const path of FILES) laptop.person.write(path, `good ${path}`);
  await world.runUntil(() => desk.person.contents().size === FILES.length, { ms: 20_000 });
  world.cutPower(laptop, model);
  assert.notDeepEqual(treeOf(laptop), GOOD, 'nothing was damaged');
}

for (const end of ['killed', 'stopped'] as const) {
  test(`damage is not announced by a start whose first look was ${end}`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      await damage(world, [laptop, desk], 'ordered');
      world.up(laptop);
      let isLooking = false;
      const stop = onJob(laptop, 'look', () => {
        isLooking = true;
      });
      await world.runUntil(() => isLooking, { ms: 20_000 });
      stop();
      if (end === 'killed') world.crash(laptop, 'kill');
      else await world.stop(laptop);
      world.up(laptop);
      await calm(world);
      assertTrees([laptop, desk], GOOD);
    }));
}

test('what a person does after the first look is theirs, whatever else is wrong with the folder', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await damage(world, [laptop, desk], 'ordered');
    laptop.person.makeFifo('agent.socket');
    world.up(laptop);
    await world.run({ ms: 60_000 });
    laptop.person.delete('f1');
    laptop.person.write('f2', '');
    await world.run({ ms: 120_000 });
    const expected = GOOD.filter((text) => !text.startsWith('f1 '));
    expected[1] = 'f2 = ';
    assertTrees([desk], expected);
  }));

test('damage that nobody can mend is reported for as long as it is there, and announced to nobody', () =>
  told(cast('laptop'), async (world, laptop) => {
    world.up(laptop);
    await world.run({ ms: 5000 });
    laptop.person.write('f', 'good');
    await world.runUntil(() => storeOf(laptop).lastSequence() > 0, { ms: 5000 });
    const sequence = rowOf(laptop, 'f').sequence;
    const { mtime } = rowOf(laptop, 'f');
    world.cutPower(laptop, 'ordered');
    laptop.person.write('f', '\0\0\0\0');
    laptop.person.setTime('f', mtime);
    world.up(laptop);
    for (let look = 0; look < 3; look++) {
      await world.run({ ms: 120_000 });
      const problems = statusOf(world, laptop).problems.map(({ path, code }) => [path, code]);
      assert.deepEqual(problems, [['f', 'CONTENT_DAMAGED']]);
      assert.equal(rowOf(laptop, 'f').sequence, sequence);
      world.kith(laptop).rescan(undefined, { mayEmpty: false });
    }
  }));

test('damage that nobody can mend is given to nobody, until a person has put something else in its place', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    world.up(laptop);
    await world.run({ ms: 5000 });
    for (const name of ['f', 'g']) laptop.person.write(name, 'good');
    await world.runUntil(() => storeOf(laptop).lastSequence() > 1, { ms: 5000 });
    const { mtime } = rowOf(laptop, 'f');
    world.cutPower(laptop, 'ordered');
    await world.run({ ms: 5000 });
    laptop.person.write('f', '\0\0\0\0');
    laptop.person.setTime('f', mtime);
    laptop.person.write('g', 'of later');
    world.up(laptop);
    await world.run({ ms: 20_000 });
    world.up(desk);
    await world.run({ ms: 120_000 });
    const problems = statusOf(world, desk).problems.map(({ path, code }) => [path, code]);
    assert.deepEqual(problems, [['f', 'REQUEST_REFUSED']]);
    assertTrees([desk], ['g = of later']);
    laptop.person.write('f', 'by hand');
    await calm(world);
    assertTrees([laptop, desk], ['f = by hand', 'g = of later']);
  }));

test('damage stays in its place in a folder that only sends, until that is of another kind', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    camera.person.write('f', 'old');
    world.setKind(camera, 'send-only');
    world.upAll();
    await world.run({ ms: 125_000 });
    camera.person.sync();
    for (const name of ['f', 'g']) camera.person.write(name, `new ${name}`);
    await world.run({ ms: 10_000 });
    const expected = ['f = new f', 'g = new g'];
    assertTrees([desk], expected);
    world.cutPower(camera, 'nothing');
    world.up(camera);
    await world.run({ ms: 200_000 });
    assertTrees([camera], ['f = old']);
    assertTrees([desk], expected);
    const { state, problems } = statusOf(world, camera);
    assert.equal(state, 'held');
    assert.deepEqual(
      problems.map(({ path, code }) => [path, code]),
      [['f', 'CONTENT_DAMAGED']],
    );
    await world.stop(camera);
    world.setKind(camera, 'send-receive');
    world.up(camera);
    await calm(world);
    assertTrees([camera, desk], expected);
  }));

test('damage that a person replaces before it is put aside stays in its place', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await damage(world, [laptop, desk], 'ordered');
    let isReplaced = false;
    onJob(laptop, 'setAside', (call) => {
      if (isReplaced || call.call !== 'status' || !/^f\d+$/.test(call.name)) return;
      laptop.person.write(call.name, 'by hand');
      isReplaced = true;
    });
    world.up(laptop);
    await calm(world);
    assert.ok(isReplaced);
    const texts = treeOf(desk).map((text) => text.replace(/^.* = /, ''));
    assert.ok(texts.includes('by hand'), texts.join());
    assert.deepEqual(treeOf(laptop), treeOf(desk));
  }));

test('killed at any call of putting damage aside, it is announced to nobody', async () => {
  await sweep(
    async (world, moment) => {
      const [laptop, desk] = [world.device('laptop'), world.device('desk')];
      world.mesh();
      await damage(world, [laptop, desk], 'ordered');
      world.up(laptop);
      moment.at(laptop, () => world.crash(laptop, 'kill'), 'setAside');
      await world.run({ ms: 20_000 });
      revive(world, laptop);
      await calm(world);
      assertTrees([laptop, desk], GOOD);
    },
    { moreThan: 10 },
  );
});

test('damage that cannot be put aside at once is put aside later, and announced to nobody', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await damage(world, [laptop, desk], 'ordered');
    for (const name of FILES) {
      laptop.faults.fail({ call: 'rename', name, code: 'FILE_DENIED', times: 3 });
    }
    world.up(laptop);
    await calm(world);
    assert.ok(laptop.faults.struck > 0);
    assertTrees([laptop, desk], GOOD);
  }));

test('nobody is asked whether a power cut was meant that took everything', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    await damage(world, [laptop, desk], 'nothing');
    assert.deepEqual(treeOf(laptop), []);
    world.up(laptop);
    await calm(world);
    assertTrees([laptop, desk], GOOD);
  }));

test('after a clean end, too, a power cut may damage what a disk that is synced file by file was not made to keep', () =>
  told(
    { laptop: { disk: { syncsAsOne: false } }, desk: {} },
    async (world, laptop, desk) => {
      world.upAll();
      await world.run({ ms: 5000 });
      for (const path of FILES) laptop.person.write(path, `good ${path}`);
      await world.runUntil(() => desk.person.contents().size === FILES.length, { ms: 20_000 });
      await world.stop(laptop);
      world.cutPower(laptop, 'weak');
      assert.notDeepEqual(treeOf(laptop), GOOD, 'nothing was damaged');
      world.up(laptop);
      await calm(world);
      assertTrees([laptop, desk], GOOD);
    },
    3,
  ));

test('what was read again after one start of the machine is not read again after the next', () =>
  told({ laptop: { disk: { syncsAsOne: false } } }, async (world, laptop) => {
    for (const path of FILES) laptop.person.write(path, `good ${path}`);
    laptop.person.sync();
    // So that their times tell that they have not changed.
    await world.run({ ms: 10_000 });
    world.upAll();
    await calm(world);
    const readAgain: number[] = [];
    for (let start = 0; start < 3; start++) {
      await world.stop(laptop);
      world.cutPower(laptop, 'nothing');
      let read = 0;
      const stop = onJob(laptop, 'study', ({ call }) => {
        if (call === 'openFile') read++;
      });
      world.up(laptop);
      await calm(world);
      stop();
      readAgain.push(read);
    }
    assert.ok((readAgain[0] ?? 0) >= FILES.length, `${readAgain}`);
    assert.deepEqual(readAgain.slice(1), [0, 0]);
    assert.deepEqual(treeOf(laptop), GOOD);
  }));
