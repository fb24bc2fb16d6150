/** Disks that take two names for one: nothing is lost by it, what cannot stand beside the other is held and reported. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { seeds } from '../../lab/sim/story.ts';
import { assertTrees, type Cast, calm, statusOf, told, treeOf } from './scene.ts';

const FOLDING: Cast = { laptop: {}, desk: { disk: { foldsCase: true } } };
const NORMALISING: Cast = { laptop: {}, desk: { disk: { normalForm: 'NFD' } } };

test('of two names that differ by case alone one is held where the disk takes them for one (UNI-01)', () =>
  told(FOLDING, async (world, laptop, desk) => {
    laptop.person.write('Plan', 'upper');
    world.upAll();
    await calm(world);
    laptop.person.write('plan', 'lower');
    await world.run({ ms: 200_000 });
    assertTrees([laptop], ['Plan = upper', 'plan = lower']);
    assertTrees([desk], ['Plan = upper']);
    const { state, problems } = statusOf(world, desk);
    assert.deepEqual([state, problems.map(({ path }) => path)], ['held', ['plan']]);
    desk.person.write('Plan', 'upper, edited');
    await world.run({ ms: 200_000 });
    assertTrees([laptop], ['Plan = upper, edited', 'plan = lower']);
    laptop.person.delete('Plan');
    await calm(world);
    assertTrees([laptop, desk], ['plan = lower']);
  }));

for (const name of ['file', 'directory']) {
  test(`a ${name} that is renamed by case alone is renamed everywhere (UNI-02)`, () =>
    told(FOLDING, async (world, laptop, desk) => {
      const write = (top: string) =>
        laptop.person.write(name === 'file' ? top : `${top}/in`, 'content');
      write('plan');
      world.upAll();
      await calm(world);
      laptop.person.rename('plan', 'PLAN');
      await calm(world);
      assert.deepEqual(treeOf(desk), treeOf(laptop));
      desk.person.rename('PLAN', 'Plan');
      await calm(world);
      assert.deepEqual(treeOf(desk), treeOf(laptop));
      const [first] = treeOf(laptop);
      assert.ok(first?.startsWith('Plan'), first);
    }));
}

test('the directory of Kith is its own in whatever letters somebody spells it', () =>
  told(FOLDING, async (world, laptop, desk) => {
    laptop.person.write('plan', 'one');
    world.upAll();
    await calm(world);
    desk.person.rename('.kith', '.KITH');
    laptop.person.write('plan', 'two');
    await calm(world);
    assertTrees([laptop], ['plan = two']);
    assert.equal(desk.person.read('plan'), 'two');
    desk.person.write('plan', 'three');
    await calm(world);
    assertTrees([laptop], ['plan = three']);
    assert.equal(statusOf(world, desk).state, 'idle');
  }));

test('a disk that keeps names in another form takes and gives what is written (UNI-05)', () =>
  told(NORMALISING, async (world, laptop, desk) => {
    laptop.person.write('caf\u00e9/cr\u00e8me', 'one');
    world.upAll();
    await calm(world);
    desk.person.write('caf\u00e9/cr\u00e8me', 'two');
    desk.person.write('caf\u00e9/\u00e9clair', 'three');
    await calm(world);
    assertTrees(
      [laptop],
      ['caf\u00e9/', 'caf\u00e9/cr\u00e8me = two', 'caf\u00e9/\u00e9clair = three'],
    );
    laptop.person.delete('caf\u00e9/cr\u00e8me');
    laptop.person.rename('caf\u00e9', 'th\u00e9');
    await calm(world);
    assertTrees([laptop], ['th\u00e9/', 'th\u00e9/\u00e9clair = three']);
    assert.deepEqual(
      treeOf(desk).map((line) => line.normalize('NFC')),
      treeOf(laptop),
    );
  }));

const NAMES = ['plan', 'Plan', 'PLAN', 'd/x', 'D/x', 'd/X'];

for (const seed of seeds(20)) {
  test(`whoever renames by case alone loses nothing that another writes meanwhile, seed ${seed} (UNI-02)`, () =>
    told(
      FOLDING,
      async (world, laptop, desk) => {
        const random = world.random.fork('people');
        const pick = (names: readonly string[]) =>
          names[Math.floor(random.unit() * names.length)] ?? '';
        const left = new Map<string, string>();
        world.upAll();
        await world.run({ ms: 1000 });
        for (let step = 0; step < 40; step++) {
          const path = pick(NAMES);
          const dice = random.unit();
          if (dice < 0.5) {
            laptop.person.write(path, `${step}`);
            left.set(path, `${step}`);
          } else if (dice < 0.65 && laptop.person.read(path) !== undefined) {
            left.delete(path);
            laptop.person.delete(path);
          } else if (dice < 0.9) renameByCase(desk, pick(['plan', 'd/x', 'd']), pick(NAMES));
          else world.kith(desk).rescan(undefined, { mayEmpty: false });
          await world.run({ ms: random.unit() < 0.3 ? 0 : random.unit() * 3000 });
        }
        await world.run({ ms: 600_000 });
        const kept = [...laptop.person.contents().values()];
        const lost = [...left].filter(([, value]) => !kept.includes(value));
        assert.deepEqual(lost, []);
      },
      seed,
    ));
}

/** To the letters of `to`, as far as both are the same name for the disk, and if it stands there. */
function renameByCase(desk: SimDevice, from: string, to: string): void {
  const name = to.slice(0, from.length);
  if (name.toLowerCase() !== from || desk.person.read(from) === undefined) return;
  desk.person.rename(from, name);
}
