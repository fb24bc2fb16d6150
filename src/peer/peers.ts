/** The exchange with all configured devices: who is listened to, who is dialled, what has changed. */

import { TaskGroup } from '../base/task-group.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Connection } from '../ports/network.ts';
import { acceptAt, Strangers } from './accept.ts';
import { DevicePeer } from './device-peer.ts';
import type { DeviceSettings, DeviceStatus, PeerPorts, PeerSettings } from './settings.ts';

/** The running exchange. */
export interface Peers {
  /** Makes it so while it runs: who is not configured any more is cut off at once, what is not shared is given no more. */
  update(settings: PeerSettings): void;
  /** Every configured device, in the order of the settings. */
  status(): readonly DeviceStatus[];
  /** The addresses at which devices can reach us now. */
  listening(): readonly string[];
  /** Calls back when a status or a listening address has changed. The result ends it. */
  onChange(listener: () => void): () => void;
  /** Resolves when everything has ended after the signal: within 5 s, busy folders aside. */
  readonly done: Promise<void>;
}

/** Starts it; it ends with the signal, after a word of farewell to every device. */
export function startPeers(ports: PeerPorts, settings: PeerSettings, signal: AbortSignal): Peers {
  return new RunningPeers(ports, settings, signal);
}

class RunningPeers implements Peers {
  readonly done: Promise<void>;
  readonly #ports: PeerPorts;
  readonly #group: TaskGroup;
  readonly #strangers: Strangers;
  readonly #devices = new Map<DeviceId, DevicePeer>();
  /** When a device of this id has ended that was removed. */
  readonly #past = new Map<DeviceId, Promise<void>>();
  readonly #listeners = new Map<string, AbortController>();
  readonly #listening = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  #settings: PeerSettings;

  constructor(ports: PeerPorts, settings: PeerSettings, signal: AbortSignal) {
    this.#ports = ports;
    this.#settings = settings;
    this.#strangers = new Strangers(ports);
    this.#group = new TaskGroup(signal);
    this.#group.start(aborted);
    this.update(settings);
    this.done = this.#group.join();
  }

  update(settings: PeerSettings): void {
    this.#settings = settings;
    if (this.#group.signal.aborted) return;
    const known = settings.devices.filter((device) => device.id !== settings.self);
    const wanted = known.filter((device) => device.isPaused !== true);
    for (const [id, peer] of this.#devices) {
      if (wanted.some((device) => device.id === id)) continue;
      const isKnown = known.some((device) => device.id === id);
      peer.remove(isKnown ? 'device is paused' : 'this device has been removed');
      this.#devices.delete(id);
    }
    for (const device of wanted) {
      const peer = this.#devices.get(device.id);
      if (peer === undefined) this.#startDevice(device);
      else peer.update(device);
    }
    this.#listen(settings.listen);
    this.#tell();
  }

  status(): readonly DeviceStatus[] {
    const found = this.#settings.devices.map((device) => this.#devices.get(device.id)?.status());
    return found.filter((status) => status !== undefined);
  }

  listening(): readonly string[] {
    return [...this.#listening.values()];
  }

  onChange(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  #startDevice(device: DeviceSettings): void {
    const peer = new DevicePeer({
      ports: this.#ports,
      device,
      settings: () => this.#settings,
      onChange: () => this.#tell(),
    });
    this.#devices.set(device.id, peer);
    const before = this.#past.get(device.id);
    const over = new Promise<void>((resolve) => {
      this.#group.start(async (signal) => {
        try {
          await before;
          await peer.run(signal);
        } finally {
          resolve();
        }
      });
    });
    this.#past.set(device.id, over);
  }

  #listen(addresses: readonly string[]): void {
    for (const [address, stop] of this.#listeners) {
      if (addresses.includes(address)) continue;
      stop.abort();
      this.#listeners.delete(address);
    }
    for (const address of addresses) {
      if (!this.#listeners.has(address)) this.#startListener(address);
    }
  }

  #startListener(address: string): void {
    const stop = new AbortController();
    this.#listeners.set(address, stop);
    this.#group.start(async (signal) => {
      const wish = {
        address,
        strangers: this.#strangers,
        admit: (device: DeviceId, connection: Connection) => this.#admit(device, connection),
        onListening: (at: string | undefined) => {
          if (at === undefined) this.#listening.delete(address);
          else this.#listening.set(address, at);
          this.#tell();
        },
      };
      try {
        await acceptAt(this.#ports, wish, AbortSignal.any([signal, stop.signal]));
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
    });
  }

  #admit(device: DeviceId, connection: Connection): boolean {
    const peer = this.#devices.get(device);
    peer?.admit(connection);
    const isKnown = this.#settings.devices.some((each) => each.id === device);
    // No stranger, but not wanted either: nothing is said of it.
    if (peer === undefined && isKnown) connection.destroy();
    return isKnown;
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Keeps the exchange running though nothing may be configured. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
