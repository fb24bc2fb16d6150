/** The network of a world: names in place of addresses, certificates that prove what they say, links that can be cut. */

import { KithError } from '../../src/base/error.ts';
import type { Connection, Listener, Network } from '../../src/ports/network.ts';
import { type SideFacts, SimConnection } from './connection.ts';
import type { EventKind, Owner } from './event-heap.ts';
import { Hosts, parseAddress } from './hosts.ts';
import { DEFAULT_LINK, Link, type LinkTraits } from './link.ts';
import { Mailbox } from './mailbox.ts';
import type { SimRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** A device as the network knows it during one life. */
export interface NetworkUser {
  /** Its name in addresses: `tcp://NAME:PORT`. */
  readonly device: string;
  readonly certificate: Uint8Array;
  readonly owner: Owner;
}

/** Bytes that a device handed to the network, before they are under way. `connection` counts from 0. */
export interface Written {
  readonly connection: number;
  readonly from: string;
  readonly to: string;
  readonly parts: readonly Uint8Array[];
}

interface Listening {
  readonly user: NetworkUser;
  readonly arrivals: Mailbox<Connection>;
}

const DIAL_MS = 10_000;
const FIRST_FREE_PORT = 49_152;

export class SimNetwork {
  readonly #scheduler: Scheduler;
  readonly #random: SimRandom;
  readonly #links = new Map<string, Link>();
  readonly #listening = new Map<string, Listening>();
  readonly #connections = new Set<SimConnection>();
  readonly #taps = new Set<(written: Written) => void>();
  readonly #hosts: Hosts = new Hosts();
  #nextPort = FIRST_FREE_PORT;
  #made = 0;
  #stood = 0;

  constructor(scheduler: Scheduler, random: SimRandom) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** The port for one life of a device. */
  portFor(user: NetworkUser): Network {
    return {
      listen: (address, signal) => this.#listen(user, { address, signal }),
      dial: (address, signal) => this.#dial(user, { address, signal }),
    };
  }

  /** Bytes stop; connections stand still; dialling takes its 10 s and fails. */
  cut(a: string, b: string): void {
    for (const way of this.link(a, b).ways) way.stop();
  }

  /** The same in one direction; dialling needs both, and bytes on the other one arrive until too much is unconfirmed. */
  cutOneWay(from: string, to: string): void {
    this.link(from, to).from(from).stop();
  }

  /** Ends cuts of either direction: what stood still goes on. */
  heal(a: string, b: string): void {
    for (const way of this.link(a, b).ways) way.heal();
  }

  /** Every connection between the two is lost on both sides at once. */
  reset(a: string, b: string): void {
    for (const connection of this.#between(a, b)) connection.reset();
  }

  /** On every connection that stands, what `from` writes leads nowhere for ever, and only deadlines notice; new ones are sound. */
  halfOpen(from: string, to: string): void {
    for (const connection of this.#between(from, to)) connection.eatFrom(from);
  }

  /** On every connection that stands, `to` reads an end of the stream that `from` did not make and does not hear of. */
  halfClose(from: string, to: string): void {
    for (const connection of this.#between(from, to)) connection.endFrom(from);
  }

  /** Half-open in both directions with everybody, as after a power cut or a change of address. */
  silence(device: string): void {
    for (const connection of this.#connections) {
      if (connection.touches(device)) for (const end of connection.ends) connection.eatFrom(end);
    }
  }

  /** The device is at this host from now on, nobody is at the old one, and its connections are silenced. */
  move(device: string, host: string): void {
    this.#hosts.move(device, host);
    this.silence(device);
  }

  /** Where the device can be dialled: its name, unless it was moved. */
  hostOf(device: string): string {
    return this.#hosts.hostOf(device);
  }

  /** A device died: its listeners are gone, its connections are lost. */
  drop(device: string): void {
    for (const connection of [...this.#connections])
      if (connection.touches(device)) connection.dieAt(device);
    for (const [address, { user }] of [...this.#listening]) {
      if (user.device === device) this.#listening.delete(address);
    }
  }

  /** Both directions. */
  shape(a: string, b: string, traits: Partial<LinkTraits>): void {
    for (const way of this.link(a, b).ways) way.shape(traits);
  }

  /** One direction. Of what concerns a whole connection (`acceptMs`, `hangChance`, `mostLifeMs`) the dialler's counts. */
  shapeOneWay(from: string, to: string, traits: Partial<LinkTraits>): void {
    this.link(from, to).from(from).shape(traits);
  }

  /** Every link is healed and ordinary. Connections that were half-opened stay so; devices stay where they are. */
  restore(): void {
    for (const { ways } of this.#links.values()) {
      for (const way of ways) {
        way.shape(DEFAULT_LINK);
        way.heal();
      }
    }
  }

  /** Bytes that have arrived at `to` from `from`. */
  bytes(from: string, to: string): number {
    return this.link(from, to).from(from).bytes;
  }

  /** Connections that stand, half-closed ones too. */
  connections(): number {
    return this.#connections.size;
  }

  /** Hears everything that any device writes. The result ends it. */
  tap(listener: (written: Written) => void): () => void {
    this.#taps.add(listener);
    return () => this.#taps.delete(listener);
  }

  /** The link between two devices, made when it is first asked for. */
  link(a: string, b: string): Link {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const link = this.#links.get(key) ?? new Link(a, b);
    this.#links.set(key, link);
    return link;
  }

  #between(a: string, b: string): readonly SimConnection[] {
    const link = this.link(a, b);
    return [...this.#connections].filter((connection) => connection.link === link);
  }

  #listen(user: NetworkUser, at: { address: string; signal: AbortSignal }): Promise<Listener> {
    if (!user.owner.alive) return new Promise(() => undefined);
    if (at.signal.aborted) return Promise.reject(at.signal.reason);
    const asked = parseAddress(at.address);
    if (asked === undefined)
      return Promise.reject(new KithError('LISTEN_FAILED', { address: at.address }));
    const port = asked.port === 0 ? this.#nextPort++ : asked.port;
    const address = `tcp://${user.device}:${port}`;
    if (this.#listening.has(address)) {
      return Promise.reject(new KithError('LISTEN_FAILED', { address, errno: 'EADDRINUSE' }));
    }
    const arrivals = new Mailbox<Connection>();
    this.#listening.set(address, { user, arrivals });
    const stop = (): void => {
      this.#listening.delete(address);
      for (const connection of arrivals.close()) connection.destroy();
    };
    at.signal.addEventListener('abort', stop, { once: true });
    const shown = `tcp://${this.hostOf(user.device)}:${port}`;
    return Promise.resolve({ address: shown, connections: arrivals });
  }

  #dial(user: NetworkUser, to: { address: string; signal: AbortSignal }): Promise<Connection> {
    if (!user.owner.alive) return new Promise(() => undefined);
    if (to.signal.aborted) return Promise.reject(to.signal.reason);
    const asked = parseAddress(to.address);
    if (asked === undefined) return Promise.reject(failed(to.address, 'not an address'));
    const draw = this.#random.fork('dial', this.#made++);
    const roundTrip = this.#roundTrip(user.device, { host: asked.name, draw });
    return new Promise((resolve, reject) => {
      const options = {
        label: `${user.device} dials ${asked.name}`,
        kind: 'idle',
        owner: user.owner,
      } as const;
      const onAbort = (): void => {
        takeBack();
        reject(to.signal.reason);
      };
      const settle = (act: () => void): void => {
        to.signal.removeEventListener('abort', onAbort);
        act();
      };
      const reach = (): void => {
        const device = this.#hosts.deviceAt(asked.name);
        if (device === undefined || !this.#isReached(user.device, { device, draw })) {
          const timeOut = (): void => settle(() => reject(failed(to.address, 'timed out')));
          takeBack = this.#scheduler.after(DIAL_MS - roundTrip, timeOut, options);
          return;
        }
        settle(() => {
          const made = this.#connect(user, { device, port: asked.port, draw });
          if (made === undefined) reject(failed(to.address, 'refused'));
          else resolve(made);
        });
      };
      let takeBack = this.#scheduler.after(roundTrip, reach, options);
      to.signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** How long a dial takes that succeeds; no longer than one that does not. */
  #roundTrip(from: string, { host, draw }: { host: string; draw: SimRandom }): number {
    const { ways } = this.link(from, this.#hosts.deviceAt(host) ?? host);
    const share = draw.unit();
    const times = ways.map(({ traits }) => traits.delayMs + traits.jitterMs * share);
    return Math.min(
      DIAL_MS,
      times.reduce((sum, ms) => sum + ms, 0),
    );
  }

  #isReached(from: string, { device, draw }: { device: string; draw: SimRandom }): boolean {
    const link = this.link(from, device);
    const { hangChance } = link.from(from).traits;
    return link.isOpen && !draw.fork('hang').chance(hangChance);
  }

  #connect(
    user: NetworkUser,
    to: { device: string; port: number; draw: SimRandom },
  ): Connection | undefined {
    const listening = this.#listening.get(`tcp://${to.device}:${to.port}`);
    if (listening === undefined || !listening.user.owner.alive) return undefined;
    const number = this.#stood++;
    const connection = new SimConnection({
      scheduler: this.#scheduler,
      random: to.draw,
      link: this.link(user.device, to.device),
      dialler: side(user, `tcp://${this.hostOf(user.device)}:${this.#nextPort++}`),
      listener: side(listening.user, `tcp://${this.hostOf(to.device)}:${to.port}`),
      onGone: (gone) => this.#connections.delete(gone),
      onWrite: (from, { device }, parts) => {
        for (const tap of this.#taps) {
          tap({ connection: number, from: from.device, to: device, parts });
        }
      },
    });
    this.#connections.add(connection);
    this.#accept(connection, { listening, dialler: user.device, draw: to.draw });
    return connection.dialled;
  }

  /** The listener's program hears of it, at once or later; and it lives as long as it may. */
  #accept(
    connection: SimConnection,
    { listening, dialler, draw }: { listening: Listening; dialler: string; draw: SimRandom },
  ): void {
    const { acceptMs, mostLifeMs } = connection.link.from(dialler).traits;
    const accept = (): void => {
      if ([...this.#listening.values()].includes(listening)) {
        listening.arrivals.push(connection.accepted);
      } else connection.reset();
    };
    const after = (ms: number, act: () => void, label: string, kind: EventKind): void => {
      this.#scheduler.after(ms, act, { label: `${listening.user.device} ${label}`, kind });
    };
    if (acceptMs === 0) accept();
    else after(acceptMs * draw.fork('accept').unit(), accept, 'accepts', 'traffic');
    if (mostLifeMs === null) return;
    after(mostLifeMs * draw.fork('life').unit(), () => connection.reset(), 'loses', 'idle');
  }
}

function side({ device, certificate, owner }: NetworkUser, address: string): SideFacts {
  return { device, certificate, owner, address };
}

function failed(address: string, cause: string): KithError {
  return new KithError('DIAL_FAILED', { address, cause });
}
