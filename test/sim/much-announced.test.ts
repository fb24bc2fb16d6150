/** Who announces without end is cut off at a bound: what was taken before stays, nothing is deleted, and the others go on. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { KithWorld } from '../../lab/sim/kith-world.ts';
import { ERRORS } from '../../src/base/error.ts';
import type { SequencedEntry } from '../../src/model/entry.ts';
import { fileEntry } from '../support/builders.ts';
import { RawPeer, type RawTalk } from './raw-peer.ts';
import { assertTrees, calm, cast, rowOf, statusOf, storeOf, told } from './scene.ts';

/** Some sixty entries. */
const MOST = 40_000;
const { text } = ERRORS.PEER_ANNOUNCES_TOO_MUCH;
const encoder = new TextEncoder();

function invented(from: number, to: number): readonly SequencedEntry[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return numbers.map((sequence) => ({
    ...fileEntry('x', { path: `f${sequence}` }),
    sequence,
  }));
}

/** Ten entries every tenth of a second, for as long as somebody listens; how many there were. */
async function announceOn(world: KithWorld, talk: RawTalk): Promise<number> {
  let last = 10;
  for (; !talk.hasEnded && last < 1000; last += 10) {
    talk.update(invented(last + 1, last + 10), last);
    await world.run({ ms: 100 });
  }
  return last;
}

function announced(desk: SimDevice, mallory: SimDevice): number {
  const { entries, bytes } = storeOf(desk).announcedBy(mallory.id);
  return 256 * entries + bytes;
}

test('MAL-06: an index without end is cut off at a bound, nothing is lost by it, and other devices go on', () =>
  told(cast('laptop', 'desk', 'mallory'), async (world, laptop, desk, mallory) => {
    world.link([
      ['laptop', 'desk'],
      ['desk', 'mallory'],
    ]);
    world.mostAnnounced = MOST;
    laptop.person.write('kept', 'kept');
    world.up(laptop);
    world.up(desk);
    await calm(world, [laptop]);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => talk.introduce([rowOf(laptop, 'kept'), ...invented(2, 10)]),
      answer: () => encoder.encode('x'),
    });
    raw.dial();
    await world.runUntil(() => statusOf(world, desk).global.files === 10, { ms: 10_000 });
    const last = await announceOn(world, raw.last);
    assert.ok(raw.last.hasEnded, `${last} entries were taken`);
    const [status] = world
      .kith(desk)
      .devices()
      .filter(({ id }) => id === mallory.id);
    assert.equal(status?.trouble, text);
    assert.ok(announced(desk, mallory) < MOST && announced(desk, mallory) > MOST / 2);
    assert.ok(raw.last.heard('close').some(({ reason }) => reason.startsWith(text)));
    const codes = desk.log.filter(({ event }) => event === 'connection-lost');
    assert.deepEqual(
      codes.map(({ facts }) => facts['code']),
      ['PEER_ANNOUNCES_TOO_MUCH'],
    );
    laptop.person.write('later', 'later');
    await world.run({ ms: 30_000 });
    const { state, stateReason } = statusOf(world, desk);
    assert.deepEqual({ state, stateReason }, { state: 'held', stateReason: text });
    const contents = desk.person.contents();
    assert.deepEqual([contents.get('kept'), contents.get('later')], ['kept', 'later']);
    assert.deepEqual(
      [...laptop.person.contents().keys()].filter((path) => !path.startsWith('f')),
      ['kept', 'later'],
    );
  }));

test('MAL-06: a whole index that is too long replaces nothing of the one before, and a shorter one ends the trouble', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    world.mostAnnounced = MOST;
    world.up(desk);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => talk.introduce(invented(1, 10)),
      answer: () => encoder.encode('x'),
    });
    raw.dial();
    await world.run({ ms: 10_000 });
    const before = [...desk.person.contents().keys()];
    assert.equal(before.length, 10);
    raw.dial({ open: (talk) => talk.introduce(invented(11, 500)) });
    await world.run({ ms: 10_000 });
    assert.ok(raw.last.hasEnded);
    assert.equal(statusOf(world, desk).stateReason, text);
    assert.deepEqual([...desk.person.contents().keys()], before);
    assert.equal(storeOf(desk).announcedBy(mallory.id).entries, 10);
    raw.dial({ open: (talk) => talk.introduce(invented(1, 10)) });
    await world.run({ ms: 10_000 });
    assert.equal(raw.last.hasEnded, false);
    assert.notEqual(statusOf(world, desk).stateReason, text);
    assertTrees(
      [desk],
      before.map((path) => `${path} = x`),
    );
  }));

test('MAL-06: a device that is no longer to share the folder, and then again, begins with all the room', () =>
  told(cast('desk', 'mallory'), async (world, desk, mallory) => {
    world.mostAnnounced = MOST;
    world.up(desk);
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => talk.introduce(invented(1, 50)),
      answer: () => encoder.encode('x'),
    });
    raw.dial();
    await world.run({ ms: 10_000 });
    assert.equal(desk.person.contents().size, 50);
    raw.dial({ open: (talk) => talk.introduce(invented(51, 100)) });
    await world.run({ ms: 10_000 });
    assert.equal(statusOf(world, desk).state, 'held');
    world.link([]);
    world.retell(desk);
    await world.run({ ms: 10_000 });
    assert.equal(statusOf(world, desk).state, 'idle');
    world.mesh();
    world.retell(desk);
    raw.dial({
      open: (talk) => talk.introduce(invented(51, 100)),
      answer: () => encoder.encode('x'),
    });
    await world.run({ ms: 10_000 });
    assert.equal(raw.last.hasEnded, false);
    assert.equal(desk.person.contents().size, 100);
  }));
