/** Who is connected with whom, over a network in memory and a clock that goes when told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeExchange } from '../../test/support/fake-exchange.ts';
import { LoopbackNetwork } from '../../test/support/loopback-network.ts';
import { ManualClock, settled } from '../../test/support/manual-clock.ts';
import { BareEnd, PeerDevice, type PeerWorld, startPair } from '../../test/support/peer-device.ts';

function makeWorld(): PeerWorld {
  return { clock: new ManualClock(), network: new LoopbackNetwork() };
}

/** Two devices, the one with the smaller id first. */
function makeTwo(world: PeerWorld): readonly [PeerDevice, PeerDevice] {
  const [a, b] = [new PeerDevice('a', world), new PeerDevice('b', world)];
  return a.id < b.id ? [a, b] : [b, a];
}

async function stopAll(...devices: readonly PeerDevice[]): Promise<void> {
  for (const device of devices) await device.stop();
}

test('two devices connect, see each other, and end in good order', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  await startPair(world, [a, b], [[], []]);
  const [status] = a.peers.status();
  assert.equal(status?.address, 'tcp://b:1');
  assert.equal(status?.client, 'kith v0');
  assert.equal(status?.sinceMs, status?.lastSeenMs);
  assert.deepEqual(b.peers.listening(), ['tcp://b:1']);
  await a.stop();
  await settled();
  assert.equal(b.isConnected(a.id), false);
  assert.equal(b.events('connection-closed')[0]?.facts['reason'], 'the device goes off line');
  await b.stop();
  assert.deepEqual(b.peers.listening(), []);
});

test('of two connections dialled at the same moment the one of the smaller id stays', async () => {
  for (const order of ['first', 'second', 'both']) {
    const world = makeWorld();
    const [a, b] = makeTwo(world);
    // Neither dial may be seen by the other side before both are made.
    let waiting: (() => void)[] = [];
    world.network.beforeConnect = () => new Promise((resolve) => waiting.push(resolve));
    for (const [device, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const address = `tcp://${device === a ? 'a' : 'b'}:1`;
      const theirs = `tcp://${device === a ? 'b' : 'a'}:1`;
      device.start({
        listen: [address],
        devices: [{ id: other.id, name: '', addresses: [theirs] }],
      });
    }
    await settled();
    assert.equal(waiting.length, 2);
    if (order === 'second') waiting = waiting.reverse();
    world.network.beforeConnect = async () => undefined;
    for (const go of waiting) {
      go();
      if (order !== 'both') await Promise.resolve();
    }
    await world.clock.until('both are connected', () => a.isConnected(b.id) && b.isConnected(a.id));
    await world.clock.advance(120_000);
    const open = world.network.links.filter((link) => link.isOpen);
    assert.equal(open.length, 1, `${order}: ${world.network.links.length} made`);
    assert.equal(world.network.links.length, 2, 'nothing was dialled after the first two');
    assert.equal(open[0]?.dialled.address, `tcp://b:1`, 'the smaller id dialled it');
    assert.ok(a.isConnected(b.id) && b.isConnected(a.id));
    await stopAll(a, b);
  }
});

test('a device that lost its connection unseen gets a new one: the old one is replaced', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const [folderA, folderB] = [new FakeExchange('f'), new FakeExchange('f')];
  folderA.share(b.id);
  folderB.share(a.id);
  await startPair(world, [a, b], [[folderA], [folderB]]);
  await world.clock.advance(30_000);
  world.network.links[0]?.blackHole();
  const restarted = new PeerDevice(nameOf(a), world);
  assert.equal(restarted.id, a.id);
  restarted.start({
    devices: [{ id: b.id, name: 'b', addresses: ['tcp://b:1'] }],
    exchanges: [],
  });
  await world.clock.until('the new one is in use', () => restarted.isConnected(b.id));
  await settled();
  assert.equal(b.isConnected(a.id), true);
  const reasons = b.events('connection-closed').map((line) => line.facts['reason']);
  assert.deepEqual(reasons, ['replacing connection']);
  const stopping = a.stop();
  await world.clock.advance(10_000);
  await stopping;
  await stopAll(restarted, b);
});

test('two devices with one key are told apart, and nothing is exchanged with either until one is left (IDN-01, I26)', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  await startPair(world, [a, b], [[], []]);
  await world.clock.advance(5000);
  const clone = new PeerDevice(nameOf(a), world);
  assert.equal(clone.id, a.id);
  clone.start({ devices: [{ id: b.id, name: 'b', addresses: ['tcp://b:1'] }] });
  const trouble = (device: PeerDevice): string => device.peers.status()[0]?.trouble ?? '';
  await world.clock.until('it is noticed', () => trouble(b).startsWith('two devices run'));
  // Both dial again and again, and are told why they are not let in.
  for (let minute = 0; minute < 5; minute++) {
    await world.clock.advance(60_000);
    for (const device of [a, clone, b]) {
      assert.equal(device.isConnected(device === b ? a.id : b.id), false);
    }
  }
  for (const device of [a, clone]) {
    assert.match(
      trouble(device),
      /^it says of this device: two devices run with one and the same key/,
    );
  }
  await clone.stop();
  await world.clock.advance(200_000);
  await world.clock.until('the one that is left is let in', () => a.isConnected(b.id));
  assert.equal(b.peers.status()[0]?.trouble, undefined);
  await stopAll(a, b);
});

test('a device that starts anew, again and again, is never taken for two (IDN-01)', async () => {
  const world = makeWorld();
  const [first, b] = makeTwo(world);
  await startPair(world, [first, b], [[], []]);
  let a = first;
  for (let start = 0; start < 4; start++) {
    const next = new PeerDevice(nameOf(a), world);
    if (start % 2 === 0) await a.stop();
    else {
      for (const link of world.network.links) link.blackHole();
      void a.stop();
    }
    next.start({ devices: [{ id: b.id, name: 'b', addresses: ['tcp://b:1'] }] });
    a = next;
    await world.clock.until('it is connected', () => a.isConnected(b.id) && b.isConnected(a.id));
    await world.clock.advance(30_000);
    assert.equal(
      b.events('connection-closed').some(({ facts }) => /two devices/.test(`${facts['reason']}`)),
      false,
    );
  }
  await stopAll(a, b);
});

function nameOf(device: PeerDevice): string {
  return new TextDecoder().decode(device.certificate).replace('certificate of ', '');
}

test('an unknown device gets not one byte, whatever there is to tell (I19, MAL-12)', async () => {
  const transcripts: number[] = [];
  for (const content of ['some secret', 'another secret, and longer']) {
    const world = makeWorld();
    const [a, b] = makeTwo(world);
    const stranger = new PeerDevice('stranger', world);
    const folder = new FakeExchange(content);
    folder.share(b.id);
    folder.add(`${content}.txt`, content);
    a.start({
      listen: ['tcp://a:1'],
      devices: [{ id: b.id, name: content, addresses: [] }],
      exchanges: [folder],
    });
    await settled();
    for (let i = 0; i < 50; i++) {
      const end = await BareEnd.dial(world.network, stranger, { address: 'tcp://a:1', id: a.id });
      await assert.rejects(async () => {
        await end.hello();
        await end.config([{ id: folder.id }], { self: stranger.id, peer: a.id });
      });
      await world.clock.advance(100);
      assert.equal(end.hasEnded, true);
    }
    const sent = world.network.links.map((link) => link.written('listener').length);
    transcripts.push(sent.reduce((sum, length) => sum + length, 0));
    assert.equal(a.events('device-unknown').length, 1, 'one notice for all of them');
    assert.equal(a.events('device-unknown')[0]?.facts['device'], stranger.id);
    assert.deepEqual(
      a.peers.status().map((one) => one.id),
      [b.id],
    );
    await a.stop();
  }
  assert.deepEqual(transcripts, [0, 0]);
});

test('a device at a wrong address is told nothing either', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const other = new PeerDevice('other', world);
  other.start({ listen: ['tcp://b:1'], devices: [{ id: a.id, name: '', addresses: [] }] });
  await settled();
  a.start({ devices: [{ id: b.id, name: '', addresses: ['tcp://b:1'] }] });
  await world.clock.advance(10_000);
  assert.ok(world.network.links.length > 2);
  for (const link of world.network.links) assert.equal(link.written('dialler').length, 0);
  assert.equal(a.isConnected(b.id), false);
  await stopAll(a, other);
});

test('a device that is away is tried often at first, in the end once a minute', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const tries: number[] = [];
  world.network.beforeConnect = async () => {
    tries.push(world.clock.mono());
  };
  a.start({ devices: [{ id: b.id, name: '', addresses: ['tcp://b:1', 'dynamic', 'quic://b:1'] }] });
  await world.clock.advance(600_000);
  const waits = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
  assert.ok(
    waits.slice(0, 4).every((wait) => wait <= 4_000),
    `${waits}`,
  );
  assert.ok(
    waits.slice(-3).every((wait) => wait >= 30_000 && wait <= 60_000),
    `${waits}`,
  );
  b.start({ listen: ['tcp://b:1'], devices: [{ id: a.id, name: '', addresses: [] }] });
  await world.clock.until('it is found again', () => a.isConnected(b.id), 61_000);
  await b.stop();
  await world.clock.advance(3_000);
  b.start({ listen: ['tcp://b:1'], devices: [{ id: a.id, name: '', addresses: [] }] });
  await world.clock.until(
    'and at once when it was away for a moment',
    () => a.isConnected(b.id),
    70_000,
  );
  await stopAll(a, b);
});

test('addresses are tried in their order, and anew when they change', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const tried: string[] = [];
  world.network.beforeConnect = async (address) => {
    tried.push(address);
  };
  b.start({ listen: ['tcp://b:3'], devices: [{ id: a.id, name: '', addresses: [] }] });
  const addresses = ['tcp://b:1', 'tcp://b:2', 'tcp://b:3', 'tcp://b:4'];
  a.start({ devices: [{ id: b.id, name: '', addresses: addresses.slice(0, 2) }] });
  await world.clock.advance(300_000);
  tried.length = 0;
  a.peers.update(a.settings({ devices: [{ id: b.id, name: '', addresses }] }));
  await world.clock.until('it is found', () => a.isConnected(b.id), 1_000);
  assert.deepEqual(tried, addresses.slice(0, 3));
  await stopAll(a, b);
});

test('a connection that fails again and again is made ever more rarely', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const refusing = async () => {
    for await (const connection of (
      await world.network.of(b.certificate).listen('tcp://b:1', new AbortController().signal)
    ).connections) {
      connection.destroy();
    }
  };
  void refusing();
  a.start({ devices: [{ id: b.id, name: '', addresses: ['tcp://b:1'] }] });
  await world.clock.advance(600_000);
  const made = world.network.links.length;
  assert.ok(made > 10 && made < 40, `${made} connections in ten minutes`);
  await a.stop();
});

test('who says anything but what is due first is cut off (MAL-11)', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const folder = new FakeExchange('f');
  folder.share(b.id);
  folder.add('x', 'content of x');
  a.start({
    listen: ['tcp://a:1'],
    devices: [{ id: b.id, name: '', addresses: [] }],
    exchanges: [folder],
  });
  await settled();
  const early: readonly [string, number[]][] = [
    ['ping', [0, 2, 8, 6, 0, 0, 0, 0]],
    ['index', [0, 2, 8, 1, 0, 0, 0, 3, 10, 1, 102]],
    ['request', [0, 2, 8, 3, 0, 0, 0, 6, 18, 1, 102, 26, 1, 120]],
  ];
  for (const [what, bytes] of early) {
    const end = await BareEnd.dial(world.network, b, { address: 'tcp://a:1', id: a.id });
    await end.hello();
    await end.say([Uint8Array.from(bytes)]);
    await world.clock.advance(1_000);
    assert.equal(end.hasEnded, true, what);
    assert.match(end.heard('close')[0]?.reason ?? '', /at a time when it may not/, what);
    assert.deepEqual([end.heard('index'), end.heard('response')], [[], []], what);
  }
  const end = await BareEnd.dial(world.network, b, { address: 'tcp://a:1', id: a.id });
  await end.say([new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')]);
  await world.clock.advance(1_000);
  assert.equal(end.hasEnded, true);
  assert.equal(a.events('connection-lost').length, 4);
  await a.stop();
});

test('whoever is silent is cut off: 20 s for Hello, 300 s for anything (NET-02, MAL-14)', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  a.start({ listen: ['tcp://a:1'], devices: [{ id: b.id, name: '', addresses: [] }] });
  await settled();
  const mute = await BareEnd.dial(world.network, b, { address: 'tcp://a:1', id: a.id });
  await world.clock.advance(19_000);
  assert.equal(mute.hasEnded, false);
  await world.clock.advance(2_000);
  assert.equal(mute.hasEnded, true);

  const end = await BareEnd.dial(world.network, b, { address: 'tcp://a:1', id: a.id });
  await end.hello();
  await end.config([], { self: b.id, peer: a.id });
  await world.clock.advance(299_000);
  assert.equal(a.isConnected(b.id), true);
  assert.ok(end.heard('ping').length >= 4, `${end.heard('ping').length} pings`);
  await world.clock.advance(2_000);
  assert.equal(a.isConnected(b.id), false);
  assert.match(end.heard('close')[0]?.reason ?? '', /said nothing/);
  await a.stop();
});

test('an idle connection lives on pings, at most one a minute', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  await startPair(world, [a, b], [[], []]);
  const before = world.network.links[0]?.written('dialler').length ?? 0;
  await world.clock.advance(3_600_000);
  assert.equal(world.network.links.length, 1);
  const pings = ((world.network.links[0]?.written('dialler').length ?? 0) - before) / 8;
  assert.ok(pings >= 59 && pings <= 61, `${pings} pings in an hour`);
  await stopAll(a, b);
});

test('a device that takes nothing is cut off, and stopping does not wait for it', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const folder = new FakeExchange('f');
  folder.share(b.id);
  for (let i = 0; i < 2000; i++) folder.add(`${'long name '.repeat(10)}${i}`, `${i}`);
  a.start({
    listen: ['tcp://a:1'],
    devices: [{ id: b.id, name: '', addresses: [] }],
    exchanges: [folder],
  });
  await settled();
  const end = await BareEnd.dial(world.network, b, { address: 'tcp://a:1', id: a.id });
  world.network.links[0]?.hold('dialler', 'hold');
  await end.hello();
  await end.config([{ id: folder.id }], { self: b.id, peer: a.id });
  const beginning = world.clock.mono();
  const stopping = a.stop();
  await world.clock.advance(6_000);
  await stopping;
  assert.ok(world.clock.mono() - beginning <= 6_000);
});

test('a device that is removed is cut off at once, one that is added is let in', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  await startPair(world, [a, b], [[], []]);
  let changes = 0;
  const unsubscribe = b.peers.onChange(() => changes++);
  b.peers.update(b.settings({ listen: ['tcp://b:1'] }));
  await settled();
  assert.deepEqual(b.peers.status(), []);
  assert.equal(a.isConnected(b.id), false);
  assert.equal(a.events('connection-closed')[0]?.facts['reason'], 'this device has been removed');
  await world.clock.advance(120_000);
  assert.equal(a.isConnected(b.id), false);
  const known = [{ id: a.id, name: '', addresses: [] }];
  b.peers.update(b.settings({ listen: ['tcp://b:1'], devices: known }));
  await world.clock.until('it is back', () => a.isConnected(b.id), 61_000);
  assert.ok(changes >= 3);
  unsubscribe();
  await stopAll(a, b);
});

test('listening moves with the settings, and an address that is taken is tried again', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  const stop = new AbortController();
  await world.network.of(b.certificate).listen('tcp://a:2', stop.signal);
  a.start({ listen: ['tcp://a:1', 'tcp://a:2'] });
  await settled();
  assert.deepEqual(a.peers.listening(), ['tcp://a:1']);
  assert.equal(a.events('listen-failed').length, 1);
  stop.abort();
  await world.clock.until('the second is had', () => a.peers.listening().length === 2);
  a.peers.update(a.settings({ listen: ['tcp://a:2'] }));
  await settled();
  assert.deepEqual(a.peers.listening(), ['tcp://a:2']);
  await a.stop();
});

test('why there is no connection stands in the status, and in the log once, until there is one', async () => {
  const world = makeWorld();
  const [a, b] = makeTwo(world);
  a.start({ devices: [{ id: b.id, name: 'b', addresses: ['tcp://b:1'] }] });
  await world.clock.advance(60_000);
  const trouble = (): string | undefined => a.peers.status()[0]?.trouble;
  assert.match(trouble() ?? '', /^tcp:\/\/b:1: the device could not be reached/);
  assert.equal(a.events('not-connected').length, 1);
  b.start({ listen: ['tcp://b:1'] });
  await world.clock.advance(120_000);
  assert.match(trouble() ?? '', /perhaps this device is not configured there/);
  assert.equal(a.events('not-connected').length, 2);
  const known = [{ id: a.id, name: '', addresses: [] }];
  b.peers.update(b.settings({ listen: ['tcp://b:1'], devices: known }));
  await world.clock.until('they are connected', () => a.isConnected(b.id), 61_000);
  assert.equal(trouble(), undefined);
  assert.equal(a.events('connected')[0]?.facts['address'], 'tcp://b:1');
  await stopAll(a, b);
});
