/** The host's network: the contract, and what only TLS and TCP can get wrong (I20, KEY-06, MAL-14). */

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { test } from 'node:test';
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer,
  type TLSSocket,
} from 'node:tls';
import { asKithError } from '../../src/base/error.ts';
import { makeCertificate } from '../../src/host/certificate.ts';
import { nodeNetwork } from '../../src/host/node-network.ts';
import { parseTcpAddress } from '../../src/host/tcp-address.ts';
import type { Listener, Network } from '../../src/ports/network.ts';
import { firstOf, networkContract, withPair } from './network.contract.ts';

const nearPair = makeCertificate(Date.now());
const farPair = makeCertificate(Date.now());
const derOf = (pem: string) => new Uint8Array(new X509Certificate(pem).raw);
const subject = {
  near: nodeNetwork(nearPair),
  far: nodeNetwork(farPair),
  nearCertificate: derOf(nearPair.certPem),
  farCertificate: derOf(farPair.certPem),
  listenAt: 'tcp://127.0.0.1:0',
  nowhere: 'tcp://127.0.0.1:1',
};
const client: ConnectionOptions = {
  cert: nearPair.certPem,
  key: nearPair.keyPem,
  rejectUnauthorized: false,
  ALPNProtocols: ['bep/1.0'],
  host: '127.0.0.1',
};

networkContract('node', subject);
networkContract('node over IPv6', {
  ...subject,
  listenAt: 'tcp://[::1]:0',
  nowhere: 'tcp://[::1]:1',
});

test('certificates of any age are taken: the key is the identity (KEY-06)', async () => {
  const yearMs = 365 * 24 * 3600 * 1000;
  for (const made of [Date.now() - 30 * yearMs, Date.now() + 10 * yearMs]) {
    const pair = makeCertificate(made);
    const odd = { ...subject, near: nodeNetwork(pair), nearCertificate: derOf(pair.certPem) };
    await withPair(odd, async (_, accepted) => {
      assert.equal(accepted.certificates.length, 1);
      assert.deepEqual(accepted.certificates[0], odd.nearCertificate);
    });
  }
});

test('a client without certificate shows as one with none', async () => {
  await listening(subject.far, async (listener, port) => {
    const socket = connectTls({ host: '127.0.0.1', port, ...bare('bep/1.0') });
    const connection = await firstOf(listener);
    assert.deepEqual(connection.certificates, []);
    connection.destroy();
    socket.destroy();
  });
});

test('other protocols and older TLS never get through the handshake', async () => {
  await listening(subject.far, async (listener, port) => {
    const refused: ConnectionOptions[] = [
      { ...client, ALPNProtocols: ['h2'] },
      { ...client, ALPNProtocols: [] },
      { ...client, maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' },
    ];
    for (const options of refused) {
      const socket = connectTls({ ...options, port });
      await closeOf(socket);
    }
    const good = connectTls({ ...client, port });
    const connection = await firstOf(listener);
    assert.equal(connection.certificates.length, 1);
    connection.destroy();
    good.destroy();
  });
});

test('no session is resumed and no name is indicated', async () => {
  const server = createServer({
    cert: farPair.certPem,
    key: farPair.keyPem,
    ALPNProtocols: ['bep/1.0'],
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const arrival = once(server, 'secureConnection');
  const { signal } = new AbortController();
  const dialled = await subject.near.dial(`tcp://localhost:${port}`, signal);
  const [socket] = (await arrival) as [TLSSocket];
  assert.equal(socket.servername, false);
  dialled.destroy();
  server.close();

  await listening(subject.far, async (listener, far) => {
    const first = connectTls({ ...client, port: far });
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    const one = await firstOf(listener);
    first.resume();
    await one.write([Uint8Array.of(1)]);
    await once(first, 'data');
    one.destroy();
    const session = sessions.at(-1);
    const again = connectTls({ ...client, port: far, ...(session && { session }) });
    const two = await firstOf(listener);
    assert.equal(again.isSessionReused(), false);
    assert.deepEqual(two.certificates[0], subject.nearCertificate);
    two.destroy();
  });
});

test('strangers who stall in the handshake do not hold up others, and are few (MAL-14)', async () => {
  const limited = nodeNetwork(farPair, { most: 5, mostOfSource: 3 });
  await listening(limited, async (listener, port) => {
    const stalled = Array.from({ length: 3 }, () => connectTcp(port, '127.0.0.1'));
    await Promise.all(stalled.map((socket) => once(socket, 'connect')));
    const surplus = connectTcp(port, '127.0.0.1');
    await closeOf(surplus);
    stalled[0]?.destroy();
    const { signal } = new AbortController();
    const dialled = await retried(() => subject.near.dial(listener.address, signal));
    const accepted = await firstOf(listener);
    // Whoever is through no longer counts, nor whoever left: places are given back.
    stalled[1]?.destroy();
    stalled[2]?.destroy();
    for (let i = 0; i < 12; i++) {
      const more = await retried(() => subject.near.dial(listener.address, signal));
      (await firstOf(listener)).destroy();
      more.destroy();
    }
    dialled.destroy();
    accepted.destroy();
  });
});

test('a handshake ends after 10 s on either side', { timeout: 30_000 }, async () => {
  await listening(subject.far, async (_, port) => {
    const began = Date.now();
    const mute = connectTcp(port, '127.0.0.1');
    const cut = closeOf(mute);
    const silent = createTcpServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port: at } = silent.address() as { port: number };
    const dial = subject.near.dial(`tcp://127.0.0.1:${at}`, new AbortController().signal);
    await assert.rejects(dial, (error) => asKithError(error, 'DIAL_FAILED') !== undefined);
    await cut;
    assert.ok(Date.now() - began < 13_000);
    silent.close();
  });
});

async function listening(
  network: Network,
  use: (listener: Listener, port: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const listener = await network.listen('tcp://127.0.0.1:0', stop.signal);
  try {
    await use(listener, parseTcpAddress(listener.address)?.port ?? 0);
  } finally {
    stop.abort();
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The end of a socket, in an error or not. */
async function closeOf(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

function bare(protocol: string): ConnectionOptions {
  return { rejectUnauthorized: false, ALPNProtocols: [protocol] };
}
