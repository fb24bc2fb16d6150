/** Names that cannot travel, and two spellings of one name: held and reported for as long as they stand there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { calm, cast, rowOf, statusOf, told, treeOf } from './scene.ts';

const [COMPOSED, DECOMPOSED] = ['caf\u00e9', 'cafe\u0301'];

/** Much later it is still so, and it is said. */
async function stays(
  world: KithWorld,
  device: SimDevice,
  codes: readonly (readonly string[])[],
): Promise<void> {
  for (const ms of [5000, 120_000, 4_000_000]) {
    await world.run({ ms });
    const { state, problems } = statusOf(world, device);
    assert.deepEqual(
      problems.map(({ path, code }) => [path, code]),
      codes,
    );
    assert.equal(state, codes.length > 0 ? 'held' : 'idle');
  }
}

test('a name that is no Unicode is reported as long as it stands there (PRM-11)', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    desk.person.makeUndecodable('bad\\xff');
    desk.person.write('good', 'good');
    world.up(desk);
    world.up(phone);
    await stays(world, desk, [['bad\\xff', 'NAME_NOT_UNICODE']]);
    assert.deepEqual(treeOf(phone), ['good = good']);
  }));

for (const [first, second] of [
  [COMPOSED, DECOMPOSED],
  [DECOMPOSED, COMPOSED],
] as const) {
  test(`of ${JSON.stringify([first, second])} the first keeps the name, and the second is reported (UNI-04)`, () =>
    told(cast('desk', 'phone'), async (world, desk, phone) => {
      world.up(desk);
      world.up(phone);
      await calm(world);
      desk.person.write(first, 'first');
      await calm(world);
      desk.person.write(second, 'second');
      await stays(world, desk, [[second, 'NAME_TWICE']]);
      desk.person.write(second, 'second, edited');
      await stays(world, desk, [[second, 'NAME_TWICE']]);
      assert.deepEqual(treeOf(phone), [`${COMPOSED} = first`]);
      assert.deepEqual(
        [desk.person.read(first), desk.person.read(second)],
        ['first', 'second, edited'],
      );
      desk.person.rename(second, 'other');
      await stays(world, desk, []);
      assert.deepEqual(treeOf(phone), [`${COMPOSED} = first`, 'other = second, edited']);
    }));
}

for (const [first, second] of [
  [COMPOSED, DECOMPOSED],
  [DECOMPOSED, COMPOSED],
] as const) {
  test(`what stands in ${JSON.stringify(second)} is never taken for what stands in ${JSON.stringify(first)}`, () =>
    told(cast('desk', 'phone'), async (world, desk, phone) => {
      world.up(desk);
      world.up(phone);
      desk.person.write(`${first}/f`, 'first');
      await calm(world);
      const { sequence } = rowOf(desk, `${COMPOSED}/f`);
      for (const text of ['second', 'second, edited']) {
        desk.person.write(`${second}/f`, text);
        await world.run({ ms: 5000 });
        assert.equal(rowOf(desk, `${COMPOSED}/f`).sequence, sequence, text);
      }
      phone.person.write(`${COMPOSED}/f`, 'by phone');
      await world.run({ ms: 4_000_000 });
      assert.deepEqual(
        [desk.person.read(`${first}/f`), desk.person.read(`${second}/f`)],
        ['by phone', 'second, edited'],
      );
      desk.person.rename(second, 'other');
      await calm(world);
      assert.equal(phone.person.read('other/f'), 'second, edited');
    }));
}

test('a name that is spelt otherwise stays what it is (UNI-04)', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    world.up(desk);
    world.up(phone);
    desk.person.write(`${COMPOSED}/in`, 'in');
    await calm(world);
    desk.person.rename(COMPOSED, DECOMPOSED);
    desk.person.write(`${DECOMPOSED}/more`, 'more');
    await calm(world);
    assert.deepEqual(treeOf(phone), [
      `${COMPOSED}/`,
      `${COMPOSED}/in = in`,
      `${COMPOSED}/more = more`,
    ]);
  }));
