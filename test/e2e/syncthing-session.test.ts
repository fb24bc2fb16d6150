/** The peer stack against a real Syncthing: it stays connected, whoever dials, and indexes and blocks go both ways. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CertificatePair,
  deviceIdOfPem,
  makeCertificate,
} from '../../src/host/certificate.ts';
import { NodeClock } from '../../src/host/node-clock.ts';
import { nodeNetwork } from '../../src/host/node-network.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { type Peers, startPeers } from '../../src/peer/peers.ts';
import type { PeerSettings } from '../../src/peer/settings.ts';
import { FakeExchange } from '../support/fake-exchange.ts';
import {
  eventually,
  freePort,
  hasSyncthing,
  NO_SYNCTHING,
  Syncthing,
} from '../support/syncthing.ts';

const skip = hasSyncthing() ? false : NO_SYNCTHING;

/** The peer stack on real sockets. */
class Node implements AsyncDisposable {
  readonly pair: CertificatePair = makeCertificate(Date.now());
  readonly id = deviceIdOfPem(this.pair.certPem);
  readonly log: string[] = [];
  readonly #stop = new AbortController();
  #peers: Peers | undefined;

  get peers(): Peers {
    if (this.#peers === undefined) throw new Error('not started');
    return this.#peers;
  }

  start(settings: Pick<PeerSettings, 'listen' | 'devices' | 'exchanges'>): void {
    const ports = {
      clock: new NodeClock(),
      network: nodeNetwork(this.pair),
      random: { unit: Math.random, bytes: (length: number) => new Uint8Array(length) },
      log: {
        write: (level: string, event: string, facts: unknown) => {
          if (level !== 'debug') this.log.push(`${level} ${event} ${JSON.stringify(facts)}`);
        },
      },
    };
    const own = { self: this.id, name: 'kith-node', version: 'v0.1.0', started: 7n };
    this.#peers = startPeers(ports, { ...own, ...settings }, this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the test is over'));
    await this.peers.done;
  }
}

test('a real Syncthing that dials us stays connected for a minute', {
  skip,
  timeout: 400_000,
}, async () => {
  await using node = new Node();
  const folder = new FakeExchange('f1');
  const port = await freePort();
  await using syncthing = await Syncthing.start({
    peers: [{ id: node.id, address: `tcp://127.0.0.1:${port}` }],
    folders: ['f1'],
  });
  folder.share(syncthing.id);
  node.start({
    listen: [`tcp://127.0.0.1:${port}`],
    devices: [{ id: syncthing.id, name: 'st', addresses: ['dynamic'] }],
    exchanges: [folder],
  });
  await eventually('it is connected', () => syncthing.isConnected(node.id));
  const [status] = node.peers.status();
  assert.match(status?.client ?? '', /^syncthing v/);
  await pause(65_000);
  assert.equal(await syncthing.isConnected(node.id), true);
  assert.deepEqual(await syncthing.disconnectReasons(node.id), []);
  assert.equal(node.peers.status()[0]?.sinceMs, status?.sinceMs);
  assert.equal(folder.connects, 1);
});

test('a real Syncthing that we dial gives and takes indexes and blocks', {
  skip,
  timeout: 400_000,
}, async () => {
  await using node = new Node();
  const folder = new FakeExchange('f1');
  folder.add('from-kith.txt', 'written in Kith');
  await using syncthing = await Syncthing.start({
    peers: [{ id: node.id, address: 'dynamic' }],
    folders: ['f1'],
  });
  folder.share(syncthing.id);
  const content = Buffer.alloc(300_000, 'written in Syncthing ');
  await writeFile(path.join(syncthing.folder('f1'), 'from-syncthing.bin'), content);
  await syncthing.scan('f1');
  node.start({
    listen: [],
    devices: [{ id: syncthing.id, name: 'st', addresses: [syncthing.address] }],
    exchanges: [folder],
  });
  const theirs = () => folder.heard.get(syncthing.id)?.paths.has('from-syncthing.bin') === true;
  await eventually('its index has come', theirs);
  const entry = folder.news
    .flatMap(({ news }) => news.entries)
    .find(({ path: name }) => name === 'from-syncthing.bin');
  assert.ok(entry !== undefined);
  const source = folder.connected.get(syncthing.id)?.source;
  const blocks: Uint8Array[] = [];
  for (let offset = 0; offset < entry.size; offset += entry.blockSize) {
    const size = Math.min(entry.blockSize, entry.size - offset);
    const at = (offset / entry.blockSize) * 32;
    const hash = entry.blocks.subarray(at, at + 32);
    const request = { path: entry.path, offset, size, hash };
    blocks.push((await source?.fetch(request, new AbortController().signal)) ?? new Uint8Array(0));
  }
  assert.deepEqual(Buffer.concat(blocks), content);

  const pulled = path.join(syncthing.folder('f1'), 'from-kith.txt');
  await eventually('it has pulled our file', async () => {
    const { needFiles } = (await syncthing.get('/rest/db/status?folder=f1')) as {
      needFiles: number;
    };
    return (
      needFiles === 0 &&
      theirs() &&
      folder.heard.get(syncthing.id)?.paths.has('from-kith.txt') === true
    );
  });
  assert.equal(await readFile(pulled, 'utf8'), 'written in Kith');

  const missing = { path: parseRelPath('missing'), offset: 0, size: 1, hash: new Uint8Array(32) };
  await assert.rejects(async () => await source?.fetch(missing, new AbortController().signal));
  await syncthing.patch('/rest/config/folders/f1', { paused: true });
  await eventually('the folder has stopped', () => folder.connected.size === 0);
  await syncthing.patch('/rest/config/folders/f1', { paused: false });
  await eventually('the folder runs again', () => folder.connected.size === 1);
  folder.add('later.txt', 'written later');
  await eventually('news goes on', async () => {
    return folder.heard.get(syncthing.id)?.paths.has('later.txt') === true;
  });
  assert.deepEqual(await syncthing.disconnectReasons(node.id), []);
});

test('a real Syncthing and we dial each other and end with one connection that stays', {
  skip,
  timeout: 400_000,
}, async () => {
  await using node = new Node();
  const folder = new FakeExchange('f1');
  const [ours, theirs] = [await freePort(), await freePort()];
  await using syncthing = await Syncthing.start({
    peers: [{ id: node.id, address: `tcp://127.0.0.1:${ours}` }],
    folders: ['f1'],
    port: theirs,
  });
  folder.share(syncthing.id);
  node.start({
    listen: [`tcp://127.0.0.1:${ours}`],
    devices: [{ id: syncthing.id, name: 'st', addresses: [syncthing.address] }],
    exchanges: [folder],
  });
  await eventually('it is connected', () => syncthing.isConnected(node.id));
  await pause(12_000);
  const [before] = node.peers.status();
  const reasons = await syncthing.disconnectReasons(node.id);
  await pause(8_000);
  assert.equal(await syncthing.isConnected(node.id), true);
  assert.equal(node.peers.status()[0]?.sinceMs, before?.sinceMs, node.log.join('\n'));
  assert.deepEqual(await syncthing.disconnectReasons(node.id), reasons);
  assert.equal(folder.connected.size, 1);
});

test('a real Syncthing learns from our Close why we leave', {
  skip,
  timeout: 400_000,
}, async () => {
  await using node = new Node();
  await using syncthing = await Syncthing.start({
    peers: [{ id: node.id, address: 'dynamic' }],
    folders: [],
  });
  const devices = [{ id: syncthing.id, name: 'st', addresses: [syncthing.address] }];
  node.start({ listen: [], devices, exchanges: [] });
  await eventually('it is connected', () => syncthing.isConnected(node.id));
  await pause(500);
  const none = {
    self: node.id,
    name: 'kith-node',
    version: 'v0.1.0',
    started: 7n,
    listen: [],
    exchanges: [],
  };
  node.peers.update({ ...none, devices: [] });
  await eventually('it knows', async () => !(await syncthing.isConnected(node.id)));
  const reasons = await syncthing.disconnectReasons(node.id);
  assert.deepEqual(reasons, ['closed by remote: this device has been removed']);
});
