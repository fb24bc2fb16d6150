/** What a change displaces is a person's until it is settled, whatever becomes of the database meanwhile. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { KithError } from '../../src/base/error.ts';
import { assertStageEmpty, revive, sweep } from './crash-sweep.ts';
import {
  assertEqualTrees,
  assertTrees,
  calm,
  cast,
  copiesOn,
  onJob,
  rowOf,
  told,
  treeOf,
} from './scene.ts';

const STAGE = '0123456789abcdef'.repeat(2);

for (const what of ['a conflict that it loses', 'a delete', 'a change of kind'] as const) {
  test(`killed at any call of ${what}, and its database lost, a device still has what stood there`, async () => {
    await sweep(
      async (world, moment) => {
        const [laptop, desk] = [world.device('laptop'), world.device('desk')];
        world.mesh();
        laptop.person.write('d/f', 'old');
        laptop.person.write('keep', 'keep');
        world.upAll();
        await world.run({ ms: 5000 });
        world.cut(laptop, desk);
        if (what === 'a conflict that it loses') {
          desk.person.write('d/f', 'of desk');
          laptop.person.write('d/f', 'of laptop');
          laptop.person.setTime('d/f', { s: 1_800_000_000, ns: 0 });
        } else laptop.person.delete('d/f');
        if (what === 'a change of kind') laptop.person.makeLink('d/f', '../keep');
        await world.run({ ms: 3000 });
        let stood: readonly string[] = [];
        moment.at(
          desk,
          () => {
            world.crash(desk, 'kill');
            stood = [...desk.person.contents().values(), ...displacedOn(desk)];
            desk.replaceDatabase(undefined);
          },
          'apply',
        );
        world.heal(laptop, desk);
        await world.run({ ms: 20_000 });
        revive(world, desk);
        await calm(world);
        assertEqualTrees([laptop, desk]);
        const texts = [...desk.person.contents().values()];
        for (const text of stood) assert.ok(texts.includes(text), `${text} is gone: ${texts}`);
        assertStageEmpty(desk);
      },
      { moreThan: 15 },
    );
  });
}

function displacedOn(desk: SimDevice): readonly string[] {
  const dir = resolvePath(desk.tree, `${desk.root}/.kith/displaced`);
  const inodes = [...(dir?.entries.values() ?? [])].map(({ inode }) => inode);
  const files = inodes.filter(({ kind }) => kind === 'file');
  return files.map((inode) => new TextDecoder().decode(inode.bytes()));
}

test('what is found displaced goes back to its place, or beside it, or into the root', () =>
  told(cast('desk'), async (world, desk) => {
    const { person } = desk;
    for (const path of ['d/taken', 'd/same']) person.write(path, 'here');
    world.up(desk);
    await calm(world);
    await world.stop(desk);
    const displaced: Readonly<Record<string, string>> = {
      [`${STAGE}.d%2Ffree`]: 'free',
      [`${STAGE}.d%2Ftaken`]: 'displaced',
      [`${STAGE}.d%2Fsame`]: 'here',
      [`${STAGE}.gone%2Fsub%2Flost`]: 'lost',
      [`${STAGE}+long`]: 'long',
      [`${STAGE}...%2F..%2Fout`]: 'out',
      strange: 'strange',
    };
    for (const [name, content] of Object.entries(displaced)) {
      person.write(`.kith/displaced/${name}`, content);
    }
    world.up(desk);
    await calm(world);
    const copies = copiesOn(desk).map((path) => [
      path.replace(/\.sync-conflict-.*$/, ''),
      person.read(path),
    ]);
    assert.deepEqual(copies, [
      ['d/taken', 'displaced'],
      ['long', 'long'],
      ['lost', 'lost'],
      ['recovered', 'out'],
      ['strange', 'strange'],
    ]);
    assert.deepEqual(
      treeOf(desk).filter((text) => !text.includes('.sync-conflict-')),
      ['d/', 'd/free = free', 'd/same = here', 'd/taken = here'],
    );
    assertStageEmpty(desk);
    assert.equal(desk.log.filter(({ event }) => event === 'displaced-kept').length, 6);
  }));

test('a staged directory goes if it is empty; one that holds something stays, and is reported', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('keep', 'keep');
    desk.person.makeDir(`.kith/stage/${STAGE}.dir`);
    desk.person.write('.kith/stage/full.dir/inside', 'of a person');
    world.upAll();
    await calm(world);
    assertTrees([laptop, desk], ['keep = keep']);
    assert.equal(desk.person.read('.kith/stage/full.dir/inside'), 'of a person');
    const stage = resolvePath(desk.tree, `${desk.root}/.kith/stage`);
    assert.deepEqual([...(stage?.entries.keys() ?? [])], ['full.dir']);
    const left = desk.log.filter(({ event }) => event === 'staged-not-removed');
    assert.deepEqual(
      left.map(({ facts }) => [facts['name'], facts['code']]),
      [['full.dir', 'FILE_NOT_EMPTY']],
    );
  }));

test('what is written to a displaced file until the end is kept, though settling it fails', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'base');
    world.upAll();
    await calm(world);
    const held = laptop.person.hold('f');
    let [hasWritten, hasFailed] = [false, false];
    const stop = onJob(laptop, 'settle', (call) => {
      if (!hasWritten) held.append(' and more by hand');
      hasWritten = true;
      if (call.call !== 'rename' || hasFailed) return;
      hasFailed = true;
      throw new KithError('FILE_DISK_FULL', {});
    });
    desk.person.write('f', 'of desk');
    await world.run({ ms: 60_000 });
    stop();
    held.close();
    await calm(world);
    assert.ok(hasFailed);
    assert.deepEqual(textsOf(laptop), ['base and more by hand', 'of desk']);
    assertEqualTrees([laptop, desk]);
  }));

/** Kills the device just after its change has taken the name at the path. */
async function killAfterExchange(
  world: KithWorld,
  device: SimDevice,
  before: () => void,
): Promise<void> {
  let isExchanged = false;
  const stop = onJob(device, 'apply', (call) => {
    if (isExchanged && device.life !== undefined) world.crash(device, 'kill');
    if (call.call !== 'rename' || call.how !== 'exchange') return;
    before();
    isExchanged = true;
  });
  await world.run({ ms: 20_000 });
  stop();
  assert.equal(device.life, undefined, 'it was not killed');
}

test('a file that a person put there just before the exchange is kept, though Kith is killed just after it', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'base');
    world.upAll();
    await calm(world);
    desk.person.write('f', 'of desk');
    await killAfterExchange(world, laptop, () => laptop.person.save('f', 'by hand'));
    world.up(laptop);
    await calm(world);
    assert.deepEqual(textsOf(laptop), ['by hand', 'of desk']);
    assertEqualTrees([laptop, desk]);
  }));

test('a file that a person changed within one step of its times just before the exchange is kept, though Kith is killed just after it', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'made');
    world.upAll();
    await world.runUntil(() => desk.person.read('f') === 'made', { ms: 3000 });
    const { seen } = rowOf(laptop, 'f');
    assert.ok(seen?.racy);
    desk.person.write('f', 'of desk');
    await killAfterExchange(world, laptop, () => {
      laptop.person.write('f', 'late');
      // As a write within the same step leaves it.
      laptop.person.setTime('f', seen.mtime);
    });
    world.up(laptop);
    await calm(world);
    assert.deepEqual(textsOf(laptop), ['late', 'of desk']);
    assertEqualTrees([laptop, desk]);
  }));

test('what loses its name is kept, though the disk is full when its copy is made, and when that is made up for', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    // So many that the last of them could be looked at before its turn has come.
    const names = Array.from({ length: 120 }, (_, number) => `f${100 + number}`);
    const last = 'f219';
    for (const name of names) laptop.person.write(name, 'old');
    world.upAll();
    await calm(world);
    world.cut(laptop, desk);
    for (const name of names) {
      desk.person.write(name, `${name} of desk`);
      laptop.person.write(name, `${name} of laptop`);
      laptop.person.setTime(name, { s: 1_800_000_000, ns: 0 });
    }
    await world.run({ ms: 3000 });
    let failures = 0;
    const stops = ['apply', 'recover'].map((job) =>
      onJob(desk, job, (call) => {
        if (call.call !== 'rename' || !call.to.name.includes('.sync-conflict-')) return;
        if (job === 'recover' && !call.to.name.startsWith(last)) return;
        failures += 1;
        throw new KithError('FILE_DISK_FULL', {});
      }),
    );
    world.heal(laptop, desk);
    await world.run({ ms: 25_000 });
    for (const stop of stops) stop();
    await calm(world);
    assert.ok(failures > names.length, `${failures} failures`);
    assertEqualTrees([laptop, desk]);
    const texts = textsOf(desk);
    for (const name of names) assert.ok(texts.includes(`${name} of desk`), name);
  }));

test('what was displaced when the base is forgotten is kept, for nothing says that it may go', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'base');
    world.upAll();
    await calm(world);
    desk.person.write('f', 'of desk');
    await killAfterExchange(world, laptop, () => undefined);
    // The marker of another start: the database is taken for older than the disk.
    const marker = laptop.person.read('.kith/marker') ?? '';
    laptop.person.write('.kith/marker', marker.replace(/[0-9a-f]{32}/, '0'.repeat(32)));
    world.up(laptop);
    await calm(world);
    assert.deepEqual(textsOf(laptop), ['base', 'of desk']);
    assertEqualTrees([laptop, desk]);
  }));

function textsOf(device: SimDevice): readonly string[] {
  return [...device.person.contents().values()].sort();
}

const ODD: Readonly<Record<string, (device: SimDevice) => void>> = {
  'a directory': (device) => device.person.write('d/f/x', 'of desk'),
  'a fifo': (device) => device.person.makeFifo('d/f'),
};

for (const [what, make] of Object.entries(ODD)) {
  test(`${what} that a person puts in the place of a file just before it is exchanged is kept beside it after a kill`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      laptop.person.write('d/f', 'old');
      world.upAll();
      await calm(world);
      let isExchanged = false;
      const stop = onJob(desk, 'apply', (call) => {
        if (isExchanged) {
          stop();
          world.crash(desk, 'kill');
        } else if (call.call === 'rename' && call.how === 'exchange') {
          desk.person.delete('d/f');
          make(desk);
          isExchanged = true;
        }
      });
      laptop.person.write('d/f', 'new');
      await world.run({ ms: 20_000 });
      assert.equal(desk.life, undefined, 'it was killed');
      world.up(desk);
      await world.run({ ms: 100_000 });
      assert.equal(desk.person.read('d/f'), 'new');
      const kept = [...desk.person.tree()].filter(([path]) => path.includes('.sync-conflict-'));
      const kinds = kept.map(([, { kind, content }]) => [kind, content]);
      const dir = [
        ['directory', ''],
        ['file', 'of desk'],
      ];
      assert.deepEqual(kinds, what === 'a fifo' ? [['other', '']] : dir);
      assert.equal(laptop.person.read('d/f'), 'new');
      assertStageEmpty(desk);
    }));
}
