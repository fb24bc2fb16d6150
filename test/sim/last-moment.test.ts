/** A person saves between any two primitive calls of Kith's own change: what they saved survives. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { assertStageEmpty, sweep } from './crash-sweep.ts';
import { assertEqualTrees, calm } from './scene.ts';

/** How a person saves, by turns: in place, or by a new file. Where no file stands there is but one way. */
const SAVES: readonly ((desk: SimDevice) => void)[] = [
  ({ person }) => {
    if (person.tree().get('d/f')?.kind === 'symlink') person.save('d/f', 'by hand');
    else person.write('d/f', 'by hand');
  },
  ({ person }) => person.save('d/f', 'by hand'),
];

/** What Kith is about to do on the desk. */
const CHANGES: Readonly<Record<string, (laptop: SimDevice) => void>> = {
  'a new file': ({ person }) => person.write('d/f', 'from laptop'),
  'a replacement': ({ person }) => person.write('d/f', 'from laptop'),
  'a delete': ({ person }) => person.delete('d/f'),
  'a delete of the directory': ({ person }) => person.delete('d'),
  'a change of kind': ({ person }) => {
    person.delete('d/f');
    person.makeLink('d/f', 'keep');
  },
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`PAR-06: a save at any call of ${what} survives, whichever way`, async () => {
    await sweep(
      async (world, moment) => {
        const [laptop, desk] = [world.device('laptop'), world.device('desk')];
        world.mesh();
        laptop.person.write('keep', 'keep');
        laptop.person.makeDir('d');
        if (what !== 'a new file') laptop.person.write('d/f', 'old');
        world.upAll();
        await world.run({ ms: 5000 });
        change(laptop);
        moment.at(desk, () => SAVES[moment.n % SAVES.length]?.(desk));
        await calm(world);
        const tree = assertEqualTrees([laptop, desk]).join('\n');
        if (moment.hasCome()) assert.match(tree, /= by hand$/m);
        if (what.startsWith('a new') || what.startsWith('a repl'))
          assertSeen(tree, moment.hasCome());
        assertStageEmpty(desk);
      },
      { moreThan: 10 },
    );
  });
}

/** What the laptop wrote is there too, unless the person wrote after they had seen it. */
function assertSeen(tree: string, hasCome: boolean): void {
  const isThere = /= from laptop$/m.test(tree);
  assert.ok(isThere || (hasCome && !tree.includes('.sync-conflict-')), tree);
}

for (const [what, change] of Object.entries(CHANGES)) {
  if (what === 'a new file') continue;
  test(`PAR-06: what is written at any call of ${what} through a handle held open survives`, async () => {
    await sweep(
      async (world, moment) => {
        const [laptop, desk] = [world.device('laptop'), world.device('desk')];
        world.mesh();
        laptop.person.write('keep', 'keep');
        laptop.person.write('d/f', 'old');
        world.upAll();
        await world.run({ ms: 5000 });
        const held = desk.person.hold('d/f');
        change(laptop);
        const write = (): void => {
          held.overwrite('by hand', 0);
          held.close();
        };
        // Until the group is made; from the commit on the old content is gone for good.
        moment.at(desk, write, 'apply');
        await calm(world);
        const tree = assertEqualTrees([laptop, desk]).join('\n');
        if (moment.hasCome()) assert.match(tree, /= by hand$/m);
        assertStageEmpty(desk);
      },
      { moreThan: 10 },
    );
  });
}

test('PAR-06: a delete at any call of a replacement makes no copy, and all agree on what became of it', async () => {
  await sweep(
    async (world, moment) => {
      const [laptop, desk] = [world.device('laptop'), world.device('desk')];
      world.mesh();
      laptop.person.write('keep', 'keep');
      laptop.person.write('d/f', 'old');
      world.upAll();
      await world.run({ ms: 5000 });
      laptop.person.write('d/f', 'from laptop');
      // The number of the deleted file is given to the next one that is made: to Kith's own, if the moment is early.
      moment.at(desk, () => desk.person.delete('d/f'));
      await calm(world);
      const tree = assertEqualTrees([laptop, desk]);
      const kept = tree.filter((text) => text !== 'd/f = from laptop');
      assert.deepEqual(kept, ['d/', 'keep = keep']);
      assertStageEmpty(desk);
    },
    { moreThan: 20 },
  );
});
