/** A device that took a directory away and still has what is in it may be about to say more, or not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tombstone } from '../support/builders.ts';
import { RawPeer } from './raw-peer.ts';
import { assertTrees, cast, rowOf, statusOf, told } from './scene.ts';

const MY_OWN = { id: 2n, value: 9n };

test('a directory whose taker keeps what is in it comes back, if no more is heard of that for a while', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    desk.person.write('d/in', 'written here');
    world.up(desk);
    await world.rest();
    const gone = tombstone({ path: 'd', kind: 'directory' });
    const { version } = rowOf(desk, 'd');
    const entries = [{ ...gone, version: [MY_OWN, ...version] }, rowOf(desk, 'd/in')];
    new RawPeer(phone, desk, { open: (talk) => talk.introduce(entries) }).dial();
    await world.run({ ms: 5000 });
    assert.equal(rowOf(desk, 'd').version.length, 1, 'it did not wait for more');
    assert.equal(statusOf(world, desk).need.deletes, 1);
    await world.run({ ms: 60_000 });
    assertTrees([desk], ['d/', 'd/in = written here']);
    assert.equal(statusOf(world, desk).need.deletes, 0);
    assert.equal(rowOf(desk, 'd').version.length, 2);
  }));
