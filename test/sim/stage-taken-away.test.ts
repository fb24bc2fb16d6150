/** Somebody clears the staging area while content arrives in it: what comes to its name is whole nevertheless, and no hole. */

import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { assertStageEmpty, sweep } from './crash-sweep.ts';
import { assertTrees, bulk, calm, line } from './scene.ts';

const BLOCK = 131_072;

function clearStage({ tree, root, person }: SimDevice): void {
  const stage = resolvePath(tree, `${root}/.kith/stage`);
  for (const name of stage?.entries.keys() ?? []) person.delete(`.kith/stage/${name}`);
}

test('a file whose stage file is taken away between its pieces arrives whole', () =>
  sweep(
    async (world, moment) => {
      const [laptop, desk] = [world.device('laptop'), world.device('desk')];
      world.mesh();
      world.network.shape('laptop', 'desk', { bytesPerMs: 500 });
      const content = bulk('f', 6 * BLOCK);
      laptop.person.write('f', content);
      moment.at(desk, () => clearStage(desk), 'writePieces');
      world.upAll();
      await calm(world);
      assertTrees([laptop, desk], [line('f', 'file', content)]);
      assertStageEmpty(desk);
    },
    { moreThan: 12 },
  ));

test('a file whose stage file is taken away while what is here already is copied into it arrives whole', () =>
  sweep(
    async (world, moment) => {
      const [laptop, desk] = [world.device('laptop'), world.device('desk')];
      world.mesh();
      const old = bulk('f', 72 * BLOCK);
      laptop.person.write('f', old);
      world.upAll();
      await calm(world);
      moment.at(desk, () => clearStage(desk), 'reuse');
      const content = `${old.slice(0, 70 * BLOCK)}${bulk('g', 2 * BLOCK)}`;
      laptop.person.write('f', content);
      await calm(world);
      assertTrees([laptop, desk], [line('f', 'file', content)]);
      assertStageEmpty(desk);
    },
    { moreThan: 50, step: 53 },
  ));
