/**
 * One configured device: dials it while it is not connected, and keeps one connection of those that come about. Source: BEP
 * v1, several connections to one device.
 */

import { Bell } from '../base/bell.ts';
import { ERRORS } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import type { Hello } from '../bep/hello.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Connection } from '../ports/network.ts';
import { CLIENT_NAME, PeerConnection } from './connection.ts';
import { DialPace, dialAny, dialableOf } from './dial.ts';
import { Runs } from './runs.ts';
import type { DeviceSettings, DeviceStatus, PeerPorts, PeerSettings } from './settings.ts';

/** Two connections that came about within this time were made at the same moment. */
const SAME_MOMENT_MS = 10_000;
/** The one in use and those that may take its place. */
const MOST_CONNECTIONS = 3;
const LOOK_MS = 60_000;
/** What a device does that has no such device in its configuration. */
const NOT_KNOWN =
  'it hung up before it said who it is; perhaps this device is not configured there';

const TWICE = ERRORS.DEVICE_TWICE.text;
/** What a device is told whose key another one has too. */
const TWICE_HERE = `it says of this device: ${TWICE}`;

/** What it is made of. `settings` are the current ones, whenever it is called. */
export interface DevicePeerParts {
  readonly ports: PeerPorts;
  readonly device: DeviceSettings;
  readonly settings: () => PeerSettings;
  readonly onChange: () => void;
}

/** See above. */
export class DevicePeer {
  readonly id: DeviceId;
  readonly #parts: DevicePeerParts;
  readonly #stop = new AbortController();
  /** Rings when it may be time to dial. */
  readonly #bell = new Bell();
  /**
   * Rings when there is a reason not to wait until then. That a connection has ended is none: two devices that lose each
   * other at once, whoever dialled, would never let the other's pace grow.
   */
  readonly #news = new Bell();
  readonly #pace: DialPace;
  readonly #runs: Runs;
  readonly #connections = new Set<PeerConnection>();
  #group: TaskGroup | undefined;
  #addresses: readonly string[];
  #dialling: AbortController | undefined;
  #live: PeerConnection | undefined;
  #client: string | undefined;
  #sinceMs: number | undefined;
  #lastSeenMs: number | undefined;
  #trouble: string | undefined;
  #clockAheadMs: number | undefined;

  constructor(parts: DevicePeerParts) {
    this.#parts = parts;
    this.id = parts.device.id;
    this.#addresses = parts.device.addresses;
    this.#pace = new DialPace(parts.ports);
    this.#runs = new Runs(parts.ports.clock);
  }

  /** Runs until the signal aborts or the device is removed, and every connection has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const group = new TaskGroup(AbortSignal.any([signal, this.#stop.signal]));
    this.#group = group;
    const goodbye = () => this.#leaveAll('the device goes off line');
    group.signal.addEventListener('abort', goodbye, { once: true });
    group.start((inner) => this.#dial(inner));
    await group.join();
  }

  /** The device is no longer configured, or paused: it is cut off, and told why. */
  remove(reason: string): void {
    this.#leaveAll(reason);
    this.#stop.abort();
  }

  /** The settings have changed. */
  update(device: DeviceSettings): void {
    if (device.addresses.join() !== this.#addresses.join()) {
      this.#addresses = device.addresses;
      this.#pace.reset();
      this.#dialling?.abort();
      this.#bell.ring();
      this.#news.ring();
    }
    for (const connection of this.#connections) connection.refresh();
  }

  /** What people see. */
  status(): DeviceStatus {
    const isConnected = this.#live !== undefined;
    return {
      id: this.id,
      connected: isConnected,
      address: this.#live?.address,
      sinceMs: isConnected ? this.#sinceMs : undefined,
      client: isConnected ? this.#client : undefined,
      lastSeenMs: this.#lastSeenMs,
      trouble: isConnected ? undefined : this.#trouble,
      clockAheadMs: isConnected ? this.#clockAheadMs : undefined,
    };
  }

  /** Takes a connection whose other end has proven to be this device. */
  admit(connection: Connection): void {
    const group = this.#group;
    const isFull = this.#connections.size >= MOST_CONNECTIONS;
    if (group === undefined || group.signal.aborted || isFull) {
      connection.destroy();
      return;
    }
    this.#dialling?.abort();
    const peer = this.#makeConnection(connection);
    this.#connections.add(peer);
    group.start(async () => {
      await peer.run();
      if (peer.wasHungUpOn) this.#suffer(NOT_KNOWN);
      if (peer.offence !== undefined) this.#suffer(peer.offence);
      if (peer.lastWords === TWICE) this.#suffer(TWICE_HERE);
      this.#forget(peer);
    });
  }

  #makeConnection(connection: Connection): PeerConnection {
    const { ports, settings } = this.#parts;
    const peer: PeerConnection = new PeerConnection({
      ports,
      settings,
      connection,
      device: this.id,
      hooks: {
        onHello: (hello) => this.#hearHello(peer, hello),
        onClusterConfig: () => this.#takeOver(peer),
        onTraffic: () => {
          this.#lastSeenMs = ports.clock.now();
        },
      },
    });
    return peer;
  }

  /**
   * Two devices may dial each other at the same moment. Those of our kind both keep the connection that the smaller id
   * dialled. Others decide by rules of their own: there the new one waits, and takes over if the device goes on with it.
   */
  #hearHello(peer: PeerConnection, hello: Hello): 'stay' | 'leave' {
    if (this.#runs.isTwin({ started: hello.started, beganMono: peer.beganMono })) {
      this.#leaveAll(TWICE);
      this.#suffer(TWICE);
      return 'leave';
    }
    const live = this.#live;
    if (live === undefined) this.#setLive(peer);
    else if (hello.clientName === CLIENT_NAME) {
      if (!this.#shallReplace(live, peer)) return 'leave';
      this.#setLive(peer);
    }
    if (this.#live === peer) {
      this.#client = `${hello.clientName} ${hello.clientVersion}`.slice(0, 100);
      this.#trouble = undefined;
      this.#clockAheadMs = this.#clockAhead(hello);
      const facts = { device: this.id, address: peer.address, client: this.#client };
      this.#parts.ports.log.write('info', 'connected', facts);
      this.#parts.onChange();
    }
    return 'stay';
  }

  /** Both clocks as they are at this moment; the way here took far less than what matters of it. */
  #clockAhead({ timestamp }: Hello): number | undefined {
    if (timestamp <= 0n) return undefined;
    return Number(timestamp / 1_000_000n) - this.#parts.ports.clock.now();
  }

  /** Notes why there is no connection; told once, however often it happens. */
  #suffer(trouble: string): void {
    if (this.#trouble === trouble) return;
    this.#trouble = trouble;
    this.#parts.ports.log.write('info', 'not-connected', { device: this.id, reason: trouble });
    this.#parts.onChange();
  }

  #shallReplace(live: PeerConnection, peer: PeerConnection): boolean {
    const laterMs = peer.beganMono - live.beganMono;
    const isSameMoment = Math.abs(laterMs) < SAME_MOMENT_MS;
    // Whoever dials again has lost the connection it dialled before; and what is old may be dead already.
    if (!isSameMoment || live.direction === peer.direction) return laterMs >= 0;
    const isSmaller = this.#parts.settings().self < this.id;
    return peer.direction === (isSmaller ? 'dialled' : 'accepted');
  }

  /** Nothing that `peer` brings counts before every connection that had to go has let go of the folders. */
  async #takeOver(peer: PeerConnection): Promise<void> {
    if (this.#live !== peer) this.#setLive(peer);
    // One that has not said Hello yet is left alone: at the other end it may be the one that stays.
    const going = [...this.#connections].filter((other) => other !== peer && other.isLeaving);
    await Promise.all(going.map((other) => other.idle));
  }

  #setLive(peer: PeerConnection): void {
    this.#live?.leave('replacing connection');
    this.#live = peer;
    this.#sinceMs = this.#parts.ports.clock.now();
    this.#parts.onChange();
  }

  #forget(peer: PeerConnection): void {
    this.#connections.delete(peer);
    this.#pace.lasted(this.#parts.ports.clock.mono() - peer.beganMono);
    if (this.#live === peer) {
      this.#live = undefined;
      this.#parts.onChange();
    }
    if (this.#connections.size === 0) this.#bell.ring();
  }

  #leaveAll(reason: string): void {
    for (const connection of this.#connections) connection.leave(reason);
  }

  async #dial(signal: AbortSignal): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      while (this.#connections.size > 0 || dialableOf(this.#addresses).length === 0) {
        await this.#bell.wait(this.#parts.ports.clock, LOOK_MS, signal);
      }
      if (!isFirst) await this.#news.wait(this.#parts.ports.clock, this.#pace.next(), signal);
      if (this.#connections.size === 0) await this.#dialOnce(dialableOf(this.#addresses), signal);
    }
  }

  async #dialOnce(addresses: readonly string[], signal: AbortSignal): Promise<void> {
    const dialling = new AbortController();
    this.#dialling = dialling;
    const either = AbortSignal.any([signal, dialling.signal]);
    try {
      const dialled = await dialAny(this.#parts.ports, { device: this.id, addresses }, either);
      this.#dialling = undefined;
      if ('trouble' in dialled) this.#suffer(dialled.trouble);
      else this.admit(dialled);
    } catch (error) {
      // A connection came from the other side, or the addresses are others now.
      if (signal.aborted || !dialling.signal.aborted) throw error;
    } finally {
      this.#dialling = undefined;
    }
  }
}
