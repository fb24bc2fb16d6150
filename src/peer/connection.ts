/**
 * One connection to a known device: pumps the socket through a BEP session, from Hello to Close. It decides nothing about
 * other connections and nothing about folders' content.
 */

import { assertNever } from '../base/assert.ts';
import { asKithError, KithError } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import type { Hello } from '../bep/hello.ts';
import { BepSession, type SessionEvent } from '../bep/session.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderId } from '../model/folder.ts';
import type { BlockSource } from '../ports/exchange.ts';
import type { Connection } from '../ports/network.ts';
import { Blame } from './blame.ts';
import { BlockRequests } from './block-requests.ts';
import { ConnectionFolders } from './connection-folders.ts';
import { ClosedByPeer, Leaving, logEnding, reasonOf } from './ending.ts';
import { orAborted } from './or-aborted.ts';
import { Outbox } from './outbox.ts';
import { Pulse } from './pulse.ts';
import { ServedRequests } from './served-requests.ts';
import type { PeerPorts, PeerSettings } from './settings.ts';
import { slices } from './slices.ts';

/** For the last words and an orderly end. */
const FAREWELL_MS = 5_000;
/** How long the device may take to hang up when we have said why we leave. */
const LINGER_MS = 500;

const UNSHARED = { reason: 'unshared while a message was on its way' };

/** By which devices of our kind know each other; a hint, for it can be claimed by anyone. */
export const CLIENT_NAME = 'kith';

/** What happens to a connection that others need to know. */
export interface ConnectionHooks {
  /** The device has said who it is: shall the connection go on? */
  onHello(hello: Hello): 'stay' | 'leave';
  /** The device has said what it shares. What it says counts once this resolves. */
  onClusterConfig(): Promise<void>;
  /** Something arrived. */
  onTraffic(): void;
}

/** What it is made of. `settings` are the current ones, whenever it is called. */
export interface ConnectionParts {
  readonly ports: Pick<PeerPorts, 'clock' | 'log'>;
  readonly settings: () => PeerSettings;
  readonly device: DeviceId;
  readonly connection: Connection;
  readonly hooks: ConnectionHooks;
}

/** See above. */
export class PeerConnection {
  readonly device: DeviceId;
  readonly address: string;
  readonly direction: Connection['direction'];
  /** When it came about, by the monotonic clock. */
  readonly beganMono: number;
  readonly #parts: ConnectionParts;
  readonly #incoming: AsyncIterator<readonly Uint8Array[]>;
  readonly #session: BepSession;
  readonly #outbox = new Outbox();
  readonly #requests: BlockRequests;
  readonly #served: ServedRequests;
  readonly #folders: ConnectionFolders;
  readonly #pulse: Pulse;
  readonly #blame: Blame;
  readonly #stop = new AbortController();
  readonly #group: TaskGroup;
  /** Resolves when nothing of this connection touches a folder any more. */
  readonly idle: Promise<void>;
  #setIdle: () => void = () => undefined;
  #hasSaidHello = false;
  #hasHeardHello = false;
  /** The device ended it before it said who it is. Known once `run` has ended. */
  wasHungUpOn = false;
  /** We ended it, for the device did this. Known once `run` has ended. */
  offence: string | undefined;
  /** The device ended it for this reason. */
  lastWords: string | undefined;

  constructor(parts: ConnectionParts) {
    const { ports, device, connection, settings } = parts;
    this.#parts = parts;
    this.device = device;
    this.address = connection.address;
    this.direction = connection.direction;
    this.beganMono = ports.clock.mono();
    this.#incoming = connection.incoming[Symbol.asyncIterator]();
    this.#session = new BepSession({ self: settings().self, peer: device });
    this.#requests = new BlockRequests(this.#session, this.#outbox);
    this.#pulse = new Pulse(ports.clock);
    this.#blame = new Blame(ports.clock);
    this.#group = new TaskGroup(this.#stop.signal);
    const common = { session: this.#session, outbox: this.#outbox, group: this.#group };
    this.#folders = new ConnectionFolders({
      ...common,
      ...parts,
      address: connection.address,
      source: (folder, isOpen) => this.#source(folder, isOpen),
    });
    this.#served = new ServedRequests({
      ...common,
      log: ports.log,
      serve: (message) => this.#folders.serve(message),
      isShared: (folder) => this.#folders.isShared(folder),
    });
    this.idle = new Promise((resolve) => {
      this.#setIdle = resolve;
    });
  }

  /** The settings have changed; takes effect before it returns. */
  refresh(): void {
    this.#folders.refresh();
  }

  /** True from `leave` on, and when writing has failed. */
  get isLeaving(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Ends the connection in good order; `reason` is told to the device. */
  leave(reason: string): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(new Leaving(reason));
  }

  /** Runs it to its end, which is logged, not thrown. Ends within 5 s after `leave`, folders that are busy aside. */
  async run(): Promise<void> {
    const writing = this.#write();
    let failure: unknown;
    try {
      this.#group.start((signal) => this.#read(signal));
      this.#group.start((signal) => this.#pulse.run(() => this.#ping(), signal));
      this.#sayHello();
      await this.#group.join();
    } catch (error) {
      failure = error;
    }
    const ending = this.#stop.signal.aborted ? this.#stop.signal.reason : failure;
    const known = asKithError(ending);
    this.wasHungUpOn = !this.#hasHeardHello && known?.code === 'CONNECTION_LOST';
    if (known?.kind === 'invalid') this.offence = known.message;
    if (ending instanceof ClosedByPeer) this.lastWords = ending.message;
    this.#requests.end(new KithError('CONNECTION_LOST', { device: this.device }));
    this.#setIdle();
    const { device, address } = this;
    logEnding(this.#parts.ports.log, ending, { device, address });
    await this.#farewell(ending, writing);
  }

  async #read(signal: AbortSignal): Promise<void> {
    for (;;) {
      const next = await this.#pulse.reading(orAborted(this.#incoming.next(), signal));
      if (next.done === true) throw new KithError('CONNECTION_LOST', { reason: 'end of stream' });
      this.#parts.hooks.onTraffic();
      for (const piece of next.value) {
        for (const event of this.#session.receive(piece)) {
          signal.throwIfAborted();
          await this.#handle(event);
        }
      }
    }
  }

  async #handle(event: SessionEvent): Promise<void> {
    switch (event.kind) {
      case 'hello':
        return this.#hearHello(event.hello);
      case 'cluster-config':
        this.#pulse.enter('open');
        await this.#parts.hooks.onClusterConfig();
        return this.#folders.hear(event.config);
      case 'index':
        return await this.#folders.receive(event, event.news);
      case 'request':
        return this.#served.take(event);
      case 'response':
        return this.#requests.answered(event);
      case 'refused':
        return this.#requests.answered({ id: event.id, data: undefined });
      case 'progress':
      case 'ping':
        return;
      case 'close':
        throw new ClosedByPeer(event.reason);
      default:
        return assertNever(event);
    }
  }

  #hearHello(hello: Hello): void {
    this.#hasHeardHello = true;
    this.#pulse.enter('cluster-config');
    if (this.#parts.hooks.onHello(hello) === 'leave') {
      this.leave('there is another connection');
      return;
    }
    this.#group.start((signal) => this.#folders.run(signal));
  }

  #sayHello(): void {
    const { settings, ports } = this.#parts;
    const { name, version, started } = settings();
    this.#outbox.post('control', () => {
      this.#hasSaidHello = true;
      return this.#session.hello({
        deviceName: name,
        clientName: CLIENT_NAME,
        clientVersion: version,
        connections: 1,
        timestamp: BigInt(ports.clock.now()) * 1_000_000n,
        started,
      });
    });
  }

  #ping(): void {
    this.#outbox.post('control', () => this.#session.ping());
  }

  #source(folder: FolderId, isOpen: () => boolean): BlockSource {
    return {
      fetch: async (request, signal) => {
        signal.throwIfAborted();
        if (!isOpen()) throw new KithError('CONNECTION_LOST', { device: this.device });
        return await this.#requests.ask(folder, request, signal);
      },
      blame: () => {
        if (!this.#blame.add()) return;
        this.#stop.abort(new KithError('PEER_SENDS_WRONG_BYTES', { folder }));
      },
    };
  }

  /** Writes until the end of the outbox. Its failure is the connection's. */
  async #write(): Promise<void> {
    try {
      await this.#outbox.run(async (frame, mayGoOn) => {
        let hasBegun = false;
        for (const parts of slices(frame)) {
          // Half a frame cannot be taken back, and nothing can follow it.
          if (hasBegun && !mayGoOn()) throw new KithError('CONNECTION_LOST', UNSHARED);
          hasBegun = true;
          await this.#pulse.writing(this.#parts.connection.write(parts));
        }
      });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#stop.abort(error);
    }
  }

  /** Says why, lets what was written go out, and takes the connection down, at the latest after 5 s. */
  async #farewell(ending: unknown, writing: Promise<void>): Promise<void> {
    const { connection, ports } = this.#parts;
    const isDone = new AbortController();
    const limit = ports.clock.sleep(FAREWELL_MS, isDone.signal).then(
      () => connection.destroy(),
      // Done in time; the sleep was called off.
      () => undefined,
    );
    const says = !(ending instanceof ClosedByPeer) && this.#hasSaidHello;
    this.#outbox.end(() => (says ? this.#session.close(reasonOf(ending)) : undefined));
    await writing;
    if (says) await this.#linger();
    await connection.close();
    isDone.abort();
    await limit;
  }

  /** Syncthing may forget our last words if the end of the stream comes right behind them: it is left to hang up first. */
  async #linger(): Promise<void> {
    const isOver = new AbortController();
    const drained = this.#drain(isOver.signal);
    const limit = this.#parts.ports.clock.sleep(LINGER_MS, isOver.signal);
    // Called off, or over.
    await Promise.race([drained, limit]);
    isOver.abort();
    await Promise.allSettled([limit]);
  }

  async #drain(signal: AbortSignal): Promise<void> {
    let hasEnded = false;
    while (!hasEnded && !signal.aborted) {
      hasEnded = await this.#incoming.next().then(
        ({ done }) => done === true,
        // A stream that breaks has ended as well.
        () => true,
      );
    }
  }
}
