/** A folder whose marker tells of another start than its database begins anew: nothing is lost, and all is counted once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertEqualTrees,
  assertTrees,
  bulk,
  bytesOf,
  calm,
  cast,
  copiesOn,
  statusOf,
  told,
} from './scene.ts';

test('a folder that begins anew at a start counts what is there once', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    desk.person.write('d/file', 'written here');
    world.up(desk);
    world.up(phone);
    await calm(world);
    desk.crash('kill');
    const marker = desk.person.read('.kith/marker') ?? '';
    desk.person.write('.kith/marker', marker.replace(/[0-9a-f]{32}/, '0'.repeat(32)));
    world.up(desk);
    await calm(world);
    assertTrees([desk, phone], ['d/', 'd/file = written here']);
    const { local, need } = statusOf(world, desk);
    assert.deepEqual(local, { files: 1, directories: 1, bytes: 12 });
    assert.deepEqual(need, { files: 0, bytes: 0, deletes: 0 });
  }));

test('a base that was lost costs no transfer of what stands here, and loses no edit', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    world.upAll();
    desk.person.write('g', bulk('g', 300_000));
    for (let i = 0; i < 600; i++) desk.person.write(`${i % 40}/${i}`, bulk(`${i}`, 4000));
    await calm(world);
    await world.stop(desk);
    desk.replaceDatabase(undefined);
    desk.person.write('g', 'edited meanwhile');
    phone.person.write('new', bulk('new', 100_000));
    const before = bytesOf(world);
    world.up(desk);
    await calm(world);
    const travelled = bytesOf(world) - before;
    // The new file, and the old content of the edited one.
    assert.ok(travelled < 600_000, `${travelled} bytes`);
    const [copy] = copiesOn(desk);
    assert.ok(copy !== undefined);
    const tree = assertEqualTrees([desk, phone]);
    assert.equal(tree.length, 40 + 600 + 3);
    const contents = desk.person.contents();
    assert.deepEqual(
      new Set(['g', copy].map((path) => contents.get(path))),
      new Set(['edited meanwhile', bulk('g', 300_000)]),
    );
  }));
