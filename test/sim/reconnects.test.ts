/** Connections that fail in the ways that networks have, and Kith on both ends of them (NET-02, NET-04, NET-06). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { carryOut, type NetworkOrder } from '../../lab/sim/network-order.ts';
import { assertTrees, bulk, calm, cast, line, told } from './scene.ts';

const LARGE = bulk('large', 3_000_000);
const MINUTE = 60_000;

/** How many connections have borne anything. */
function countConnections(world: KithWorld): () => number {
  const seen = new Set<number>();
  world.network.tap(({ connection }) => seen.add(connection));
  return () => seen.size;
}

test('two devices that lose each other at once, again and again, reach for each other ever more slowly', () =>
  told(cast('a', 'b'), async (world, a, b) => {
    const count = countConnections(world);
    a.person.write('x', 'x');
    world.mutate(b, { rates: { 'request.cut-off': 1 } });
    world.upAll();
    await world.run({ ms: MINUTE / 2 });
    assert.ok(count() > 5 && count() < 25, `${count()} connections`);
  }));

const DEAF: readonly NetworkOrder[] = [
  { kind: 'half-open', from: 'a', to: 'b' },
  { kind: 'half-open', from: 'b', to: 'a' },
  { kind: 'silence', device: 'a' },
];

for (const order of DEAF) {
  const name = 'from' in order ? `${order.kind} from ${order.from}` : order.kind;
  test(`NET-02: a connection that is dead without a word (${name}) is noticed, and what was written arrives`, () =>
    told(cast('a', 'b'), async (world, a, b) => {
      world.upAll();
      await calm(world);
      carryOut(world.network, order);
      a.person.write('of a', LARGE);
      b.person.write('of b', 'b');
      await world.run({ ms: 7 * MINUTE });
      await calm(world);
      assertTrees([a, b], [line('of a', 'file', LARGE), 'of b = b']);
    }));
}

test('what travels in one direction alone is no connection; when both are back, all is well', () =>
  told(cast('a', 'b'), async (world, a, b) => {
    world.upAll();
    await calm(world);
    carryOut(world.network, { kind: 'cut-one-way', from: 'a', to: 'b' });
    a.person.write('of a', LARGE);
    b.person.write('of b', 'b');
    await world.run({ ms: 20 * MINUTE });
    assert.deepEqual(a.person.contents().get('of b'), undefined);
    for (const device of [a, b]) {
      const [peer] = world.kith(device).devices();
      assert.equal(peer?.connected, false, device.name);
    }
    world.heal(a, b);
    await calm(world);
    assertTrees([a, b], [line('of a', 'file', LARGE), 'of b = b']);
  }));

test('a device that moved is found again where it is now', () =>
  told(cast('a', 'b'), async (world, a, b) => {
    world.upAll();
    await calm(world);
    carryOut(world.network, { kind: 'move', device: 'b', host: 'elsewhere' });
    a.person.write('of a', LARGE);
    b.person.write('of b', 'b');
    // It can dial, and does so once it notices.
    await world.run({ ms: 10 * MINUTE });
    await calm(world);
    assertTrees([a, b], [line('of a', 'file', LARGE), 'of b = b']);
    carryOut(world.network, { kind: 'move', device: 'b', host: 'far away' });
    // Now only the other one can dial: it has to be told where.
    const deaf = { ...world.configOf(b), devices: [{ id: a.id, name: 'a', addresses: [] }] };
    const told = [world.kith(b).update(deaf), world.kith(a).update(world.configOf(a))];
    b.person.write('of b', 'b again');
    await world.run({ ms: 10 * MINUTE });
    await Promise.all(told);
    await calm(world);
    assertTrees([a, b], [line('of a', 'file', LARGE), 'of b = b again']);
  }));

test('behind a black hole nothing hangs for good, and small news still comes', () =>
  told(cast('a', 'b'), async (world, a, b) => {
    world.upAll();
    await calm(world);
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      carryOut(world.network, { kind: 'shape', from, to, traits: { blackHoleAbove: 1200 } });
    }
    a.person.write('small', 'small');
    await world.run({ ms: MINUTE });
    assertTrees([b], ['small = small']);
    a.person.write('large', LARGE);
    await world.run({ ms: 20 * MINUTE });
    carryOut(world.network, { kind: 'restore' });
    await calm(world);
    assertTrees([a, b], [line('large', 'file', LARGE), 'small = small']);
  }));

test('a storm of lost connections, slow accepts and dials that hang delays, and no more', () =>
  told(cast('a', 'b', 'c'), async (world, ...devices) => {
    const traits = { mostLifeMs: 3000, acceptMs: 500, hangChance: 0.3, bytesPerMs: 1000 };
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'c'],
      ['c', 'b'],
      ['a', 'c'],
      ['c', 'a'],
    ] as const) {
      carryOut(world.network, { kind: 'shape', from, to, traits });
    }
    for (const { name, person } of devices) person.write(`of ${name}`, bulk(name, 1_000_000));
    world.upAll();
    await world.run({ ms: 30 * MINUTE });
    assertTrees(
      devices,
      ['a', 'b', 'c'].map((name) => line(`of ${name}`, 'file', bulk(name, 1_000_000))),
    );
  }));

test('a stream that comes byte by byte, or all in one, says the same', () =>
  told(cast('a', 'b'), async (world, a, b) => {
    const [from, to] = ['a', 'b'];
    carryOut(world.network, { kind: 'shape', from, to, traits: { mostPiece: 1 } });
    carryOut(world.network, { kind: 'shape', from: to, to: from, traits: { joinChance: 1 } });
    a.person.write('of a', bulk('a', 3000));
    b.person.write('of b', LARGE);
    world.upAll();
    await calm(world);
    assertTrees([a, b], [line('of a', 'file', bulk('a', 3000)), line('of b', 'file', LARGE)]);
  }));
