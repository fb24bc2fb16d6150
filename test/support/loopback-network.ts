/** A network in memory: no time, no encryption; connections that tests can cut, hold up and listen in on. */

import { KithError } from '../../src/base/error.ts';
import type { Connection, Listener, Network } from '../../src/ports/network.ts';

/** Most bytes on their way in one direction before a writer waits. */
const WINDOW = 64 * 1024;

/** Everything that is connected with everything. */
export class LoopbackNetwork {
  readonly #listeners = new Map<string, LoopbackListener>();
  /** Every connection ever made, in order. */
  readonly links: Link[] = [];
  /** Runs while a dial is under way: where a test lets two devices dial at once. */
  beforeConnect: (address: string) => Promise<void> = async () => undefined;
  #nextPort = 30_000;

  /** The network as the owner of this certificate sees it. */
  of(certificate: Uint8Array): Network {
    return {
      listen: (address, signal) => this.#listen(address, certificate, signal),
      dial: (address, signal) => this.#dial(address, certificate, signal),
    };
  }

  async #listen(wish: string, certificate: Uint8Array, signal: AbortSignal): Promise<Listener> {
    signal.throwIfAborted();
    const address = wish.replace(/:0$/, () => `:${this.#nextPort++}`);
    if (this.#listeners.has(address)) throw new KithError('LISTEN_FAILED', { address });
    const listener = new LoopbackListener(address, certificate);
    this.#listeners.set(address, listener);
    const stop = () => {
      this.#listeners.delete(address);
      listener.end();
    };
    signal.addEventListener('abort', stop, { once: true });
    return listener;
  }

  async #dial(address: string, certificate: Uint8Array, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    await this.beforeConnect(address);
    signal.throwIfAborted();
    const listener = this.#listeners.get(address);
    if (listener === undefined) throw new KithError('DIAL_FAILED', { address });
    const link = new Link({ address, dialler: certificate, listener: listener.certificate });
    this.links.push(link);
    listener.add(link.accepted);
    return link.dialled;
  }
}

class LoopbackListener implements Listener {
  readonly address: string;
  readonly certificate: Uint8Array;
  #queue: Connection[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(address: string, certificate: Uint8Array) {
    this.address = address;
    this.certificate = certificate;
  }

  get connections(): AsyncIterable<Connection> {
    return this.#read();
  }

  add(connection: Connection): void {
    this.#queue.push(connection);
    this.#wake?.();
  }

  end(): void {
    this.#hasEnded = true;
    for (const connection of this.#queue) connection.destroy();
    this.#queue = [];
    this.#wake?.();
  }

  async *#read(): AsyncGenerator<Connection, void, undefined> {
    while (!this.#hasEnded) {
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

/** A connection with both ends. */
export class Link {
  readonly #toListener = new Pipe();
  readonly #toDialler = new Pipe();
  readonly dialled: Connection;
  readonly accepted: Connection;

  constructor(ends: {
    readonly address: string;
    readonly dialler: Uint8Array;
    readonly listener: Uint8Array;
  }) {
    const [there, back] = [this.#toListener, this.#toDialler];
    const from = 'tcp://127.0.0.9:9';
    this.dialled = endOf({
      certificates: [ends.listener],
      address: ends.address,
      direction: 'dialled',
      write: there,
      read: back,
    });
    this.accepted = endOf({
      certificates: [ends.dialler],
      address: from,
      direction: 'accepted',
      write: back,
      read: there,
    });
  }

  /** Everything that one end ever wrote. */
  written(by: 'dialler' | 'listener'): Uint8Array {
    return by === 'dialler' ? this.#toListener.all() : this.#toDialler.all();
  }

  /** True while neither end has ended it. */
  get isOpen(): boolean {
    return this.#toListener.isOpen && this.#toDialler.isOpen;
  }

  /** From now on nothing arrives any more, and nobody is told. */
  blackHole(): void {
    this.#toListener.isBlack = true;
    this.#toDialler.isBlack = true;
  }

  /** While held, what is written to that end waits. */
  hold(to: 'dialler' | 'listener', isHeld: 'hold' | 'go'): void {
    (to === 'listener' ? this.#toListener : this.#toDialler).hold(isHeld === 'hold');
  }
}

function endOf(parts: {
  readonly certificates: readonly Uint8Array[];
  readonly address: string;
  readonly direction: Connection['direction'];
  readonly write: Pipe;
  readonly read: Pipe;
}): Connection {
  const { write, read, ...facts } = parts;
  return {
    ...facts,
    get incoming() {
      return read.read();
    },
    write: (pieces) => write.write(pieces),
    close: async () => {
      write.end('ended');
      read.end('lost');
    },
    destroy: () => {
      write.end('lost');
      read.end('lost');
    },
  };
}

class Pipe {
  isBlack = false;
  readonly #transcript: Uint8Array[] = [];
  #queue: Uint8Array[] = [];
  #queued = 0;
  #isHeld = false;
  #state: 'open' | 'ended' | 'lost' = 'open';
  readonly #waiting = new Set<() => void>();

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  all(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#transcript));
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#wake();
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (this.#state !== 'open') throw lost();
      if (piece.length === 0) continue;
      this.#transcript.push(piece.slice());
      if (this.isBlack) continue;
      this.#queue.push(piece.slice());
      this.#queued += piece.length;
      this.#wake();
    }
    while (this.#queued > WINDOW) {
      if (this.#state !== 'open') throw lost();
      await this.#change();
    }
  }

  async *read(): AsyncGenerator<readonly Uint8Array[], void, undefined> {
    for (;;) {
      const piece = this.#isHeld ? undefined : this.#queue.shift();
      if (piece !== undefined) {
        this.#queued -= piece.length;
        this.#wake();
        yield [piece];
      } else if (this.#state === 'lost' && !this.isBlack) throw lost();
      else if (this.#state === 'ended' && !this.isBlack && !this.#isHeld) return;
      else await this.#change();
    }
  }

  end(state: 'ended' | 'lost'): void {
    if (this.#state === 'open') this.#state = state;
    if (state === 'lost') this.#queue = [];
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function lost(): KithError {
  return new KithError('CONNECTION_LOST');
}
