/** Links that a person made anew, the same as before: nobody has to know, and no crash makes a conflict of it. */

import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { assertStageEmpty, revive, sweep } from './crash-sweep.ts';
import { assertTrees, calm, loseEvents } from './scene.ts';

test('CRS-02: a link made anew, unseen, and then deleted elsewhere, is gone whenever the receiver is killed', () =>
  sweep(
    async (world, moment) => {
      const [laptop, desk] = [world.device('laptop'), world.device('desk')];
      world.mesh();
      laptop.person.write('keep', 'keep');
      laptop.person.makeLink('link', 'keep');
      world.upAll();
      await world.run({ ms: 5000 });
      world.cut(laptop, desk);
      laptop.person.delete('link');
      loseEvents(desk);
      makeAnew(desk);
      await world.run({ ms: 3000 });
      moment.at(desk, () => world.crash(desk, 'kill'));
      world.heal(laptop, desk);
      await world.run({ ms: 20_000 });
      revive(world, desk);
      await calm(world);
      assertTrees([laptop, desk], ['keep = keep']);
      assertStageEmpty(desk);
    },
    { moreThan: 5 },
  ));

function makeAnew({ person }: SimDevice): void {
  person.delete('link');
  person.makeLink('link', 'keep');
}
