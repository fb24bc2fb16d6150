/** Directories that even their owner may not write to, as caches of modules are: they are filled, changed and emptied nevertheless. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { FOLDER, type KithWorld } from '../../lab/sim/kith-world.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { assertStageEmpty, revive, sweep } from './crash-sweep.ts';
import {
  assertEqualTrees,
  assertTrees,
  calm,
  onJob,
  rowOf,
  statusOf,
  storeOf,
  told,
} from './scene.ts';

const OBEYING = { laptop: { disk: { obeysModes: true } }, desk: { disk: { obeysModes: true } } };
const SHUT = 0o555;
const BOTH = ['ro', 'ro/in'];
const FULL = ['ro/', 'ro/f = f', 'ro/g = g', 'ro/in/', 'ro/in/h = h'];

function modeOf({ tree, root }: SimDevice, path: string): number | undefined {
  return resolvePath(tree, `${root}/${path}`)?.mode;
}

/** Everywhere the mode is this one, and nobody says that it is another. */
function assertModes(devices: readonly SimDevice[], paths: readonly string[], mode = SHUT): void {
  for (const device of devices) {
    for (const path of paths) {
      const found = modeOf(device, path);
      assert.equal(found?.toString(8), mode.toString(8), `${device.name}: ${path}`);
      const row = rowOf(device, path);
      assert.deepEqual([row.mode, row.seen?.mode], [mode, mode], `row of ${device.name}: ${path}`);
    }
  }
}

/** Only the device that this is a copy of has changed it. */
function assertUnsaid(from: SimDevice, by: SimDevice): void {
  for (const path of BOTH) {
    const [theirs, ours] = [rowOf(from, path), rowOf(by, path)];
    assert.deepEqual(ours.version, theirs.version, path);
    assert.equal(ours.version.length, 1, `${by.name} has changed ${path}`);
  }
}

function fill({ person }: SimDevice): void {
  for (const name of ['f', 'g', 'in/h']) person.write(`ro/${name}`, name.slice(-1));
  for (const path of [...BOTH].reverse()) person.setMode(path, SHUT);
}

/** As a person does it who may not write there either. */
function changing({ person }: SimDevice, act: () => void): void {
  person.setMode('ro', 0o755);
  act();
  person.setMode('ro', SHUT);
}

test('a directory that shuts its owner out is filled, and has its mode when it is at rest (PRM-01)', () =>
  told(OBEYING, async (world, laptop, desk) => {
    fill(laptop);
    world.upAll();
    await calm(world);
    assertTrees([laptop, desk], FULL);
    assertModes([laptop, desk], BOTH);
    assertUnsaid(laptop, desk);
  }));

test('what a directory that shuts its owner out holds is filled while transfers come in one by one', () =>
  told(OBEYING, async (world, laptop, desk) => {
    world.upAll();
    await calm(world);
    laptop.person.makeDir('ro');
    changing(laptop, () => laptop.person.write('ro/small', 'small'));
    await calm(world);
    for (const name of ['a', 'b', 'c']) {
      changing(laptop, () => laptop.person.write(`ro/${name}`, name.repeat(300_000)));
      await calm(world);
    }
    assertEqualTrees([laptop, desk]);
    assertModes([laptop, desk], ['ro']);
  }));

for (const [what, act, left] of [
  ['added to', (d) => d.person.write('ro/new', 'new'), [...FULL, 'ro/new = new']],
  ['changed', (d) => d.person.write('ro/f', 'f2'), FULL.map((l) => l.replace('= f', '= f2'))],
  ['taken from', (d) => d.person.delete('ro/f'), FULL.filter((l) => !l.startsWith('ro/f'))],
  ['taken from whole', (d) => d.person.delete('ro/in'), FULL.slice(0, 3)],
] as readonly [string, (device: SimDevice) => void, readonly string[]][]) {
  test(`a directory that shuts its owner out is ${what}, and gets its mode back`, () =>
    told(OBEYING, async (world, laptop, desk) => {
      fill(laptop);
      world.upAll();
      await calm(world);
      changing(laptop, () => act(laptop));
      await calm(world);
      assertTrees([laptop, desk], left);
      assertModes([laptop, desk], ['ro']);
    }));
}

test('a directory that shuts its owner out goes with all that is in it', () =>
  told(OBEYING, async (world, laptop, desk) => {
    laptop.person.write('keep', 'keep');
    fill(laptop);
    world.upAll();
    await calm(world);
    for (const path of BOTH) laptop.person.setMode(path, 0o755);
    laptop.person.delete('ro');
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep']);
  }));

test('two that edit one file in a directory that shuts them out find both edits in it', () =>
  told(OBEYING, async (world, laptop, desk) => {
    fill(laptop);
    world.upAll();
    await calm(world);
    world.cut(laptop, desk);
    laptop.person.write('ro/f', 'of laptop');
    desk.person.write('ro/f', 'of desk');
    await world.run({ ms: 3000 });
    world.heal(laptop, desk);
    await calm(world);
    const files = assertEqualTrees([laptop, desk]).filter((text) =>
      / = of (laptop|desk)$/.test(text),
    );
    assert.equal(files.length, 2);
    for (const text of files) assert.ok(text.startsWith('ro/f'), text);
    assertModes([laptop, desk], BOTH);
  }));

test('a look that sees a directory open for a moment tells nobody of it', () =>
  told(OBEYING, async (world, laptop, desk) => {
    laptop.person.write('p/ro/f', 'f');
    laptop.person.setMode('p/ro', SHUT);
    // So many that a look at all of them lasts longer than the group.
    for (let index = 0; index < 1000; index++) laptop.person.write(`q/${index}`, '');
    world.upAll();
    await calm(world);
    const sequence = () => storeOf(desk).lastSequence();
    const before = sequence();
    let hasBegun = false;
    let isOpen = false;
    let isStillLooking = false;
    onJob(desk, 'apply', () => {
      if (!hasBegun) world.kith(desk).rescan(undefined, { mayEmpty: false });
      hasBegun = true;
    });
    onJob(desk, 'look', (call) => {
      if (call.call === 'status' && call.name === 'ro') isOpen = modeOf(desk, 'p/ro') !== SHUT;
      if (isOpen && sequence() > before) isStillLooking = true;
    });
    laptop.person.write('p/ro/new', 'new');
    await calm(world);
    assert.ok(isStillLooking, 'no look lasted longer than the group');
    assertEqualTrees([laptop, desk]);
    assertModes([laptop, desk], ['p/ro']);
    assert.equal(rowOf(laptop, 'p/ro').version.length, 1);
  }));

test('a mode that cannot be given back at once is given back later, and announced to nobody', () =>
  told(OBEYING, async (world, laptop, desk) => {
    fill(laptop);
    world.upAll();
    await calm(world);
    let failures = 0;
    const stops = ['apply', 'recover'].map((job) =>
      onJob(desk, job, (call) => {
        if (call.call !== 'setMode' || call.mode !== SHUT) return;
        failures += 1;
        desk.faults.fail({ call: 'setMode', code: 'FILE_FAILED' });
      }),
    );
    changing(laptop, () => laptop.person.write('ro/new', 'new'));
    await world.run({ ms: 20_000 });
    assert.ok(failures > 2, `${failures} failures`);
    const problems = statusOf(world, desk).problems.map(({ path, code }) => [path, code]);
    assert.deepEqual(problems, [['ro', 'FILE_FAILED']]);
    world.kith(desk).rescan(undefined, { mayEmpty: false });
    laptop.person.write('elsewhere', 'elsewhere');
    changing(laptop, () => laptop.person.write('ro/newer', 'newer'));
    await world.run({ ms: 20_000 });
    assertEqualTrees([laptop, desk]);
    for (const stop of stops) stop();
    await calm(world);
    assertEqualTrees([laptop, desk]);
    assertModes([laptop, desk], BOTH);
    assertUnsaid(laptop, desk);
  }));

test('the mode that a person gives an open directory is theirs', () =>
  told(OBEYING, async (world, laptop, desk) => {
    fill(laptop);
    world.upAll();
    await calm(world);
    let isDone = false;
    onJob(desk, 'apply', () => {
      if (isDone || modeOf(desk, 'ro') === SHUT) return;
      desk.person.setMode('ro', 0o700);
      isDone = true;
    });
    laptop.person.write('ro/new', 'new');
    await calm(world);
    assert.ok(isDone);
    assertEqualTrees([laptop, desk]);
    assertModes([laptop, desk], ['ro'], 0o700);
  }));

for (const [what, isThere] of [
  ['a new directory', false],
  ['a directory', true],
] as const) {
  test(`CRS-02: killed at any call while ${what} that shuts its owner out is filled, it ends as if nothing had been`, async () => {
    await sweep(
      async (world: KithWorld, moment) => {
        const [laptop, desk] = [
          world.device('laptop', OBEYING.laptop),
          world.device('desk', OBEYING.desk),
        ];
        world.mesh();
        if (isThere) fill(laptop);
        laptop.person.write('keep', 'keep');
        world.upAll();
        await calm(world);
        world.cut(laptop, desk);
        if (isThere) {
          laptop.person.write('ro/f', 'f2');
          laptop.person.write('ro/in/new', 'new');
          laptop.person.delete('ro/g');
        } else fill(laptop);
        await world.run({ ms: 3000 });
        moment.at(desk, () => world.crash(desk, 'kill'));
        world.heal(laptop, desk);
        await world.run({ ms: 20_000 });
        revive(world, desk);
        await calm(world);
        assertEqualTrees([laptop, desk]);
        assertModes([laptop, desk], BOTH);
        assertUnsaid(laptop, desk);
        assertStageEmpty(desk);
        assert.deepEqual(desk.life?.store.folder(FOLDER).intents(), []);
      },
      { moreThan: 20 },
    );
  });
}
