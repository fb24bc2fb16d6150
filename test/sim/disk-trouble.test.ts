/** Trouble of one disk at one item: held and reported, the rest goes on, and it is taken up again when the trouble is over. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { CALL_CLASSES } from '../../lab/sim/file-faults.ts';
import type { ErrorCode } from '../../src/base/error.ts';
import { assertEqualTrees, bulk, calm, cast, onJob, statusOf, told, treeOf } from './scene.ts';

interface Trouble {
  readonly begin: (desk: SimDevice) => void;
  readonly end: (desk: SimDevice) => void;
  readonly code: ErrorCode;
  /** What arrives nevertheless. */
  readonly arrives: readonly string[];
}

/** `big` needs much room, `shut/x` stands in a directory of its own. */
const ALL = ['a', 'b', 'shut/x'];

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'the disk is full': {
    begin: (desk) => {
      desk.tree.traits.capacity = desk.tree.traits.capacity - desk.tree.traits.freeBytes + 200_000;
    },
    end: (desk) => {
      desk.tree.traits.capacity = 2 ** 30;
    },
    code: 'FILE_DISK_FULL',
    arrives: ALL,
  },
  'a directory may not be written to': {
    begin: (desk) => {
      desk.faults.fail({ call: 'rename', name: 'x', code: 'FILE_DENIED', times: Infinity });
    },
    end: (desk) => desk.faults.clear(),
    code: 'FILE_DENIED',
    arrives: ['a', 'b', 'big'],
  },
  'the disk is read-only': {
    begin: (desk) => {
      desk.tree.traits.readOnly = true;
    },
    end: (desk) => {
      desk.tree.traits.readOnly = false;
    },
    code: 'FILE_READ_ONLY',
    arrives: [],
  },
  'too many files are open': {
    begin: (desk) => {
      const order = {
        call: 'rename',
        name: 'x',
        code: 'FILE_TOO_MANY_OPEN',
        times: Infinity,
      } as const;
      desk.faults.fail(order);
    },
    end: (desk) => {
      assert.ok(desk.faults.struck > 0);
      desk.faults.clear();
    },
    code: 'FILE_TOO_MANY_OPEN',
    arrives: ['a', 'b', 'big'],
  },
  'the disk reports an error': {
    begin: (desk) => {
      desk.faults.fail({ call: 'rename', name: 'x', code: 'FILE_FAILED', times: Infinity });
    },
    end: (desk) => desk.faults.clear(),
    code: 'FILE_FAILED',
    arrives: ['a', 'b', 'big'],
  },
};

for (const [what, trouble] of Object.entries(TROUBLES)) {
  test(`when ${what}, what it concerns is held and reported, and arrives by itself later (DSK-01, DSK-04, DSK-07)`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const path of ALL) laptop.person.write(path, `old ${path}`);
      world.upAll();
      await calm(world);
      trouble.begin(desk);
      for (const path of ALL) laptop.person.write(path, `new ${path}`);
      laptop.person.write('big', bulk('big', 1_000_000));
      await world.run({ ms: 200_000 });
      const status = statusOf(world, desk);
      assert.ok(status.problems.length > 0 && status.state !== 'idle', status.state);
      for (const problem of status.problems) assert.equal(problem.code, trouble.code, problem.path);
      for (const path of [...ALL, 'big']) {
        const arrived = desk.person.read(path) === laptop.person.read(path);
        assert.equal(arrived, trouble.arrives.includes(path), path);
      }
      const copies = treeOf(desk).filter((text) => text.includes('.sync-conflict-'));
      assert.deepEqual(copies, []);
      trouble.end(desk);
      await calm(world);
      assertEqualTrees([laptop, desk]);
      assert.equal(laptop.person.read('a'), 'new a');
      assert.equal(statusOf(world, desk).problems.length, 0);
    }));
}

test('a file that cannot be read for others is reported once, and given when the trouble is over', () =>
  told({ laptop: {}, desk: {} }, async (world, laptop, desk) => {
    for (const path of ['a', 'b']) laptop.person.write(path, bulk(path, 400_000));
    world.up(laptop);
    await calm(world, [laptop]);
    const trouble = { call: 'openFile', name: 'b', code: 'FILE_FAILED', times: Infinity } as const;
    const stop = laptop.faults.fail(trouble);
    world.up(desk);
    await world.run({ ms: 60_000 });
    assert.ok(laptop.faults.struck >= 4, 'each block was asked for');
    assert.equal(desk.person.read('a'), laptop.person.read('a'));
    const lines = laptop.log.filter(({ event }) => event === 'serving-failed');
    assert.deepEqual(
      lines.map(({ level, facts }) => [level, facts['path'], facts['code']]),
      [['warn', 'b', 'FILE_FAILED']],
    );
    stop();
    await calm(world);
    assertEqualTrees([laptop, desk]);
  }));

for (const [call, ms] of [
  [CALL_CLASSES.writing, 50_000],
  [CALL_CLASSES.syncing, 30_000],
  [CALL_CLASSES.looking, 1_000],
] as const) {
  test(`a disk that takes ${ms} ms for ${call.join(', ')} delays everything and breaks nothing`, () =>
    told(cast('laptop', 'desk'), async (world, laptop, desk) => {
      for (const path of ALL) laptop.person.write(path, bulk(path, 300_000));
      desk.faults.slow({ call, ms, times: 5 });
      world.upAll();
      await calm(world);
      assert.equal(desk.faults.struck, 5);
      assert.ok(world.scheduler.now > ms);
      assertEqualTrees([laptop, desk]);
    }));
}

test('while a group waits for a disk that hardly answers, nothing is looked at again and again', () =>
  told({ laptop: {}, desk: { disk: { syncsAsOne: false } } }, async (world, laptop, desk) => {
    for (let i = 0; i < 40; i++) laptop.person.write(`d/${i}`, 'old');
    world.upAll();
    await calm(world);
    for (let i = 0; i < 40; i++) laptop.person.write(`d/${i}`, 'new');
    desk.faults.slow({ call: 'sync', nth: 60, ms: 60_000 });
    let looks = 0;
    const stop = onJob(desk, 'look', ({ call }) => {
      if (call === 'openRoot') looks += 1;
    });
    await world.run({ ms: 50_000 });
    stop();
    assert.ok(desk.faults.struck > 0);
    assert.ok(looks < 200, `${looks} looks`);
    await calm(world);
    assertEqualTrees([laptop, desk]);
  }));
