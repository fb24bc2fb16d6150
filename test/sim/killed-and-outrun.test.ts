/**
 * Kith is killed while it puts a version in place, and hears of later ones before it has looked at its disk: what it had
 * put there is nobody's edit. Or it hears of them in the middle, and is killed then.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { assertStageEmpty, revive, sweep } from './crash-sweep.ts';
import { assertTrees, calm, copiesOn, onJob, storeOf, told, treeOf } from './scene.ts';

type Deed = (laptop: SimDevice) => void;

/** So much to read at the first look that the news is there before; with 40 it is there no more often. */
const MANY = 10;

/** What the person does one after the other; the receiver is killed at the first one. */
const CHANGES: Readonly<
  Record<string, { readonly deeds: readonly Deed[]; readonly after: readonly string[] }>
> = {
  'an edit, and two more': {
    deeds: ['new', 'newer', 'newest'].map((text) => (laptop) => laptop.person.write('d/f', text)),
    after: ['d/', 'd/f = newest', 'keep = keep'],
  },
  'a new file, and two edits of it': {
    deeds: ['new', 'newer', 'newest'].map((text) => (laptop) => laptop.person.write('d/g', text)),
    after: ['d/', 'd/f = old', 'd/g = newest', 'keep = keep'],
  },
  'a new file, and its delete': {
    deeds: [({ person }) => person.write('d/g', 'new'), ({ person }) => person.delete('d/g')],
    after: ['d/', 'd/f = old', 'keep = keep'],
  },
  'a new link, and its delete': {
    deeds: [({ person }) => person.makeLink('l', 'keep'), ({ person }) => person.delete('l')],
    after: ['d/', 'd/f = old', 'keep = keep'],
  },
};

for (const [what, { deeds, after }] of Object.entries(CHANGES)) {
  test(`CRS-02: killed at any call of ${what}, which it hears of before it looks, it ends the same`, () =>
    sweep(
      async (world, moment) => {
        const [laptop, desk] = [world.device('laptop'), world.device('desk')];
        world.mesh();
        world.network.shape('laptop', 'desk', { delayMs: 0, jitterMs: 0 });
        laptop.person.write('keep', 'keep');
        laptop.person.write('d/f', 'old');
        world.upAll();
        await world.run({ ms: 2000 });
        moment.at(desk, () => world.crash(desk, 'kill'), 'apply');
        for (const deed of deeds) {
          deed(laptop);
          await world.run({ ms: 2000 });
        }
        if (desk.life === undefined) {
          for (let i = 0; i < MANY; i++) desk.person.write(`many/${i}`, `${i}`);
        }
        revive(world, desk);
        await calm(world);
        for (const device of [laptop, desk]) {
          const tree = treeOf(device).filter((line) => !line.startsWith('many/'));
          assert.deepEqual(tree, after, device.name);
        }
        assertStageEmpty(desk);
      },
      { moreThan: 5 },
    ));
}

for (const [what, { deeds, after }] of Object.entries(CHANGES)) {
  test(`CRS-02: killed at any call of ${what}, it hears of those and is killed again before it has looked, and ends the same`, async () => {
    let kills = 0;
    await sweep(
      async (world, moment) => {
        const [laptop, desk] = [world.device('laptop'), world.device('desk')];
        world.mesh();
        world.network.shape('laptop', 'desk', { delayMs: 0, jitterMs: 0 });
        laptop.person.write('keep', 'keep');
        laptop.person.write('d/f', 'old');
        world.upAll();
        await world.run({ ms: 2000 });
        moment.at(desk, () => world.crash(desk, 'kill'), 'apply');
        for (const deed of deeds) {
          deed(laptop);
          await world.run({ ms: 2000 });
        }
        const quicken = slowLook(desk);
        revive(world, desk);
        if (await hearsSoon(world, desk, laptop)) {
          kills += 1;
          world.crash(desk, 'kill');
        }
        quicken();
        revive(world, desk);
        await calm(world);
        assertTrees([laptop, desk], after);
        assertStageEmpty(desk);
      },
      { moreThan: 5 },
    );
    assert.ok(kills > 5, `${kills} kills`);
  });
}

test('CRS-02: killed at any call of a new link, and ended before it has looked, it hears of its delete then, and ends the same', () =>
  sweep(
    async (world, moment) => {
      const [laptop, desk] = [world.device('laptop'), world.device('desk')];
      world.mesh();
      world.network.shape('laptop', 'desk', { delayMs: 0, jitterMs: 0 });
      laptop.person.write('keep', 'keep');
      world.upAll();
      await calm(world);
      moment.at(desk, () => world.crash(desk, 'kill'), 'apply');
      laptop.person.makeLink('l', 'keep');
      await world.run({ ms: 2000 });
      if (!moment.hasCome()) return;
      world.cut(laptop, desk);
      laptop.person.delete('l');
      const quicken = slowLook(desk);
      revive(world, desk);
      await world.run({ ms: 500 });
      await world.stop(desk);
      world.heal(laptop, desk);
      world.up(desk);
      await hearsSoon(world, desk, laptop);
      quicken();
      await calm(world);
      assertTrees([laptop, desk], ['keep = keep']);
      assertStageEmpty(desk);
    },
    { moreThan: 5 },
  ));

/** Whatever looks at the device's disk takes long; the result ends it. */
function slowLook(device: SimDevice): () => void {
  return device.faults.slow({ call: ['list', 'readLink', 'read'], ms: 300, times: 99 });
}

/** Runs until the device knows more of the other one's index than now; false if that takes long. */
async function hearsSoon(world: KithWorld, device: SimDevice, other: SimDevice): Promise<boolean> {
  const heard = () => storeOf(device).peer(other.id)?.heard;
  const before = heard();
  for (let ms = 0; ms < 8000; ms++) {
    await world.run({ ms: 1 });
    if (heard() !== before) return true;
  }
  return false;
}

test('CRS-02: killed while a group is made durable, and news of its files has come meanwhile, it ends the same', async () => {
  let kills = 0;
  for (let nth = 15; nth <= 165; nth += 30) {
    const slow = { disk: { syncsAsOne: false } };
    await told({ laptop: {}, desk: slow }, async (world, laptop, desk) => {
      const names = Array.from({ length: 100 }, (_, i) => `${i}/f`);
      const write = (text: string): void => {
        for (const name of names) laptop.person.write(name, `${text} ${name}`);
      };
      write('old');
      world.upAll();
      await calm(world);
      let syncs = 0;
      const stop = onJob(desk, 'apply', ({ call }) => {
        if (call !== 'sync') return;
        syncs += 1;
        if (syncs !== nth) return;
        stop();
        kills += 1;
        world.crash(desk, 'kill');
      });
      for (const text of ['new', 'newer', 'still newer', 'newest']) {
        write(text);
        await world.run({ ms: 70 });
      }
      await world.run({ ms: 4000 });
      revive(world, desk);
      await calm(world);
      assertTrees([laptop, desk], treeOf(laptop));
      assert.deepEqual(copiesOn(desk), []);
    });
  }
  assert.ok(kills > 5, `${kills} kills`);
});

test('CRS-02: killed while a link is put in place whose delete is being heard of, it ends the same', async () => {
  let kills = 0;
  for (let delayMs = 0; delayMs < 60; delayMs += 1) {
    await told({ laptop: {}, phone: {}, desk: {} }, async (world, laptop, phone, desk) => {
      const near = { delayMs: 0, jitterMs: 0 };
      world.network.shape('laptop', 'phone', near);
      world.network.shape('phone', 'desk', near);
      world.network.shape('laptop', 'desk', { delayMs, jitterMs: 0 });
      laptop.person.write('keep', 'keep');
      world.upAll();
      await calm(world);
      const stop = onJob(desk, 'apply', () => {
        if (!desk.person.tree().has('link')) return;
        stop();
        kills += 1;
        world.crash(desk, 'kill');
      });
      laptop.person.makeLink('link', 'keep');
      const path = parseRelPath('link');
      await world.runUntil(() => storeOf(phone).ours(path) !== undefined, { ms: 5000 });
      phone.person.delete('link');
      await world.run({ ms: 4000 });
      revive(world, desk);
      await calm(world);
      assertTrees([laptop, phone, desk], ['keep = keep']);
    });
  }
  assert.ok(kills > 20, `${kills} kills`);
});
