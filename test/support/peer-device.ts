/** A device of a loopback network that runs the real peer stack, and a bare end that speaks the protocol by hand. */

import { sha256 } from '../../src/base/sha256.ts';
import { BepSession, type SessionEvent } from '../../src/bep/session.ts';
import { type DeviceId, deviceIdFromHash } from '../../src/model/device-id.ts';
import { type Peers, startPeers } from '../../src/peer/peers.ts';
import type { PeerSettings } from '../../src/peer/settings.ts';
import type { Connection } from '../../src/ports/network.ts';
import type { FakeExchange } from './fake-exchange.ts';
import type { LoopbackNetwork } from './loopback-network.ts';
import { type ManualClock, settled } from './manual-clock.ts';

/** A line of a device's log. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The world of a test. */
export interface PeerWorld {
  readonly clock: ManualClock;
  readonly network: LoopbackNetwork;
}

/** How many there were. */
let starts = 0n;

export class PeerDevice {
  /** Each of them is a run of its own, whatever the key. */
  readonly #started = ++starts;
  readonly certificate: Uint8Array;
  readonly id: DeviceId;
  readonly log: LogLine[] = [];
  readonly #world: PeerWorld;
  #stop = new AbortController();
  #peers: Peers | undefined;
  #draws = 1;

  constructor(name: string, world: PeerWorld) {
    this.certificate = new TextEncoder().encode(`certificate of ${name}`);
    this.id = deviceIdFromHash(sha256(this.certificate));
    this.#world = world;
  }

  get peers(): Peers {
    if (this.#peers === undefined) throw new Error('not started');
    return this.#peers;
  }

  /** Starts the peer stack. Everything that is not said is empty. */
  start(settings: Partial<PeerSettings>): void {
    this.#stop = new AbortController();
    const ports = {
      clock: this.#world.clock,
      network: this.#world.network.of(this.certificate),
      random: { unit: () => this.#draw(), bytes: (length: number) => new Uint8Array(length) },
      log: {
        write: (level: string, event: string, facts: Readonly<Record<string, unknown>>) => {
          this.log.push({ level, event, facts });
        },
      },
    };
    this.#peers = startPeers(ports, this.settings(settings), this.#stop.signal);
  }

  settings(settings: Partial<PeerSettings>): PeerSettings {
    const plain = { name: 'device', version: 'v0', listen: [], devices: [], exchanges: [] };
    return { ...plain, self: this.id, started: this.#started, ...settings };
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the test is over'));
    let isOver = false;
    const done = this.peers.done.finally(() => {
      isOver = true;
    });
    // Whoever does not hang up is waited for.
    await this.#world.clock.until('the device has stopped', () => isOver);
    await done;
  }

  events(event: string): readonly LogLine[] {
    return this.log.filter((line) => line.event === event);
  }

  isConnected(device: DeviceId): boolean {
    return this.peers.status().some((one) => one.id === device && one.connected);
  }

  /** Different on each device and each time, and the same in every run. */
  #draw(): number {
    const word = sha256(`${this.id} ${this.#draws++}`);
    return (word[0] ?? 0) / 256;
  }
}

/** Two devices that share the folders of `exchanges`; the first dials the second. */
export async function startPair(
  world: PeerWorld,
  [a, b]: readonly [PeerDevice, PeerDevice],
  [ofA, ofB]: readonly [readonly FakeExchange[], readonly FakeExchange[]],
): Promise<void> {
  b.start({
    listen: ['tcp://b:1'],
    devices: [{ id: a.id, name: 'a', addresses: ['dynamic'] }],
    exchanges: ofB,
  });
  a.start({ devices: [{ id: b.id, name: 'b', addresses: ['tcp://b:1'] }], exchanges: ofA });
  await world.clock.until(
    'the two are connected',
    () => a.isConnected(b.id) && b.isConnected(a.id),
  );
}

/** The other end of a connection, driven by hand: what it says is up to the test. */
export class BareEnd {
  readonly session: BepSession;
  readonly events: SessionEvent[] = [];
  readonly connection: Connection;
  hasEnded = false;
  /** While false, nothing is read. */
  isReading = true;
  #resume: () => void = () => undefined;

  private constructor(connection: Connection, ends: { self: DeviceId; peer: DeviceId }) {
    this.connection = connection;
    this.session = new BepSession(ends);
  }

  /** Dials `address` as the owner of the certificate, and reads what comes. */
  static async dial(
    network: LoopbackNetwork,
    from: Pick<PeerDevice, 'certificate' | 'id'>,
    to: { readonly address: string; readonly id: DeviceId },
  ): Promise<BareEnd> {
    const port = network.of(from.certificate);
    const connection = await port.dial(to.address, new AbortController().signal);
    const end = new BareEnd(connection, { self: from.id, peer: to.id });
    void end.#read();
    return end;
  }

  say(parts: readonly Uint8Array[]): Promise<void> {
    return this.connection.write(parts);
  }

  async hello(clientName = 'other'): Promise<void> {
    const facts = {
      deviceName: 'bare',
      clientVersion: 'v1',
      connections: 1,
      timestamp: 1n,
      started: 0n,
    };
    await this.say(this.session.hello({ ...facts, clientName }));
    await settled();
  }

  /** Says what it shares: folders with the indexes given. */
  async config(
    folders: readonly {
      readonly id: FakeExchange['id'];
      readonly isPaused?: boolean;
      readonly index?: { readonly indexId: bigint; readonly sequence: number };
      readonly heard?: { readonly indexId: bigint; readonly sequence: number };
    }[],
    ends: { readonly self: DeviceId; readonly peer: DeviceId },
  ): Promise<void> {
    const none = { indexId: 0n, sequence: 0 };
    const plain = { name: '', addresses: [], isEncrypted: false };
    const made = folders.map(({ id, isPaused = false, index = none, heard = none }) => ({
      id,
      isPaused,
      label: '',
      devices: [
        { ...plain, ...index, id: ends.self },
        { ...plain, ...heard, id: ends.peer },
      ],
    }));
    await this.say(this.session.clusterConfig({ folders: made }));
    await settled();
  }

  heard<Kind extends SessionEvent['kind']>(kind: Kind): Extract<SessionEvent, { kind: Kind }>[] {
    return this.events.filter((event) => event.kind === kind) as never;
  }

  pause(): void {
    this.isReading = false;
  }

  resume(): void {
    this.isReading = true;
    this.#resume();
  }

  async #read(): Promise<void> {
    try {
      for await (const pieces of this.connection.incoming) {
        for (const piece of pieces) this.events.push(...this.session.receive(piece));
        if (!this.isReading) {
          await new Promise<void>((resolve) => {
            this.#resume = resolve;
          });
        }
      }
    } catch (error) {
      this.failure = error;
    }
    this.hasEnded = true;
  }

  failure: unknown;
}
