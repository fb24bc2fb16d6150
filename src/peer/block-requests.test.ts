/** Blocks asked for and served, and their limits (MAL-01, MAL-10, NET-04). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeExchange } from '../../test/support/fake-exchange.ts';
import { settled } from '../../test/support/manual-clock.ts';
import { startPair } from '../../test/support/peer-device.ts';
import {
  hasCode,
  makeWorld,
  never,
  onAbort,
  sourceOf,
  withBareEnd,
} from '../../test/support/peer-scenes.ts';
import { parseRelPath } from '../model/path.ts';

const MIB = 1024 * 1024;

test('blocks are asked for and come back; what is not there is refused', async () => {
  const { world, clock, a, b, ofA, ofB } = makeWorld();
  ofA.add('x', 'content of x');
  ofA.put('large', new Uint8Array(3 * MIB).fill(7));
  await startPair(world, [a, b], [[ofA], [ofB]]);
  await clock.advance(1_000);
  const source = sourceOf(ofB, a);
  const bytes = await source.fetch(ofA.request('x'), never);
  assert.ok(ofA.isContentOf('x', bytes));
  const large = { path: parseRelPath('large'), offset: 1, size: 2 * MIB, hash: new Uint8Array(0) };
  assert.deepEqual(await source.fetch(large, never), new Uint8Array(2 * MIB).fill(7));
  const missing = { ...large, path: parseRelPath('missing') };
  await assert.rejects(source.fetch(missing, never), hasCode('REQUEST_REFUSED'));
  const reason = new Error('not wanted any more');
  await assert.rejects(source.fetch(large, AbortSignal.abort(reason)), reason);
  await a.stop();
  await b.stop();
});

test('requests that wait end with the connection, and so do those that come later', async () => {
  const { world, clock, network, a, b, ofA, ofB } = makeWorld();
  ofA.add('x', 'content of x');
  ofA.onServe = (_, signal) => new Promise((_, reject) => onAbort(signal, reject));
  await startPair(world, [a, b], [[ofA], [ofB]]);
  await clock.advance(1_000);
  const source = sourceOf(ofB, a);
  const asked = Array.from({ length: 20 }, () =>
    source.fetch({ ...ofA.request('x'), size: 4 * MIB }, never),
  );
  const given = Promise.allSettled(asked);
  await settled();
  network.links[0]?.accepted.destroy();
  for (const outcome of await given) {
    assert.equal(outcome.status, 'rejected');
    assert.ok(hasCode('CONNECTION_LOST')(outcome.reason));
  }
  await assert.rejects(source.fetch(ofA.request('x'), never), hasCode('CONNECTION_LOST'));
  await clock.until('they find each other again', () => ofB.connected.has(a.id));
  ofA.onServe = async () => undefined;
  assert.ok(ofA.isContentOf('x', await sourceOf(ofB, a).fetch(ofA.request('x'), never)));
  await a.stop();
  await b.stop();
});

test('a request given up is forgotten, and its answer harms nobody', async () => {
  const { a, b, ofA, end } = await withBareEnd();
  const source = sourceOf(ofA, b);
  const give = new AbortController();
  const request = { path: parseRelPath('x'), offset: 0, size: 3, hash: new Uint8Array(0) };
  const first = source.fetch(request, give.signal);
  const second = source.fetch(request, never);
  await settled();
  const reason = new Error('enough');
  give.abort(reason);
  await assert.rejects(first, reason);
  const [one, two] = end.heard('request');
  await end.say(end.session.response(one?.id ?? -1, Uint8Array.of(1, 2, 3)));
  await end.say(end.session.response(two?.id ?? -1, Uint8Array.of(4, 5, 6)));
  assert.deepEqual(await second, Uint8Array.of(4, 5, 6));
  await a.stop();
});

test('at most 32 MiB are asked for at once; the rest waits in order', async () => {
  const { a, b, ofA, end } = await withBareEnd();
  const source = sourceOf(ofA, b);
  const asked = Array.from({ length: 100 }, (_, i) => {
    const request = { path: parseRelPath(`${i}`), offset: 0, size: MIB, hash: new Uint8Array(0) };
    return source.fetch(request, never);
  });
  const given = Promise.all(asked);
  await settled();
  assert.equal(end.heard('request').length, 32);
  for (let i = 0; i < 100; i++) {
    const next = end.heard('request')[i];
    assert.equal(next?.request.path, `${i}`);
    await end.say(end.session.response(next?.id ?? -1, new Uint8Array(MIB)));
    await settled();
  }
  assert.equal((await given).length, 100);
  const small = Array.from({ length: 5000 }, () =>
    source.fetch({ path: parseRelPath('s'), offset: 0, size: 0, hash: new Uint8Array(0) }, never),
  );
  const lost = Promise.allSettled(small);
  await settled();
  assert.equal(end.heard('request').length, 100 + 1024);
  end.connection.destroy();
  await lost;
  await a.stop();
});

test('at most 32 MiB are served at once, and every request is answered', async () => {
  const { a, ofA, end, ask } = await withBareEnd((folder) => {
    folder.put('x', new Uint8Array(MIB));
  });
  let serving = 0;
  let most = 0;
  const going: (() => void)[] = [];
  ofA.onServe = async () => {
    most = Math.max(most, ++serving);
    await new Promise<void>((resolve) => going.push(resolve));
    serving--;
  };
  for (let i = 0; i < 200; i++) await ask({ size: MIB });
  await settled();
  assert.equal(most, 32);
  for (let i = 0; i < 200; i++) {
    going.shift()?.();
    await settled();
  }
  assert.equal(end.heard('response').length, 200);
  assert.equal(most, 32);
  await a.stop();
});

test('a device that does not take its answers makes us read no more than 32 MiB for it', async () => {
  const { a, ofA, end, ask, network, clock } = await withBareEnd((folder) => {
    folder.put('x', new Uint8Array(MIB));
  });
  let served = 0;
  ofA.onServe = async () => {
    served++;
  };
  network.links[0]?.hold('dialler', 'hold');
  for (let i = 0; i < 100; i++) await ask({ size: MIB });
  await clock.advance(10_000);
  assert.ok(served <= 33, `${served} MiB were read`);
  network.links[0]?.hold('dialler', 'go');
  await clock.advance(10_000);
  assert.equal(end.heard('response').length, 100);
  await a.stop();
});

test('every refusal looks alike, and none names a reason (MAL-10)', async () => {
  const { a, b, ofA, end, ask, world } = await withBareEnd((folder) => {
    folder.put('x', new Uint8Array(10));
  });
  const other = new FakeExchange('not shared');
  other.put('x', new Uint8Array(10));
  a.peers.update(
    a.settings({
      listen: ['tcp://a:1'],
      devices: [{ id: b.id, name: '', addresses: [] }],
      exchanges: [ofA, other],
    }),
  );
  await ask({ path: parseRelPath('missing') });
  await ask({ offset: 9, size: 2 });
  await ask({ size: 17 * MIB });
  for (const folder of [other.id, new FakeExchange('unknown').id]) {
    const request = { path: parseRelPath('x'), offset: 0, size: 1, hash: new Uint8Array(0) };
    await end.say(end.session.request(folder, request).out);
  }
  await settled();
  assert.deepEqual(
    end.heard('refused').map((event) => event.reason),
    Array(5).fill('generic'),
  );
  assert.deepEqual(end.heard('response'), []);
  await world.clock.advance(1_000);
  assert.equal(a.isConnected(b.id), true);
  await a.stop();
});

test('control goes before everything else, and an index before blocks (NET-04)', async () => {
  const { a, ofA, end, ask, clock, network } = await withBareEnd((folder) => {
    folder.put('x', new Uint8Array(4 * MIB));
  });
  network.links[0]?.hold('dialler', 'hold');
  for (let i = 0; i < 8; i++) await ask({ size: 4 * MIB });
  await settled();
  ofA.add('y', 'y');
  await clock.advance(1_000);
  ofA.indexId = 12n;
  ofA.setRunning('runs');
  await clock.advance(1_000);
  const before = end.events.length;
  network.links[0]?.hold('dialler', 'go');
  await clock.advance(1_000);
  const order = end.events.slice(before).map((event) => event.kind);
  assert.equal(order.length, 10);
  // One answer was being written already.
  assert.deepEqual(order.slice(0, 3), ['response', 'cluster-config', 'index']);
  await a.stop();
});

test('a device that sends wrong bytes again and again is cut off (MAL-01)', async () => {
  const { a, b, ofA, clock } = await withBareEnd();
  const source = sourceOf(ofA, b);
  for (let i = 0; i < 64; i++) source.blame();
  await clock.advance(120_000);
  assert.equal(a.isConnected(b.id), true);
  for (let i = 0; i < 65; i++) source.blame();
  await clock.advance(1_000);
  assert.equal(a.isConnected(b.id), false);
  assert.equal(a.events('connection-lost')[0]?.facts['code'], 'PEER_SENDS_WRONG_BYTES');
  await a.stop();
});

test('a device that asks without end is cut off before memory is', async () => {
  const { a, b, ofA, end, ask, clock } = await withBareEnd((folder) => {
    folder.put('x', new Uint8Array(1));
  });
  ofA.onServe = (_, signal) => new Promise((_, reject) => onAbort(signal, reject));
  const request = { path: parseRelPath('x'), offset: 0, size: 1, hash: new Uint8Array(0) };
  const { out } = end.session.request(ofA.id, request);
  await ask();
  for (let i = 0; i < 40_000 && a.events('connection-lost').length === 0; i++) await end.say(out);
  await clock.advance(1_000);
  await assert.rejects(end.say(out));
  assert.equal(a.isConnected(b.id), false);
  assert.equal(a.events('connection-lost')[0]?.facts['code'], 'PEER_ASKS_TOO_MUCH');
  await a.stop();
});
