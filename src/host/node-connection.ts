/** A TLS socket as a Connection of the network port: paced both ways, and never holding more than 256 KiB of either. */

import type { TLSSocket } from 'node:tls';
import { concatBytes, freeBuffer } from '../base/bytes.ts';
import { KithError } from '../base/error.ts';
import type { Connection } from '../ports/network.ts';
import { formatTcpAddress } from './tcp-address.ts';

/** Most bytes that wait in the socket, either way. */
const MOST_WAITING = 256 * 1024;
const CLOSE_LIMIT_MS = 10_000;
/** What is written together as one buffer. */
const JOINED_BYTES = 64 * 1024;
/** Below, the memory is not worth a call. */
const WORTH_FREEING = 4096;

/** See above. Takes over the socket, whose handshake must be complete. */
export class NodeConnection implements Connection {
  readonly certificates: readonly Uint8Array[];
  readonly address: string;
  readonly direction: Connection['direction'];
  readonly #socket: TLSSocket;
  #arrived: Uint8Array[] = [];
  #arrivedBytes = 0;
  #unsent = 0;
  #isDiscarding = false;
  #isWakeDue = false;
  #state: 'open' | 'ended' | 'lost' = 'open';
  #failure: unknown;
  /** Whoever waits for anything to change: at most one reader and few writers. */
  readonly #waiting = new Set<() => void>();
  #closing: Promise<void> | undefined;

  constructor(socket: TLSSocket, direction: Connection['direction']) {
    this.#socket = socket;
    this.direction = direction;
    this.certificates = certificatesOf(socket);
    const { remoteAddress = '', remotePort = 0 } = socket;
    this.address = formatTcpAddress({ host: remoteAddress, port: remotePort });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('data', (piece: Uint8Array) => this.#take(piece));
    socket.on('end', () => this.#finish('ended'));
    socket.on('error', (error) => this.#finish('lost', error));
    socket.on('close', () => this.#finish('lost'));
  }

  get incoming(): AsyncIterable<readonly Uint8Array[]> {
    return this.#read();
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of joinSmall(parts)) {
      for (let at = 0; at < part.length; at += MOST_WAITING) {
        const slice = part.subarray(at, at + MOST_WAITING);
        while (this.#unsent > 0 && this.#unsent + slice.length > MOST_WAITING) {
          await this.#change();
        }
        this.#send(slice);
      }
    }
    while (this.#unsent >= MOST_WAITING) await this.#change();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(piece: Uint8Array): void {
    if (this.#isDiscarding) return;
    this.#arrived.push(piece);
    this.#arrivedBytes += piece.length;
    if (this.#arrivedBytes >= MOST_WAITING) this.#socket.pause();
    if (this.#isWakeDue) return;
    // A record brings 16 KiB at most: what else is there already is read in the same go.
    this.#isWakeDue = true;
    setImmediate(() => {
      this.#isWakeDue = false;
      this.#wake();
    });
  }

  async *#read(): AsyncGenerator<readonly Uint8Array[], void, undefined> {
    for (;;) {
      const pieces = this.#arrived;
      this.#arrived = [];
      this.#arrivedBytes = 0;
      this.#socket.resume();
      if (pieces.length > 0) yield pieces;
      for (const piece of pieces) if (isWhole(piece)) free(piece.buffer);
      if (this.#arrived.length > 0) continue;
      if (this.#state === 'ended') return;
      if (this.#state === 'lost') throw this.#lost();
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #send(slice: Uint8Array): void {
    if (this.#state === 'lost' || !this.#socket.writable) throw this.#lost();
    this.#unsent += slice.length;
    const { length, byteOffset, buffer } = slice;
    const isLast = byteOffset + length === buffer.byteLength;
    this.#socket.write(slice, (error) => {
      this.#unsent -= length;
      if (isLast && !error) free(buffer);
      this.#wake();
    });
  }

  async #change(): Promise<void> {
    if (this.#state === 'lost') throw this.#lost();
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async #close(): Promise<void> {
    if (this.#socket.closed) return;
    // What still arrives is thrown away: a socket that is closed with unread bytes resets, and takes our last words along.
    this.#isDiscarding = true;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT_MS);
    await closed;
    clearTimeout(timer);
  }

  #finish(state: 'ended' | 'lost', failure?: unknown): void {
    this.#failure ??= failure;
    // A stream that came to its end stays complete for its reader, whatever becomes of the socket afterwards.
    if (this.#state === 'open') this.#state = state;
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #lost(): KithError {
    return new KithError('CONNECTION_LOST', { address: this.address }, this.#failure);
  }
}

function free(buffer: ArrayBufferLike): void {
  if (buffer.byteLength >= WORTH_FREEING) freeBuffer(buffer);
}

/** Shares its buffer with no other piece. */
function isWhole(piece: Uint8Array): boolean {
  return piece.byteLength === piece.buffer.byteLength;
}

/** Small parts that follow each other as one: a write costs more than the copy. */
function* joinSmall(parts: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  let run: Uint8Array[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (bytes + part.length > JOINED_BYTES && run.length > 0) {
      yield joined(run);
      run = [];
      bytes = 0;
    }
    run.push(part);
    bytes += part.length;
  }
  if (run.length > 0) yield joined(run);
}

function joined(run: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = run;
  return only !== undefined && others.length === 0 ? only : concatBytes(run);
}

/** As many as Node shows: the leaf, and its issuers if they were sent. Certificates beside that chain stay unseen. */
function certificatesOf(socket: TLSSocket): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && found.length < 10) {
    found.push(new Uint8Array(next.raw));
    const issuer = next.issuerCertificate;
    next = issuer?.fingerprint256 === next.fingerprint256 ? undefined : issuer;
  }
  return found;
}
