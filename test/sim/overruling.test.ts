/** A folder that only sends makes what stands in it right for all: no error, and nothing that is hidden, passes for absence. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { FaultOrder } from '../../lab/sim/file-faults.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type { Decided } from '../../src/engine/kind-change.ts';
import { assertTrees, calm, cast, statusOf, told, treeOf } from './scene.ts';

/** A person says it; what comes of it is known once the world has gone on. */
function override(world: KithWorld, device: SimDevice): { said?: Decided | ErrorCode } {
  const [folder] = world.kith(device).folders();
  const { life } = device;
  assert.ok(folder !== undefined && life !== undefined);
  const answer: { said?: Decided | ErrorCode } = {};
  const act = async (): Promise<void> => {
    try {
      answer.said = await world.kith(device).settle(folder.id, 'override');
    } catch (error) {
      if (!(error instanceof KithError)) throw error;
      answer.said = error.code;
    }
  };
  const label = `${device.name} override`;
  world.scheduler.after(0, () => void act(), { label, owner: life });
  return answer;
}

/** A folder that only sends; its database is lost while it is off. */
async function anew(world: KithWorld, camera: SimDevice): Promise<void> {
  camera.person.write('keep', 'keep');
  camera.person.write('d/e/x', 'precious');
  world.setKind(camera, 'send-only');
  world.upAll();
  await calm(world);
  await world.stop(camera);
  camera.replaceDatabase(undefined);
}

const UNREAD: readonly (readonly [string, FaultOrder])[] = [
  ['a directory that may not be opened', { call: 'openDir', name: 'd', errno: 'EACCES' }],
  ['a directory that cannot be listed', { call: 'openDir', name: 'e', errno: 'EIO' }],
  ['a file that cannot be read', { call: 'openFile', name: 'x', errno: 'EIO' }],
  ['a name that cannot be looked at', { call: 'status', name: 'x', errno: 'EIO' }],
];

for (const [what, fault] of UNREAD) {
  test(`what stands behind ${what} is not overruled as absent, and it is said how much that is`, () =>
    told(cast('camera', 'desk'), async (world, camera, desk) => {
      await anew(world, camera);
      camera.faults.fail({ ...fault, times: Number.POSITIVE_INFINITY });
      desk.person.write('made there', 'of desk');
      world.up(camera);
      await world.run({ ms: 60_000 });
      assert.equal(statusOf(world, camera).state, 'held');
      const answer = override(world, camera);
      await world.run({ ms: 60_000 });
      assert.equal(desk.person.read('d/e/x'), 'precious');
      assert.equal(desk.person.read('made there'), undefined, 'what is proved absent goes');
      const said = answer.said as Decided;
      assert.deepEqual([said.changes, said.left > 0], [1, true]);
    }));
}

test('what a fifo has the name of here is not overruled as absent', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    world.setKind(camera, 'send-only');
    camera.person.makeFifo('d');
    desk.person.write('d/x', 'precious');
    world.upAll();
    await world.run({ ms: 60_000 });
    const answer = override(world, camera);
    await world.run({ ms: 60_000 });
    assert.deepEqual(answer.said, { changes: 0, left: 2 });
    assert.equal(desk.person.read('d/x'), 'precious');
  }));

test('what an excluded name holds here is not overruled as absent', () =>
  told(cast('camera', 'desk'), async (world, camera, desk) => {
    world.setKind(camera, 'send-only');
    camera.person.write('.#x', 'of camera');
    desk.person.write('x', 'of desk');
    world.upAll();
    await world.run({ ms: 60_000 });
    override(world, camera);
    await world.run({ ms: 60_000 });
    assertTrees([camera], ['.#x = of camera']);
    assertTrees([desk], []);
  }));

test('a folder that has to begin anew in the midst of being overruled deletes nothing with the rows that it loses', () =>
  told(cast('camera', 'desk', 'nas'), async (world, camera, desk, nas) => {
    world.setKind(camera, 'send-only');
    for (let each = 0; each < 30; each++) camera.person.write(`z${each}`, 'precious');
    for (let each = 0; each < 600; each++) nas.person.write(`a${each}`, '');
    world.upAll();
    await world.rest();
    const [old, marker] = [camera.database(), camera.person.read('.kith/marker')];
    for (const text of ['newer', 'newest']) {
      camera.person.write('z0', text);
      await world.rest();
    }
    await world.stop(camera);
    camera.replaceDatabase(old);
    camera.person.write('.kith/marker', marker ?? '');
    world.cut(camera, desk);
    world.cut(camera, nas);
    world.up(camera);
    await world.run({ ms: 60_000 });
    camera.faults.slow({ call: 'list', ms: 50, times: 600 });
    const answer = override(world, camera);
    world.heal(camera, desk);
    world.heal(camera, nas);
    await world.run({ ms: 100_000 });
    const kept = treeOf(desk).filter((line) => line.startsWith('z'));
    assert.deepEqual([kept.length, answer.said], [30, 'FOLDER_NOT_OPEN']);
  }));
