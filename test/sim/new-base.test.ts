/** A folder whose marker tells of another start than its database begins anew: nothing is lost, and all is counted once. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTrees, calm, cast, statusOf, told } from './scene.ts';

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
