/** The network of a world: names in place of addresses, certificates that prove what they say, links that can be cut. */

import { KithError } from '../../src/base/error.ts';
import type { Connection, Listener, Network } from '../../src/ports/network.ts';
import { type SideFacts, SimConnection } from './connection.ts';
import type { Owner } from './event-heap.ts';
import { Link, type LinkTraits } from './link.ts';
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
  #nextPort = FIRST_FREE_PORT;
  #made = 0;

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
    this.link(a, b).isCut = true;
  }

  heal(a: string, b: string): void {
    this.link(a, b).heal();
  }

  /** Every connection between the two is lost on both sides at once. */
  reset(a: string, b: string): void {
    const link = this.link(a, b);
    for (const connection of [...this.#connections])
      if (connection.link === link) connection.reset();
  }

  /** A device died: its listeners are gone, its connections are lost. */
  drop(device: string): void {
    for (const connection of [...this.#connections])
      if (connection.touches(device)) connection.reset();
    for (const [address, { user }] of [...this.#listening]) {
      if (user.device === device) this.#listening.delete(address);
    }
  }

  shape(a: string, b: string, traits: Partial<LinkTraits>): void {
    const link = this.link(a, b);
    link.traits = { ...link.traits, ...traits };
  }

  /** Bytes that have arrived at `to` from `from`. */
  bytes(from: string, to: string): number {
    return this.link(from, to).bytesFrom(from);
  }

  /** Connections that stand, half-closed ones too. */
  connections(): number {
    return this.#connections.size;
  }

  /** The link between two devices, made when it is first asked for. */
  link(a: string, b: string): Link {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const link = this.#links.get(key) ?? new Link();
    this.#links.set(key, link);
    return link;
  }

  #listen(user: NetworkUser, at: { address: string; signal: AbortSignal }): Promise<Listener> {
    if (!user.owner.alive) return new Promise(() => undefined);
    if (at.signal.aborted) return Promise.reject(at.signal.reason);
    const asked = parse(at.address);
    if (asked === undefined)
      return Promise.reject(new KithError('LISTEN_FAILED', { address: at.address }));
    const address = `tcp://${user.device}:${asked.port === 0 ? this.#nextPort++ : asked.port}`;
    if (this.#listening.has(address)) {
      return Promise.reject(new KithError('LISTEN_FAILED', { address, errno: 'EADDRINUSE' }));
    }
    const arrivals = new Mailbox<Connection>();
    this.#listening.set(address, { user, arrivals });
    const stop = (): void => {
      this.#listening.delete(address);
      arrivals.end();
    };
    at.signal.addEventListener('abort', stop, { once: true });
    return Promise.resolve({ address, connections: arrivals });
  }

  #dial(user: NetworkUser, to: { address: string; signal: AbortSignal }): Promise<Connection> {
    if (!user.owner.alive) return new Promise(() => undefined);
    if (to.signal.aborted) return Promise.reject(to.signal.reason);
    const asked = parse(to.address);
    if (asked === undefined) return Promise.reject(failed(to.address, 'not an address'));
    const link = this.link(user.device, asked.name);
    const draw = this.#random.fork('dial', this.#made++);
    const roundTrip = 2 * (link.traits.delayMs + link.traits.jitterMs * draw.unit());
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
        if (link.isCut) {
          const timeOut = (): void => settle(() => reject(failed(to.address, 'timed out')));
          takeBack = this.#scheduler.after(DIAL_MS - roundTrip, timeOut, options);
          return;
        }
        settle(() => {
          const made = this.#connect(user, { address: to.address, link, draw });
          if (made === undefined) reject(failed(to.address, 'refused'));
          else resolve(made);
        });
      };
      let takeBack = this.#scheduler.after(roundTrip, reach, options);
      to.signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #connect(
    user: NetworkUser,
    to: { address: string; link: Link; draw: SimRandom },
  ): Connection | undefined {
    const listening = this.#listening.get(to.address);
    if (listening === undefined || !listening.user.owner.alive) return undefined;
    const connection = new SimConnection({
      scheduler: this.#scheduler,
      random: to.draw,
      link: to.link,
      dialler: side(user, `tcp://${user.device}:${this.#nextPort++}`),
      listener: side(listening.user, to.address),
      onGone: (gone) => this.#connections.delete(gone),
    });
    this.#connections.add(connection);
    listening.arrivals.push(connection.accepted);
    return connection.dialled;
  }
}

function side({ device, certificate, owner }: NetworkUser, address: string): SideFacts {
  return { device, certificate, owner, address };
}

function parse(address: string): { readonly name: string; readonly port: number } | undefined {
  const match = /^tcp:\/\/([^/:]+):(\d{1,5})$/.exec(address);
  const [, name, port] = match ?? [];
  return name === undefined ? undefined : { name, port: Number(port) };
}

function failed(address: string, cause: string): KithError {
  return new KithError('DIAL_FAILED', { address, cause });
}
