/** Devices in a line, a circle and a mesh become equal, and then keep quiet. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld, Links } from '../../lab/sim/kith-world.ts';
import { FrontierOracle } from '../../lab/sim/oracle.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { assertEqualTrees, assertTrees, bulk, bytesOf, calm, cast, line, told } from './scene.ts';

const SHAPES: Readonly<Record<string, Links | undefined>> = {
  line: [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
  ],
  circle: [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['d', 'a'],
  ],
  mesh: undefined,
};

for (const [shape, links] of Object.entries(SHAPES)) {
  test(`four devices in a ${shape} become equal, and at rest nothing travels but pings (WCH-06)`, () =>
    told(cast('a', 'b', 'c', 'd'), async (world, ...devices) => {
      if (links !== undefined) world.link(links);
      const oracle = new FrontierOracle();
      for (const { name, person } of devices) {
        oracle.write(person, `of ${name}`, `${name} was here`);
        oracle.write(person, 'd/all', `all of ${name}`);
      }
      world.upAll();
      await calm(world);
      for (const { name, person } of devices) oracle.write(person, `of ${name}`, `${name} again`);
      const [first] = devices;
      if (first !== undefined) oracle.delete(first.person, 'of d');
      await calm(world);
      assertEqualTrees(devices);
      const ending = new Map(devices.map(({ name, person }) => [name, person.contents()] as const));
      assert.deepEqual(oracle.violations(ending), []);
      await assertQuiet(world, devices);
    }));
}

const PING_BYTES = encodeFrame(MessageType.ping, []).reduce((sum, part) => sum + part.length, 0);
const QUIET_MINUTES = 10;

async function assertQuiet(world: KithWorld, devices: readonly SimDevice[]): Promise<void> {
  const pairs = devices.flatMap((a) => devices.filter((b) => b !== a).map((b) => [a, b] as const));
  const count = (): number[] => pairs.map(([a, b]) => world.network.bytes(a.name, b.name));
  const before = count();
  await world.run({ ms: QUIET_MINUTES * 60_000 });
  for (const [index, bytes] of count().entries()) {
    const pings = (bytes - (before[index] ?? 0)) / PING_BYTES;
    assert.ok(Number.isInteger(pings) && pings <= QUIET_MINUTES + 1, `${pings} pings`);
  }
}

test('LF9: a file wanders over three devices that are never all on, and a change in part travels in part', () =>
  told(cast('a', 'b', 'c'), async (world, a, b, c) => {
    const file3 = bulk('file 3', 20 * 131_072);
    a.person.write('file 1', 'one');
    a.person.write('file 3', file3);
    world.up(a);
    await world.run({ ms: 3000 });
    world.up(b);
    await calm(world);
    world.up(c);
    await calm(world);
    b.person.write('file 2', bulk('file 2', 300_000));
    b.person.makeDir('directory');
    await world.run({ ms: 20 });
    world.crash(a, 'kill');
    await calm(world);
    assertEqualTrees([b, c]);
    world.up(a);
    await calm(world);
    const edited = `${file3.slice(0, 9 * 131_072)}edited${file3.slice(9 * 131_072 + 6)}`;
    const bytes = bytesOf(world);
    c.person.write('file 3', edited);
    await calm(world);
    assertTrees(
      [a, b, c],
      [
        'directory/',
        'file 1 = one',
        line('file 2', 'file', bulk('file 2', 300_000)),
        line('file 3', 'file', edited),
      ],
    );
    const travelled = bytesOf(world) - bytes;
    assert.ok(travelled < 2 * 131_072 + 40_000, `${travelled} bytes travelled`);
  }));
