/**
 * A device that is known and broken: it loses, repeats, garbles and forges its own messages while everybody writes. Whoever
 * is honest loses nothing that a person wrote, shows nothing unverified, stays within its root and alive (I5, I7, I18, I23);
 * once the broken one is well again, all are equal.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  atRate,
  FACT_MUTATIONS,
  type MutationOrder,
  TRANSFER_MUTATIONS,
} from '../../lab/sim/mutation/mutation-plan.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { seeds, tellTwice } from '../../lab/sim/story.ts';
import { MutationStory, SHAPES, type StoryOptions } from './mutation-story.ts';
import { bulk, calm, cast, told } from './scene.ts';

/** Some of these at one rate, in a line or a mesh, by the seed alone. */
function optionsOf(
  seed: number,
  { names, ends }: { names: readonly string[]; ends: StoryOptions['ends'] },
): StoryOptions {
  const random = new SimRandom(seed).fork('plan');
  const some = Array.from({ length: random.between(1, 3) }, () => random.pick(names));
  const rate = random.pick([0.1, 0.3, 0.6]);
  return {
    links: SHAPES[random.pick(['line', 'mesh'] as const)],
    plan: { rates: atRate(some, rate) },
    ends,
  };
}

for (const seed of seeds(8)) {
  test(`messages that are lost, repeated, swapped or garbled in the transfer leave no trace, seed ${seed}`, async () => {
    const end = await tellTwice(seed, (each) =>
      new MutationStory(
        each,
        optionsOf(each, { names: TRANSFER_MUTATIONS, ends: 'honest' }),
      ).tell(),
    );
    assert.deepEqual(end.faults, []);
  });

  test(`lies about files take nothing from a person but by a version that says so, seed ${seed}`, async () => {
    const options = { names: FACT_MUTATIONS, ends: 'without its database' } as const;
    const end = await tellTwice(seed, (each) =>
      new MutationStory(each, optionsOf(each, options)).tell(),
    );
    assert.deepEqual(end.faults, []);
  });
}

test('what was done on rates can be ordered, one mutation at a time, and does the same', async () => {
  const ends = 'honest';
  const names = ['index.drop', 'response.data', 'request.offset', 'ping.drop'];
  const drawn = new MutationStory(3, {
    links: SHAPES.mesh,
    plan: { rates: atRate(names, 0.2) },
    ends,
  });
  const one = await drawn.tell();
  const orders: readonly MutationOrder[] = JSON.parse(JSON.stringify(drawn.mutator.done));
  assert.ok(orders.length > 5);
  const ordered = new MutationStory(3, { links: SHAPES.mesh, plan: { orders }, ends });
  assert.deepEqual(await ordered.tell(), one);
});

test('a plan that names what there is not is refused', () =>
  told(cast('a'), async (world, a) => {
    assert.throws(() => world.mutate(a, { rates: { 'index.nonsense': 1 } }), /index\.nonsense/);
    const order = { message: 'ping', nth: 0, how: 'hash' } as const;
    assert.throws(() => world.mutate(a, { orders: [order] }), /ping\.hash/);
  }));

test('an update that is sent again, late, does not bring back what it told', () =>
  told(cast('a', 'b'), async (world, a, b) => {
    const mutator = world.mutate(b, { rates: { 'index.replay': 1 } });
    b.person.write('first', 'first');
    world.upAll();
    await world.rest();
    for (let i = 0; i < 8; i++) {
      b.person.write('f', bulk(`edit ${i}`, 300_000));
      await world.rest();
    }
    mutator.follow({});
    world.network.reset('a', 'b');
    await calm(world);
    assert.ok(mutator.done.length >= 8);
    assert.deepEqual(a.person.contents(), b.person.contents());
  }));

/** Kith sends no news of downloads. */
const NEVER = /^progress\./;
/** To delete and to replace is everybody's right. */
const RIGHTS = ['index.delete', 'index.overwrite'];
const EACH = [...TRANSFER_MUTATIONS, ...FACT_MUTATIONS].filter((name) => !NEVER.test(name));

for (const name of EACH) {
  test(`a device whose every message of a kind suffers ${name} harms nobody, and is well again afterwards`, () =>
    told(cast('a', 'b'), async (world, a, b) => {
      const mutator = world.mutate(b, { rates: { [name]: 1 } });
      for (const { person, name: own } of [a, b]) {
        for (const path of ['x', 'y', 'z']) person.write(`${own}/${path}`, `${path} of ${own}`);
      }
      world.upAll();
      await world.run({ ms: 10_000 });
      a.person.write('a/x', 'another x of a');
      await world.run({ ms: 65_000 });
      await world.stop(b);
      assert.ok(mutator.done.length > 0);
      assert.deepEqual(
        a.log.filter(({ level }) => level === 'error'),
        [],
      );
      mutator.follow({});
      b.replaceDatabase(undefined);
      world.up(b);
      await calm(world);
      assert.deepEqual(a.person.contents(), b.person.contents());
      if (RIGHTS.includes(name)) return;
      const values = new Set(a.person.contents().values());
      for (const value of ['another x of a', 'y of a', 'z of a', 'y of b'])
        assert.ok(values.has(value), value);
    }));
}
