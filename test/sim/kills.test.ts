/** Kith is killed at every primitive call of a change and started again: it ends as if nothing had been. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { assertStageEmpty, revive, sweep } from './crash-sweep.ts';
import { assertEqualTrees, calm, copiesOn } from './scene.ts';

interface Change {
  readonly before: (laptop: SimDevice) => void;
  /** While the two have no contact. */
  readonly change: (laptop: SimDevice, desk: SimDevice) => void;
  /** What must stand on both in the end, conflict copies by content. */
  readonly after: readonly string[];
  readonly copies?: readonly string[];
}

const CHANGES: Readonly<Record<string, Change>> = {
  'a replacement': {
    before: ({ person }) => person.write('d/f', 'old'),
    change: ({ person }) => person.write('d/f', 'new'),
    after: ['d/', 'd/f = new', 'keep = keep'],
  },
  'a conflict that this side loses': {
    before: ({ person }) => person.write('d/f', 'old'),
    change: (laptop, desk) => {
      desk.person.write('d/f', 'of desk');
      laptop.person.write('d/f', 'of laptop');
      laptop.person.setTime('d/f', { s: 1_800_000_000, ns: 0 });
    },
    after: ['d/', 'd/f = of laptop', 'keep = keep'],
    copies: ['of desk'],
  },
  'a conflict that this side wins': {
    before: ({ person }) => person.write('d/f', 'old'),
    change: (laptop, desk) => {
      laptop.person.write('d/f', 'of laptop');
      desk.person.write('d/f', 'of desk');
      desk.person.setTime('d/f', { s: 1_800_000_000, ns: 0 });
    },
    after: ['d/', 'd/f = of desk', 'keep = keep'],
    copies: ['of laptop'],
  },
  'a delete': {
    before: ({ person }) => {
      person.write('d/f', 'old');
      person.makeLink('d/l', 'f');
    },
    change: ({ person }) => person.delete('d'),
    after: ['keep = keep'],
  },
  'a file that becomes a directory': {
    before: ({ person }) => person.write('f', 'old'),
    change: ({ person }) => {
      person.delete('f');
      person.write('f/inside', 'inside');
    },
    after: ['f/', 'f/inside = inside', 'keep = keep'],
  },
  'a directory that becomes a file': {
    before: ({ person }) => person.write('d/inside', 'inside'),
    change: ({ person }) => {
      person.delete('d');
      person.write('d', 'new');
    },
    after: ['d = new', 'keep = keep'],
  },
  'a file that becomes a link, and a link that becomes a file': {
    before: ({ person }) => {
      person.write('f', 'old');
      person.makeLink('l', 'keep');
    },
    change: ({ person }) => {
      for (const path of ['f', 'l']) person.delete(path);
      person.makeLink('f', 'keep');
      person.write('l', 'new');
    },
    after: ['f -> keep', 'keep = keep', 'l = new'],
  },
};

for (const [what, { before, change, after, copies = [] }] of Object.entries(CHANGES)) {
  test(`CRS-02: killed at any call of ${what}, it ends the same, and nothing is left over (CON-12)`, async () => {
    await sweep(
      async (world, moment) => {
        const [laptop, desk] = await prepare(world, before);
        change(laptop, desk);
        await world.run({ ms: 3000 });
        moment.at(desk, () => world.crash(desk, 'kill'));
        world.heal(laptop, desk);
        await world.run({ ms: 20_000 });
        revive(world, desk);
        await calm(world);
        const tree = assertEqualTrees([laptop, desk]);
        assert.deepEqual(
          tree.filter((text) => !text.includes('.sync-conflict-')),
          after,
        );
        const kept = copiesOn(desk).map((path) => desk.person.read(path));
        assert.deepEqual(kept, copies);
        assertStageEmpty(desk);
      },
      { moreThan: 20 },
    );
  });
}

async function prepare(
  world: KithWorld,
  before: Change['before'],
): Promise<readonly [SimDevice, SimDevice]> {
  const [laptop, desk] = [world.device('laptop'), world.device('desk')];
  world.mesh();
  laptop.person.write('keep', 'keep');
  before(laptop);
  world.upAll();
  await world.run({ ms: 5000 });
  assertEqualTrees([laptop, desk]);
  world.cut(laptop, desk);
  return [laptop, desk];
}
