/** Folders on a connection: indexes, sharing, and what happens when they change (MAL-11). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileEntry } from '../../test/support/builders.ts';
import { FakeExchange } from '../../test/support/fake-exchange.ts';
import { settled } from '../../test/support/manual-clock.ts';
import { startPair } from '../../test/support/peer-device.ts';
import { makeWorld, sourceOf, withBareEnd } from '../../test/support/peer-scenes.ts';
import { KithError } from '../base/error.ts';

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
    assert.equal(indexes[0]?.prevSequence ?? 0, kind === 'update' ? sequence : 0, what);
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
  const ends = indexes.map((index) => index.entries.at(-1)?.sequence);
  const before = indexes.map((index) => index.prevSequence);
  assert.deepEqual(before, [0, ...ends.slice(0, -1)], 'each says what came before it');
  const sequences = indexes.flatMap((index) => index.entries.map((entry) => entry.sequence));
  assert.deepEqual(
    sequences,
    Array.from({ length: 2500 }, (_, i) => i + 1),
  );
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

test('whoever is told why we leave has half a second to hang up first', async () => {
  const { a, b, end, clock } = await withBareEnd();
  a.peers.update({ ...a.settings({}), devices: [] });
  await settled();
  assert.equal(end.heard('close').length, 1);
  assert.equal(end.hasEnded, false);
  await clock.advance(499);
  assert.equal(end.hasEnded, false);
  await clock.advance(1);
  assert.equal(end.hasEnded, true);
  assert.equal(a.isConnected(b.id), false);
  await a.stop();
});
