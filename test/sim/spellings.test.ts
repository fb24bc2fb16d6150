/** Names that one disk has and another cannot: what cannot stand somewhere is held there, and nowhere deleted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import {
  assertTrees,
  bulk,
  bytesOf,
  type Cast,
  calm,
  cast,
  copiesOn,
  statusOf,
  storeOf,
  told,
  treeOf,
} from './scene.ts';

const FOLDING: Cast = { laptop: {}, desk: { disk: { foldsCase: true } } };
const LONG_MS = 200_000;

/** What the device holds back, as path and code. */
function held(world: KithWorld, device: SimDevice): readonly (readonly string[])[] {
  return statusOf(world, device).problems.map(({ path, code }) => [path, code]);
}

async function restart(world: KithWorld, device: SimDevice): Promise<void> {
  await world.stop(device);
  world.up(device);
  await world.run({ ms: LONG_MS });
}

test('two names that a disk takes for one both stay at their source, though that device starts again and again (UNI-01)', () =>
  told(FOLDING, async (world, laptop, desk) => {
    const names = ['TEST.txt', 'test.txt'];
    for (const name of names) laptop.person.write(name, `in ${name}`);
    laptop.person.write('keep', 'keep');
    world.upAll();
    await world.run({ ms: LONG_MS });
    const all = treeOf(laptop);
    assert.equal(all.length, 3);
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(treeOf(laptop), all);
      const there = treeOf(desk);
      assert.equal(there.length, 2, there.join('\n'));
      const [problem, ...others] = held(world, desk);
      assert.deepEqual([problem?.[1], others], ['NAME_FOLDED', []]);
      await restart(world, desk);
    }
    desk.person.delete('keep');
    await world.run({ ms: LONG_MS });
    assert.deepEqual(
      treeOf(laptop),
      all.filter((line) => !line.startsWith('keep')),
    );
  }));

test('a rename by case alone comes back from no device as a delete, though each starts anew (UNI-02)', () =>
  told(FOLDING, async (world, laptop, desk) => {
    laptop.person.write('FOO.txt', 'foo');
    laptop.person.write('Dir/x', 'x');
    world.upAll();
    await calm(world);
    await world.stop(desk);
    laptop.person.rename('FOO.txt', 'foo.txt');
    laptop.person.rename('Dir', 'dir');
    await calm(world);
    for (const device of [desk, laptop]) {
      if (device.life !== undefined) await world.stop(device);
      world.up(device);
      await calm(world);
      assertTrees([laptop, desk], ['dir/', 'dir/x = x', 'foo.txt = foo']);
    }
    const version = storeOf(desk).ours('foo.txt' as never)?.version;
    assert.equal(version?.length, 1, 'the desk added nothing to it');
  }));

test('what goes round by a disk that keeps names in another form comes back as it was (UNI-05)', () =>
  told({ laptop: {}, desk: { disk: { normalForm: 'NFD' } } }, async (world, laptop, desk) => {
    const names = ['caf\u00e9', '\u00fcber/\u00e4', '\u1e9b\u0323', 'plain'];
    for (const name of names) laptop.person.write(name, 'one');
    world.upAll();
    await calm(world);
    const [tree, last] = [treeOf(laptop), storeOf(laptop).lastSequence()];
    const ofDesk = storeOf(desk).lastSequence();
    for (const device of [desk, laptop, desk]) {
      world.kith(device).rescan(undefined, { mayEmpty: false });
      await restart(world, device);
    }
    await calm(world);
    assert.deepEqual(treeOf(laptop), tree);
    assert.equal(tree.length, 5);
    assert.deepEqual(
      [storeOf(laptop).lastSequence(), storeOf(desk).lastSequence()],
      [last, ofDesk],
    );
    const bytes = bytesOf(world);
    await world.run({ ms: 600_000 });
    assert.ok(bytesOf(world) - bytes < 300, 'nothing goes round');
  }));

test('of two directories that a disk takes for one what is in the second is held, and nothing of the first is lost (UNI-08)', () =>
  told(
    { laptop: {}, phone: {}, desk: { disk: { foldsCase: true } } },
    async (world, laptop, phone, desk) => {
      laptop.person.write('Dir/a', 'a of laptop');
      phone.person.write('dir/b', 'b of phone');
      phone.person.write('dir/a', 'a of phone');
      world.upAll();
      await world.run({ ms: LONG_MS });
      const all = [
        'Dir/',
        'Dir/a = a of laptop',
        'dir/',
        'dir/a = a of phone',
        'dir/b = b of phone',
      ];
      assertTrees([laptop, phone], all);
      const there = treeOf(desk);
      const [top] = there;
      assert.deepEqual(
        there,
        all.filter((line) => line.startsWith(top ?? '')),
      );
      assert.ok(held(world, desk).every(([, code]) => code === 'NAME_FOLDED'));
      assert.ok(held(world, desk).length > 0);
      // The directory that is not on the desk goes: nothing that is there goes with it.
      const [other, rest] = top === 'Dir/' ? ['dir', 'Dir/'] : ['Dir', 'dir/'];
      laptop.person.delete(other);
      await calm(world);
      assertTrees(
        [laptop, phone, desk],
        all.filter((line) => line.startsWith(rest)),
      );
    },
  ));

test('names that a disk forbids are held there alone, and everything else arrives (PRM-12)', () =>
  told(
    {
      laptop: {},
      stick: {
        disk: { foldsCase: true, reserved: 'windows' },
      },
      desk: {},
    },
    async (world, laptop, stick, desk) => {
      const bad = ['CON', 'NUL.txt', 'a:b', 'dot.', 'space ', 'aux/in'];
      const good = ['good', 'd/con fig', 'd/nullable'];
      for (const path of [...bad, ...good]) laptop.person.write(path, path);
      world.upAll();
      await world.run({ ms: LONG_MS });
      const all = treeOf(laptop);
      assertTrees([desk], all);
      assertTrees(
        [stick],
        ['d/', 'd/con fig = d/con fig', 'd/nullable = d/nullable', 'good = good'],
      );
      const problems = held(world, stick);
      assert.deepEqual(problems.map(([path]) => path).sort(), [
        'CON',
        'NUL.txt',
        'a:b',
        'aux',
        'aux/in',
        'dot.',
        'space ',
      ]);
      assert.ok(problems.every(([, code]) => code === 'FILE_NAME_IMPOSSIBLE'));
      await restart(world, stick);
      assertTrees([laptop, desk], all);
      laptop.person.rename('a:b', 'a-b');
      stick.person.write('good', 'edited');
      await world.run({ ms: LONG_MS });
      assert.equal(stick.person.read('a-b'), 'a:b');
      assert.equal(desk.person.read('good'), 'edited');
    },
  ));

const ODD_NAMES: Readonly<Record<string, string>> = {
  'a line feed': 'two\nlines',
  'a tabulator and a bell': 'a\tb\u0007',
  'the marks that turn the reading order': 'invoice\u202efdp.exe',
  'characters of four bytes': '\u{1f600}\u{1f468}\u200d\u{1f469}',
  'quotation marks and backslashes': `"it's" \\ \\0`,
  markup: '<img src=x onerror=alert(1)>',
  'a leading dash': '-rf',
  'nothing but spaces': '   ',
};

test('names with line feeds, controls, turned reading orders and wide characters travel as they are (PRM-13)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const [what, name] of Object.entries(ODD_NAMES)) {
      laptop.person.write(name, what);
      laptop.person.write(`${name} dir/${name}`, what);
    }
    world.upAll();
    await calm(world);
    assert.equal(treeOf(desk).length, 3 * Object.keys(ODD_NAMES).length);
    assertTrees([desk], treeOf(laptop));
    for (const name of Object.values(ODD_NAMES)) desk.person.write(name, 'edited');
    await calm(world);
    assertTrees([laptop], treeOf(desk));
    assert.deepEqual(copiesOn(laptop), []);
  }));

test('a name as long as a name can be arrives, in pieces and after a conflict too (PRM-09)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const names = ['n'.repeat(255), `${'\u65e5'.repeat(83)}.txt`, `d/${'m'.repeat(251)}.txt`];
    for (const name of names) laptop.person.write(name, bulk(name, 200_000));
    world.upAll();
    await calm(world);
    assertTrees([desk], treeOf(laptop));
    world.cut(laptop, desk);
    for (const name of names) laptop.person.write(name, 'of laptop');
    await world.run({ ms: 5000 });
    for (const name of names) desk.person.write(name, 'of desk');
    await world.run({ ms: 5000 });
    world.heal(laptop, desk);
    await calm(world);
    assertTrees([desk], treeOf(laptop));
    assert.equal(copiesOn(desk).length, 3);
    for (const name of names) assert.equal(laptop.person.read(name), 'of desk');
    for (const copy of copiesOn(desk)) assert.equal(desk.person.read(copy), 'of laptop');
  }));
