/** A disk of the database that fills at any commit: nothing is half recorded, the folder says so, and goes on when there is room. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { KithWorld } from '../../lab/sim/kith-world.ts';
import { ERRORS } from '../../src/base/error.ts';
import { assertEqualTrees, bulk, calm, statusOf, storeOf } from './scene.ts';

const MOST = 300;

/** What is durable of a device, to be compared. */
function rowsOf(device: SimDevice): string {
  const store = storeOf(device);
  const all = store.paths(undefined, 1000).map((path) => [store.ours(path), store.announced(path)]);
  const rest = [store.identity(), store.lastSequence(), store.peers(), store.intents()];
  return JSON.stringify([all, rest], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

/** The n-th commit of the device from now on finds no room; whether it has come, and what was durable then. */
function fillAt(device: SimDevice, n: number): { readonly durable: () => string | undefined } {
  let durable: string | undefined;
  let count = 0;
  const onCommit = (): void => {
    count += 1;
    if (count !== n) return;
    device.commits.delete(onCommit);
    device.isDatabaseFull = true;
    durable = rowsOf(device);
  };
  device.commits.add(onCommit);
  return { durable: () => durable };
}

interface Pair {
  readonly world: KithWorld;
  readonly laptop: SimDevice;
  readonly desk: SimDevice;
}

function pair(): Pair {
  const world = new KithWorld(1);
  const [laptop, desk] = [world.device('laptop'), world.device('desk')];
  world.mesh();
  for (const path of ['a', 'b', 'dir/c', 'dir/d']) laptop.person.write(path, bulk(path, 3000));
  desk.person.write('a', 'of the desk');
  desk.person.write('own', 'own');
  return { world, laptop, desk };
}

/** From the first start on, with content on both sides. */
async function first(n: number): Promise<boolean> {
  const { world, laptop, desk } = pair();
  const { durable } = fillAt(desk, n);
  world.upAll();
  return await endsWell({ world, laptop, desk }, durable, ['of the desk', 'a 0', 'dir/c 0', 'own']);
}

/** Edits, a conflict, a move and deletes on two devices that were equal before. */
async function changes(n: number): Promise<boolean> {
  const { world, laptop, desk } = pair();
  world.upAll();
  await calm(world);
  world.network.cut('laptop', 'desk');
  laptop.person.write('own', 'by the laptop');
  laptop.person.rename('dir/c', 'moved');
  laptop.person.delete('b');
  laptop.person.write('new', bulk('new', 3000));
  const { durable } = fillAt(desk, n);
  desk.person.write('own', 'by the desk');
  desk.person.delete('dir/d');
  await world.run({ ms: 1000 });
  world.network.heal('laptop', 'desk');
  const hasCome = await endsWell({ world, laptop, desk }, durable, [
    'by the laptop',
    'by the desk',
    'moved = dir/c 0',
    'new 0',
  ]);
  assert.deepEqual(
    ['b', 'dir/c', 'dir/d'].map((path) => desk.person.read(path)),
    [undefined, undefined, undefined],
  );
  return hasCome;
}

/** False if the commit has not come. Looks at what a disk that is full for a while leaves, then and in the end. */
async function endsWell(
  { world, laptop, desk }: Pair,
  durable: () => string | undefined,
  texts: readonly string[],
): Promise<boolean> {
  await world.run({ ms: 40_000 });
  const before = durable();
  if (before !== undefined) {
    assert.equal(rowsOf(desk), before, 'nothing of it is kept, nor of anything since');
    const { state, stateReason } = statusOf(world, desk);
    assert.deepEqual([state, stateReason], ['stopped', ERRORS.STORE_FULL.text]);
    desk.person.write('meanwhile', 'meanwhile');
    desk.isDatabaseFull = false;
  }
  await calm(world);
  const all = assertEqualTrees([laptop, desk]).join('\n');
  const wanted = before === undefined ? texts : [...texts, 'meanwhile = meanwhile'];
  for (const text of wanted) assert.ok(all.includes(text), `${text} in ${all}`);
  return before !== undefined;
}

for (const [what, tell] of Object.entries({
  'a first exchange': first,
  'changes on both sides': changes,
})) {
  test(`DSK-02: whichever commit of ${what} finds no room is undone, the folder says so, and goes on once there is some`, async () => {
    let n = 1;
    while (n < MOST && (await atCommit(n, tell))) n += 1;
    assert.ok(n > 10 && n < MOST, `${n - 1} commits`);
  });
}

async function atCommit(n: number, tell: (n: number) => Promise<boolean>): Promise<boolean> {
  try {
    return await tell(n);
  } catch (error) {
    throw new Error(`at commit ${n}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
