/** Deletes: what is gone must be proved gone, and what nobody deleted stays. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { FaultOrder } from '../../lab/sim/file-faults.ts';
import { placeOf, resolvePath } from '../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../lab/sim/tree-rename.ts';
import { assertTrees, calm, cast, loseEvents, statusOf, storeOf, told, treeOf } from './scene.ts';

test('DEL-04: without its root or its marker a folder stops, and nothing is announced', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['a', 'b', 'd/c']) laptop.person.write(name, name);
    world.upAll();
    await calm(world);
    const all = treeOf(laptop);
    const losses: readonly (readonly [string, () => void, () => void])[] = [
      ['ROOT', () => moveHome(laptop, 'shared', 'away'), () => moveHome(laptop, 'away', 'shared')],
      ['MARKER', ...emptyMount(laptop)],
      [
        'MARKER',
        () => laptop.person.rename('.kith/marker', '.kith/hidden'),
        () => laptop.person.rename('.kith/hidden', '.kith/marker'),
      ],
    ];
    for (const [what, lose, restore] of losses) {
      lose();
      if (what === 'MARKER' && laptop.person.read('a') !== undefined) laptop.person.delete('a');
      world.kith(laptop).rescan(undefined, { mayEmpty: false });
      await world.run({ ms: 300_000 });
      assert.equal(statusOf(world, laptop).state, 'stopped', what);
      assert.deepEqual(treeOf(desk), all, `${what}: desk was told something`);
      restore();
      if (what === 'MARKER') laptop.person.write('a', 'a');
      await calm(world);
      assertTrees([laptop, desk], all);
    }
  }));

/** Moves within /home, where the folder's root is `shared`. */
function moveHome(device: SimDevice, from: string, to: string): void {
  const [source, target] = [from, to].map((name) => placeOf(device.tree, `/home/${name}`));
  if (source === undefined || target === undefined) throw new Error('no /home');
  renameEntry(device.tree, { from: source, to: target, style: 'keep' });
}

/** An empty file system hides the root, and goes again. */
function emptyMount(device: SimDevice): readonly [() => void, () => void] {
  const hidden = () => device.tree.at(placeOf(device.tree, device.root));
  let mounted: ReturnType<typeof device.tree.mount> | undefined;
  return [
    () => {
      const root = hidden();
      if (root === undefined) throw new Error('no root');
      mounted = device.tree.mount(root, 7n);
    },
    () => {
      if (mounted !== undefined) device.tree.unmount(mounted);
    },
  ];
}

test('DEL-10: what stands in a directory that cannot be read is not gone', () =>
  told({ laptop: { disk: { obeysModes: true } }, desk: {} }, async (world, laptop, desk) => {
    for (const name of ['d/a', 'd/e/b', 'keep']) laptop.person.write(name, name);
    world.upAll();
    await calm(world);
    const all = treeOf(laptop);
    laptop.person.setMode('d', 0);
    world.kith(laptop).rescan(undefined, { mayEmpty: false });
    await world.run({ ms: 120_000 });
    assertTrees([laptop, desk], all);
    const [problem] = statusOf(world, laptop).problems;
    assert.deepEqual([problem?.path, problem?.code], ['d', 'FILE_DENIED']);
    await world.stop(laptop);
    world.up(laptop);
    await world.run({ ms: 120_000 });
    assertTrees([laptop, desk], all);
    laptop.person.setMode('d', 0o755);
    laptop.person.write('d/a', 'edited');
    await calm(world);
    assertTrees(
      [laptop, desk],
      all.map((line) => line.replace('= d/a', '= edited')),
    );
  }));

const FAULTS: readonly FaultOrder[] = [
  { call: 'openDir', name: 'd', code: 'FILE_FAILED', times: Infinity },
  { call: 'list', nth: 2, code: 'FILE_FAILED', times: Infinity },
  { call: 'status', name: 'a', code: 'FILE_FAILED', times: Infinity },
  { call: 'status', name: 'd', code: 'FILE_DENIED', times: Infinity },
  { call: 'status', code: 'FILE_TOO_MANY_OPEN', times: Infinity },
];

for (const fault of FAULTS) {
  const what = `${fault.call} ${fault.name ?? ''} with ${fault.code}`;
  test(`DEL-10: what the disk answers for by an error (${what}) is not gone`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const name of ['d/a', 'd/e/b', 'keep']) laptop.person.write(name, name);
      world.upAll();
      await calm(world);
      const all = treeOf(laptop);
      const rows = storeOf(laptop).lastSequence();
      const end = laptop.faults.fail(fault);
      world.kith(laptop).rescan(undefined, { mayEmpty: false });
      await world.run({ ms: 120_000 });
      assert.ok(laptop.faults.struck > 0);
      assertTrees([laptop, desk], all);
      assert.equal(storeOf(laptop).lastSequence(), rows);
      end();
      laptop.person.write('d/a', 'edited');
      await calm(world);
      assertTrees(
        [laptop, desk],
        all.map((text) => text.replace('= d/a', '= edited')),
      );
    }));
}

test('DEL-12: a directory that was deleted there stays with what only stands here', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const dir of ['new', 'ignored', 'unscanned', 'special', 'plain']) {
      laptop.person.write(`${dir}/x`, 'x');
    }
    laptop.person.write('keep', 'keep');
    world.upAll();
    await calm(world);
    world.cut(laptop, desk);
    laptop.person.write('new/n', 'n');
    await world.run({ ms: 3000 });
    for (const dir of ['new', 'ignored', 'unscanned', 'special', 'plain']) desk.person.delete(dir);
    await world.run({ ms: 3000 });
    loseEvents(laptop);
    laptop.person.write('ignored/.#i', 'i');
    laptop.person.write('unscanned/u', 'u');
    laptop.person.makeFifo('special/s');
    world.heal(laptop, desk);
    await world.run({ ms: 600_000 });
    const common = ['keep = keep', 'new/', 'new/n = n', 'unscanned/', 'unscanned/u = u'];
    const only = ['ignored/', 'ignored/.#i = i', 'special/', 'special/s = '];
    assertTrees([laptop], [...common, ...only].sort());
    const rest = treeOf(desk).filter((line) => line !== 'ignored/' && line !== 'special/');
    assert.deepEqual(rest, common);
  }));

test('a folder that lost everything is held until a person says that it was meant', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['a', 'd/b']) laptop.person.write(name, name);
    world.upAll();
    await calm(world);
    const all = treeOf(desk);
    for (const name of ['a', 'd']) laptop.person.delete(name);
    await world.run({ ms: 300_000 });
    assert.equal(statusOf(world, laptop).state, 'held');
    assertTrees([desk], all);
    await world.stop(laptop);
    world.up(laptop);
    await world.run({ ms: 300_000 });
    assert.equal(statusOf(world, laptop).state, 'held');
    assertTrees([desk], all);
    world.kith(laptop).rescan(undefined, { mayEmpty: true });
    await calm(world);
    assertTrees([laptop, desk], []);
  }));

for (const when of ['while it is held', 'while it was not running'] as const) {
  test(`what arrives in an emptied folder ${when} is no leave to delete the rest`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      const names = ['a', 'b', 'd'];
      for (const name of names) laptop.person.write(name, name);
      world.upAll();
      await calm(world);
      if (when === 'while it was not running') await world.stop(laptop);
      for (const name of names) laptop.person.delete(name);
      await world.run({ ms: 10_000 });
      desk.person.write('new', 'new');
      await world.run({ ms: 10_000 });
      if (laptop.life === undefined) world.up(laptop);
      await world.run({ ms: 120_000 });
      assert.equal(statusOf(world, laptop).state, 'held');
      assertTrees([desk], ['a = a', 'b = b', 'd = d', 'new = new']);
      world.kith(laptop).rescan(undefined, { mayEmpty: true });
      await calm(world);
      assertTrees([laptop, desk], ['new = new']);
    }));
}

test('a confirmation that nothing was waiting for is not kept for later', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['a', 'd/b']) laptop.person.write(name, name);
    world.upAll();
    await calm(world);
    const all = treeOf(desk);
    world.kith(laptop).rescan(undefined, { mayEmpty: true });
    await calm(world);
    for (const name of ['a', 'd']) laptop.person.delete(name);
    await world.run({ ms: 300_000 });
    assert.equal(statusOf(world, laptop).state, 'held');
    assertTrees([desk], all);
  }));

test('a directory that is moved out of the folder while it is being deleted takes along what is in it', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('stay', 'stay');
    for (let i = 0; i < 60; i++) laptop.person.write(`d/f${i}`, `${i}`);
    world.upAll();
    await calm(world);
    let deleted = 0;
    desk.hooks.add((call, { job }) => {
      if (job !== 'apply' || call.call !== 'rename') return;
      deleted++;
      if (deleted === 20) moveHome(desk, 'shared/d', 'rescued');
    });
    laptop.person.delete('d');
    await calm(world);
    const rescued = resolvePath(desk.tree, '/home/rescued');
    // The one under way may go, and come back: nothing else does.
    assert.ok((rescued?.entries.size ?? 0) >= 40, `${rescued?.entries.size} of 60`);
    assertTrees([laptop, desk], ['stay = stay']);
  }));
