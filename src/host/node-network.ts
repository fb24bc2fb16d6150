/** The network port over TCP and TLS 1.3. Whom a certificate belongs to is decided above. Source: BEP v1, TLS. */

import { constants } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  connect,
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { KithError } from '../base/error.ts';
import type { Connection, Listener, Network } from '../ports/network.ts';
import type { CertificatePair } from './certificate.ts';
import { Handover } from './handover.ts';
import { HandshakeGate, type HandshakeLimits } from './handshake-gate.ts';
import { NodeConnection } from './node-connection.ts';
import { formatTcpAddress, parseTcpAddress, sourceOf } from './tcp-address.ts';

const PROTOCOL = 'bep/1.0';
const HANDSHAKE_LIMIT_MS = 10_000;

const LIMITS: HandshakeLimits = { most: 256, mostOfSource: 32 };
/** Connections that were not picked up yet. */
const MOST_UNCLAIMED = 64;

/** Certificates are not judged here: whose they are is all that counts. No tickets: a resumed session may show none. */
const COMMON = {
  minVersion: 'TLSv1.3',
  ALPNProtocols: [PROTOCOL],
  rejectUnauthorized: false,
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

/** A network whose ends hold the key of `identity`. */
export function nodeNetwork(identity: CertificatePair, limits: HandshakeLimits = LIMITS): Network {
  const secureContext = createSecureContext({
    cert: identity.certPem,
    key: identity.keyPem,
    minVersion: COMMON.minVersion,
    secureOptions: COMMON.secureOptions,
  });
  const gate = new HandshakeGate(limits);
  return {
    listen: (address, signal) => listen({ address, identity, gate }, signal),
    dial: (address, signal) => dial(address, secureContext, signal),
  };
}

async function dial(
  address: string,
  secureContext: SecureContext,
  signal: AbortSignal,
): Promise<Connection> {
  signal.throwIfAborted();
  const at = parseTcpAddress(address);
  if (at === undefined || at.host === '') {
    throw new KithError('DIAL_FAILED', { address, reason: 'address' });
  }
  const socket = connect({
    ...at,
    ...COMMON,
    secureContext,
    checkServerIdentity: () => undefined,
    servername: '',
  });
  try {
    await handshake(socket, signal);
    if (socket.alpnProtocol !== PROTOCOL) throw new Error('the other side does not speak bep/1.0');
    return new NodeConnection(socket, 'dialled');
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    throw new KithError('DIAL_FAILED', { address, reason: reasonOf(error) }, error);
  }
}

/** For people. A name that stands for several addresses fails with all their errors at once. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

async function handshake(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('no handshake in time')), HANDSHAKE_LIMIT_MS);
  const either = AbortSignal.any([signal, late.signal]);
  try {
    // once() rejects on 'error' too; a socket that is cut off without one is seen by 'close'.
    const closed = once(socket, 'close', { signal: either }).then(() => {
      throw new Error('closed in the handshake');
    });
    await Promise.race([once(socket, 'secureConnect', { signal: either }), closed]);
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}

interface ListenWish {
  readonly address: string;
  readonly identity: CertificatePair;
  readonly gate: HandshakeGate;
}

async function listen(wish: ListenWish, signal: AbortSignal): Promise<Listener> {
  signal.throwIfAborted();
  const at = parseTcpAddress(wish.address);
  if (at === undefined) throw new KithError('LISTEN_FAILED', { address: wish.address });
  const server = createServer();
  try {
    server.listen(at.host === '' ? { port: at.port } : at);
    await once(server, 'listening', { signal });
  } catch (error) {
    server.close();
    if (signal.aborted) throw signal.reason;
    throw new KithError('LISTEN_FAILED', { address: wish.address, reason: String(error) }, error);
  }
  const unclaimed = new Handover<Connection>(MOST_UNCLAIMED);
  shakeHands(server, unclaimed, wish);
  const stop = () => {
    server.close();
    for (const connection of unclaimed.end()) connection.destroy();
  };
  // The system may fail to accept one connection, for want of descriptors say; the next may do, so nothing ends here.
  server.on('error', () => undefined);
  signal.addEventListener('abort', stop, { once: true });
  const { port } = server.address() as AddressInfo;
  return { address: formatTcpAddress({ host: at.host, port }), connections: unclaimed.read() };
}

/** Lets raw connections through to TLS as the gate allows, and hands over those that came through. */
function shakeHands(server: Server, unclaimed: Handover<Connection>, wish: ListenWish): void {
  const tls = createTlsServer({
    cert: wish.identity.certPem,
    key: wish.identity.keyPem,
    ...COMMON,
    requestCert: true,
    handshakeTimeout: HANDSHAKE_LIMIT_MS,
  });
  const inside = new Map<string, () => void>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const leave = wish.gate.enter(sourceOf(remoteAddress));
    if (leave === undefined) {
      socket.destroy();
      return;
    }
    inside.set(`${remoteAddress} ${remotePort}`, leave);
    socket.once('close', () => {
      leave();
      inside.delete(`${remoteAddress} ${remotePort}`);
    });
    tls.emit('connection', socket);
  });
  tls.on('secureConnection', (socket) => {
    inside.get(`${socket.remoteAddress} ${socket.remotePort}`)?.();
    if (socket.alpnProtocol !== PROTOCOL) {
      socket.destroy();
      return;
    }
    const connection = new NodeConnection(socket, 'accepted');
    if (!unclaimed.offer(connection)) connection.destroy();
  });
  tls.on('tlsClientError', (_, socket) => socket.destroy());
}
