/** What a device announces is taken whole: a gap in it is noticed, and an index that begins anew replaces the one before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { fileEntry } from '../support/builders.ts';
import { RawPeer, type RawTalk } from './raw-peer.ts';
import { calm, cast, statusOf, storeOf, told } from './scene.ts';

test('news after a gap is refused, and asked for again from where the gap begins', () =>
  told(cast('desk', 'phone'), async (world, desk, phone) => {
    desk.person.write('keep', 'keep');
    world.up(desk);
    await calm(world, [desk]);
    const raw = new RawPeer(phone, desk, {
      open: (talk) => {
        talk.introduce([fileEntry('a', { path: 'a' })]);
        talk.update([{ ...fileEntry('b', { path: 'b' }), sequence: 2 }], 0);
        talk.update([{ ...fileEntry('d', { path: 'd' }), sequence: 4 }], 3);
      },
    });
    raw.dial();
    await world.run({ ms: 5000 });
    assert.ok(raw.last.hasEnded, 'the connection goes on');
    const lost = desk.log.find(({ event }) => event === 'connection-lost');
    assert.equal(lost?.facts['code'], 'PEER_INDEX_GAP');
    assert.equal(storeOf(desk).peer(phone.id)?.heard, 2, 'what says nothing of a gap is taken');
    assert.deepEqual(storeOf(desk).paths(undefined, 9), ['a', 'b', 'keep']);
    raw.dial({ open: (talk) => [talk.hello(), talk.config(4)] });
    await world.run({ ms: 5000 });
    const [word] = raw.last.heard('cluster-config');
    const told = word?.config.folders[0]?.devices.find(({ id }) => id === phone.id);
    assert.equal(told?.sequence, 2);
  }));

/** Content is the name, so that what is announced can be given too. */
const named = (path: string) => fileEntry(path, { path });
const ALL = ['a', 'b', 'c'].map(named);

/** Ways in which another index takes the place of one of ALL. */
const REPLACED: Readonly<Record<string, readonly ((talk: RawTalk) => void)[]>> = {
  'on one connection': [(talk) => [talk.introduce(ALL), talk.index(['x', 'y', 'z'].map(named))]],
  'on a second connection': [
    (talk) => talk.introduce(ALL),
    (talk) => [talk.hello(), talk.config(1, 78n), talk.index([named('x')])],
  ],
  'in two parts, over two connections': [
    (talk) => talk.introduce(ALL),
    (talk) => [talk.hello(), talk.config(2, 78n), talk.index([named('x')])],
    (talk) => {
      talk.hello();
      talk.config(2, 78n);
      talk.update([{ ...named('y'), sequence: 2 }], 1);
    },
  ],
};

for (const [what, words] of Object.entries(REPLACED)) {
  test(`an index that begins anew ${what} replaces all that was announced before`, () =>
    told(cast('desk', 'phone'), async (world, desk, phone) => {
      desk.person.write('keep', 'keep');
      world.up(desk);
      await calm(world, [desk]);
      for (const open of words) {
        const answer = ({ path }: { path: string }) => new TextEncoder().encode(path);
        new RawPeer(phone, desk, { open, answer }).dial();
        await world.run({ ms: 20_000 });
        if (open !== words.at(-1)) phone.crash('kill');
      }
      const stale = ['a', 'b', 'c'].filter(
        (path) => storeOf(desk).announced(parseRelPath(path)).length > 0,
      );
      assert.deepEqual(stale, []);
      await assertCounted(world, desk);
    }));
}

/** What it says without having counted anew is what it says when it has. */
async function assertCounted(world: KithWorld, desk: SimDevice): Promise<void> {
  const before = statusOf(world, desk);
  await world.stop(desk);
  world.up(desk);
  await world.run({ ms: 20_000 });
  const { local, global, need, devices } = statusOf(world, desk);
  assert.deepEqual(
    [before.local, before.global, before.need, before.devices[0]?.need],
    [local, global, need, devices[0]?.need],
  );
}
