/** Folders on a connection: indexes, requests, sharing, and what happens when they change (MAL-10, MAL-11, NET-04). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileEntry } from '../../test/support/builders.ts';
import { FakeExchange } from '../../test/support/fake-exchange.ts';
import { LoopbackNetwork } from '../../test/support/loopback-network.ts';
import { ManualClock, settled } from '../../test/support/manual-clock.ts';
import { BareEnd, PeerDevice, startPair } from '../../test/support/peer-device.ts';
import { asKithError, KithError } from '../base/error.ts';
import { parseRelPath } from '../model/path.ts';
import type { BlockRequest, BlockSource } from '../ports/exchange.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;

function makeWorld() {
  const world = { clock: new ManualClock(), network: new LoopbackNetwork() };
  const [a, b] = [new PeerDevice('a', world), new PeerDevice('b', world)];
  const [ofA, ofB] = [new FakeExchange('f', 11n), new FakeExchange('f', 22n)];
  ofA.share(b.id);
  ofB.share(a.id);
  return { ...world, world, a, b, ofA, ofB };
}

/** Device `a` under test with its folder, and the other end in the test's hands, past Hello and cluster config. */
async function withBareEnd(
  prepare: (folder: FakeExchange) => void = () => undefined,
  heard = { indexId: 0n, sequence: 0 },
) {
  const made = makeWorld();
  const { a, b, ofA, network, clock } = made;
  prepare(ofA);
  a.start({
    listen: ['tcp://a:1'],
    devices: [{ id: b.id, name: '', addresses: [] }],
    exchanges: [ofA],
  });
  await settled();
  const end = await BareEnd.dial(network, b, { address: 'tcp://a:1', id: a.id });
  const ends = { self: b.id, peer: a.id };
  await end.hello();
  await end.config([{ id: ofA.id, index: { indexId: 22n, sequence: 1 }, heard }], ends);
  const ask = async (request: Partial<BlockRequest> = {}) => {
    const plain = { path: parseRelPath('x'), offset: 0, size: 1, hash: new Uint8Array(0) };
    const { id, out } = end.session.request(ofA.id, { ...plain, ...request });
    await end.say(out);
    return id;
  };
  return { ...made, end, ends, ask, clock };
}

test('indexes go both ways, and news follows', async () => {
  const { world, clock, a, b, ofA, ofB } = makeWorld();
  ofA.add('one', '1');
  ofA.add('two', '2');
  await startPair(world, [a, b], [[ofA], [ofB]]);
  await clock.advance(1_000);
  assert.deepEqual([...(ofB.heard.get(a.id)?.paths.keys() ?? [])], ['one', 'two']);
  assert.deepEqual(
    ofB.news.map(({ news }) => news.kind),
    ['full'],
  );
  ofB.add('three', '3');
  await clock.advance(1_000);
  assert.deepEqual([...(ofA.heard.get(b.id)?.paths.keys() ?? [])], ['three']);
  assert.deepEqual(ofA.heardOf(b.id), { indexId: 22n, sequence: 1 });
  assert.equal(ofA.connected.get(b.id)?.address, 'tcp://b:1');
  await a.stop();
  await b.stop();
  assert.deepEqual([ofA.connected.size, ofB.connected.size], [0, 0]);
});

test('what is sent of an index depends on what the device has of it', async () => {
  const table: readonly [bigint, number, string, readonly number[]][] = [
    [11n, 3, 'nothing', []],
    [11n, 1, 'update', [2, 3]],
    [11n, 0, 'full', [1, 2, 3]],
    [11n, 9, 'full', [1, 2, 3]],
    [0n, 0, 'full', [1, 2, 3]],
    [99n, 2, 'full', [1, 2, 3]],
  ];
  for (const [indexId, sequence, kind, sequences] of table) {
    const { a, ofA, end, clock } = await withBareEnd(
      (folder) => {
        for (const path of ['x', 'y', 'z']) folder.add(path, path);
      },
      { indexId, sequence },
    );
    await clock.advance(1_000);
    const what = `${indexId} ${sequence}`;
    const indexes = end.heard('index');
    assert.deepEqual(
      indexes.map((index) => index.news),
      kind === 'nothing' ? [] : [kind],
      what,
    );
    const sent = indexes.flatMap((index) => index.entries.map((entry) => entry.sequence));
    assert.deepEqual(sent, sequences, what);
    ofA.add('w', 'w');
    await clock.advance(1_000);
    assert.equal(end.heard('index').at(-1)?.news, 'update');
    assert.deepEqual(
      end
        .heard('index')
        .at(-1)
        ?.entries.map((entry) => entry.sequence),
      [4],
    );
    await a.stop();
  }
});

test('an empty index is not sent; its first entries come as a full one', async () => {
  const { a, ofA, end, clock } = await withBareEnd();
  await clock.advance(120_000);
  assert.deepEqual(end.heard('index'), []);
  ofA.add('x', 'x');
  await clock.advance(1_000);
  assert.deepEqual(
    end.heard('index').map((index) => index.news),
    ['full'],
  );
  await a.stop();
});

test('a large index goes out in batches, the first one full, all in order', async () => {
  const { a, end, clock } = await withBareEnd((folder) => {
    for (let i = 0; i < 2500; i++) folder.add(`file ${i}`, `${i}`);
  });
  await clock.advance(1_000);
  const indexes = end.heard('index');
  assert.equal(indexes[0]?.news, 'full');
  assert.ok(indexes.length >= 3 && indexes.slice(1).every((index) => index.news === 'update'));
  const sequences = indexes.flatMap((index) => index.entries.map((entry) => entry.sequence));
  assert.deepEqual(
    sequences,
    Array.from({ length: 2500 }, (_, i) => i + 1),
  );
  await a.stop();
});

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

test('unsharing takes effect at once, for requests under way too (MAL-11)', async () => {
  const { a, b, ofA, end, ask, clock } = await withBareEnd((folder) => {
    folder.put('x', new Uint8Array(10));
    folder.add('y', 'y');
  });
  let go: () => void = () => undefined;
  ofA.onServe = () =>
    new Promise((resolve) => {
      go = resolve;
    });
  await ask();
  await settled();
  ofA.shared.delete(b.id);
  go();
  await settled();
  await ask();
  await settled();
  assert.equal(end.heard('response').length, 0);
  assert.equal(end.heard('refused').length, 2);
  ofA.add('z', 'z');
  await clock.advance(1_000);
  const told = end.heard('cluster-config');
  assert.deepEqual(
    told.map((event) => event.config.folders.length),
    [1, 0],
  );
  const paths = end.heard('index').flatMap((index) => index.entries.map((entry) => entry.path));
  assert.deepEqual(paths, ['y']);
  assert.equal(ofA.connected.size, 0);
  assert.equal(a.isConnected(b.id), true);
  await a.stop();
});

test('news of a folder that is not exchanged ends the connection, unless it crossed our word', async () => {
  const news = { folder: new FakeExchange('f').id, entries: [] };
  for (const waitMs of [1_000, 40_000]) {
    const { a, b, ofA, end, clock } = await withBareEnd();
    ofA.setRunning('stopped');
    await clock.advance(waitMs);
    assert.equal(end.heard('cluster-config').at(-1)?.config.folders[0]?.isPaused, true);
    await end.say(end.session.index(news, { kind: 'update', prevSequence: 1 }));
    await clock.advance(1_000);
    assert.equal(a.isConnected(b.id), waitMs === 1_000);
    assert.deepEqual(ofA.news, []);
    await a.stop();
  }
  const { a, end, clock, ends, ofA } = await withBareEnd();
  await end.config([{ id: ofA.id, isPaused: true }], ends);
  await end.say(end.session.index(news, { kind: 'full' }));
  await clock.advance(1_000);
  assert.match(end.heard('close')[0]?.reason ?? '', /not exchanged/);
  await a.stop();
});

test('a folder that stops and runs again begins anew from what it has', async () => {
  const { world, clock, a, b, ofA, ofB } = makeWorld();
  ofA.add('one', '1');
  await startPair(world, [a, b], [[ofA], [ofB]]);
  await clock.advance(1_000);
  ofB.setRunning('stopped');
  await clock.advance(1_000);
  assert.deepEqual([ofA.connected.size, ofB.connected.size], [0, 0]);
  await assert.rejects(async () => sourceOf(ofA, b));
  ofA.add('two', '2');
  await clock.advance(1_000);
  ofB.setRunning('runs');
  await clock.advance(1_000);
  assert.deepEqual([...(ofB.heard.get(a.id)?.paths.keys() ?? [])], ['one', 'two']);
  assert.deepEqual(
    ofB.news.map(({ news }) => news.kind),
    ['full', 'update'],
  );
  // Stopped and started between two looks: nothing that was missed in between stays missed.
  ofB.onReceive = async () => {
    ofB.onReceive = async () => undefined;
    ofB.setRunning('stopped');
    await settled();
    ofB.setRunning('runs');
    ofB.heard.get(a.id)?.paths.delete('three');
    throw new KithError('FOLDER_NOT_SHARED');
  };
  ofA.add('three', '3');
  await clock.until('it is heard', () => ofB.heard.get(a.id)?.paths.has('three') === true);
  assert.equal(world.network.links.length, 1);
  await a.stop();
  await b.stop();
});

test('a folder that is shared later is exchanged on the connection there is', async () => {
  const { world, clock, a, b, ofA, ofB } = makeWorld();
  ofA.add('one', '1');
  ofA.shared.clear();
  await startPair(world, [a, b], [[ofA], []]);
  await clock.advance(1_000);
  ofA.share(b.id);
  await clock.advance(1_000);
  assert.equal(ofA.connected.size, 0);
  b.peers.update(
    b.settings({
      listen: ['tcp://b:1'],
      devices: [{ id: a.id, name: 'a', addresses: ['dynamic'] }],
      exchanges: [ofB],
    }),
  );
  await clock.advance(1_000);
  assert.deepEqual([...(ofB.heard.get(a.id)?.paths.keys() ?? [])], ['one']);
  assert.equal(world.network.links.length, 1);
  await a.stop();
  await b.stop();
});

test('a device whose index began anew is connected anew', async () => {
  const { a, b, ofA, end, ends, clock } = await withBareEnd();
  const config = (indexId: bigint) =>
    end.config([{ id: ofA.id, index: { indexId, sequence: 1 } }], ends);
  await config(22n);
  await clock.advance(1_000);
  assert.equal(ofA.connects, 1, 'the same index is the same story');
  await config(23n);
  await clock.advance(1_000);
  assert.equal(ofA.connects, 2);
  assert.equal(ofA.connected.get(b.id)?.index.indexId, 23n);
  await config(0n);
  await end.config([], ends);
  await clock.advance(1_000);
  assert.equal(ofA.connected.size, 0);
  await a.stop();
});

test('reading keeps pace with the folder, and a slow folder is no silent device', async () => {
  const { a, b, ofA, end, clock, network } = await withBareEnd();
  let go: () => void = () => undefined;
  ofA.onReceive = () =>
    new Promise((resolve) => {
      go = resolve;
    });
  const entries = Array.from({ length: 300 }, (_, i) => ({
    ...fileEntry('content', { path: `${'name '.repeat(100)}${i}` }),
    sequence: i + 1,
  }));
  const batch = { folder: ofA.id, entries };
  let written = 0;
  const flood = (async () => {
    for (let i = 0; i < 50; i++) {
      await end.say(end.session.index(batch, { kind: 'update', prevSequence: 0 }));
      written++;
    }
  })();
  await clock.advance(400_000);
  assert.ok(written < 50, `${written} batches were read ahead`);
  assert.equal(network.links[0]?.isOpen, true);
  ofA.onReceive = async () => undefined;
  go();
  await flood;
  await settled();
  assert.equal(ofA.news.length, 50);
  assert.equal(a.isConnected(b.id), true);
  await a.stop();
});

test('what a folder cannot take ends the connection, and everything is said again', async () => {
  const { world, clock, a, b, ofA, ofB } = makeWorld();
  let failures = 0;
  ofB.onReceive = async () => {
    if (failures++ < 3) throw new KithError('STORE_FULL');
  };
  ofA.add('one', '1');
  await startPair(world, [a, b], [[ofA], [ofB]]);
  await clock.until('the news has come through', () => ofB.heard.get(a.id)?.paths.size === 1);
  assert.equal(failures, 4);
  assert.equal(b.events('connection-lost')[0]?.facts['code'], 'STORE_FULL');
  await a.stop();
  await b.stop();
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
  await assert.rejects(async () => {
    for (let i = 0; i < 40_000; i++) await end.say(out);
  });
  await clock.advance(1_000);
  assert.equal(a.isConnected(b.id), false);
  assert.equal(a.events('connection-lost')[0]?.facts['code'], 'PEER_ASKS_TOO_MUCH');
  await a.stop();
});

function sourceOf(folder: FakeExchange, device: PeerDevice): BlockSource {
  const peer = folder.connected.get(device.id);
  if (peer === undefined) throw new Error('not connected');
  return peer.source;
}

function onAbort(signal: AbortSignal, reject: (error: unknown) => void): void {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
}

function hasCode(code: Parameters<typeof asKithError>[1]): (error: unknown) => boolean {
  return (error) => asKithError(error, code) !== undefined;
}
