/** One thing that cannot be settled after a kill: it is held and reported, and everything else goes on. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type { FileCall } from '../../src/ports/file-system.ts';
import { assertStageEmpty } from './crash-sweep.ts';
import {
  assertEqualTrees,
  assertTrees,
  calm,
  cast,
  onJob,
  rowOf,
  statusOf,
  told,
} from './scene.ts';

/** Kills the device just after something has left its place, or been replaced. */
async function killAfterMove(
  world: KithWorld,
  device: SimDevice,
  isMove: (call: FileCall & { call: 'rename' }) => boolean,
): Promise<void> {
  let hasMoved = false;
  const stop = onJob(device, 'apply', (call) => {
    if (hasMoved && device.life !== undefined) world.crash(device, 'kill');
    if (call.call === 'rename' && isMove(call)) hasMoved = true;
  });
  await world.run({ ms: 20_000 });
  stop();
  assert.equal(device.life, undefined, 'it was not killed');
}

/** What was displaced from the path cannot be moved; the result ends it, and tells how often it was tried. */
function holdDisplaced(device: SimDevice, name: string, code: ErrorCode): () => number {
  let failures = 0;
  const stops = ['recover', 'rescue'].map((job) =>
    onJob(device, job, (call) => {
      if (call.call !== 'rename' || !call.from.name.endsWith(`.${name}`)) return;
      failures += 1;
      throw new KithError(code, {});
    }),
  );
  return () => {
    for (const stop of stops) stop();
    return failures;
  };
}

const CHANGES = {
  'a file that was replaced': {
    change: ({ person }: SimDevice) => person.write('f', 'new'),
    isMove: (call: FileCall & { call: 'rename' }) => call.how === 'exchange',
    after: ['f = new'],
  },
  'a file that made room for a directory': {
    change: ({ person }: SimDevice) => {
      person.delete('f');
      person.write('f/inside', 'inside');
    },
    isMove: ({ from }: FileCall & { call: 'rename' }) => from.name === 'f',
    after: ['f/', 'f/inside = inside'],
  },
} as const;

for (const code of ['FILE_DENIED', 'FILE_FAILED'] as const) {
  for (const [what, { change, isMove, after }] of Object.entries(CHANGES)) {
    test(`${what} and cannot be settled after a kill (${code}) is held, the rest is synchronised, and it settles later`, () =>
      told(cast('laptop', 'desk'), async (world, laptop, desk) => {
        for (const path of ['a', 'f']) laptop.person.write(path, path);
        world.upAll();
        await calm(world);
        const { sequence } = rowOf(laptop, 'f');
        change(desk);
        await killAfterMove(world, laptop, isMove);
        const settle = holdDisplaced(laptop, 'f', code);
        world.up(laptop);
        desk.person.write('b', 'b');
        laptop.person.write('a', 'edited');
        await world.run({ ms: 60_000 });
        const status = statusOf(world, laptop);
        const problems = status.problems.map((problem) => [problem.path, problem.code]);
        assert.deepEqual([status.state, problems], ['held', [['f', code]]]);
        assert.equal(laptop.person.read('b'), 'b');
        assertTrees([desk], ['a = edited', 'b = b', ...after]);
        assert.equal(rowOf(laptop, 'f').sequence, sequence, 'what stands there was recorded');
        assert.ok(settle() > 2);
        await calm(world);
        assertTrees([laptop, desk], ['a = edited', 'b = b', ...after]);
        assertStageEmpty(laptop);
      }));
  }
}

test('what a person puts at a path that is not settled yet is kept', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    laptop.person.write('f', 'f');
    world.upAll();
    await calm(world);
    desk.person.write('f', 'of desk');
    await killAfterMove(world, laptop, (call) => call.how === 'exchange');
    const settle = holdDisplaced(laptop, 'f', 'FILE_DENIED');
    world.up(laptop);
    await world.run({ ms: 10_000 });
    laptop.person.write('f', 'by hand');
    await world.run({ ms: 10_000 });
    assert.ok(settle() > 0);
    await calm(world);
    const texts = assertEqualTrees([laptop, desk]).map((text) => text.replace(/^.* = /, ''));
    assert.ok(texts.includes('by hand'), texts.join());
  }));
