/**
 * A device: its folders and its exchange with other devices, put together over ports. The same code runs in the daemon
 * and in the simulator; nothing here knows which.
 */

import { KithError } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import type { FolderPorts } from '../engine/context.ts';
import { Folder } from '../engine/folder.ts';
import type { FolderStatus } from '../engine/folder-status.ts';
import type { Decided } from '../engine/kind-change.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderId, FolderKind } from '../model/folder.ts';
import { type Peers, startPeers } from '../peer/peers.ts';
import type { DeviceSettings, DeviceStatus } from '../peer/settings.ts';
import { defaultRules } from '../planner/rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateStore } from '../ports/folder-store.ts';
import type { Network } from '../ports/network.ts';

/** Everything outside that a device uses. */
export interface DevicePorts extends FolderPorts {
  readonly network: Network;
  readonly store: StateStore;
}

export interface FolderSetting {
  readonly id: FolderId;
  /** Absolute. */
  readonly path: string;
  readonly kind: FolderKind;
  readonly isPaused: boolean;
  readonly devices: readonly DeviceId[];
}

/** What can change while it runs. */
export interface DeviceConfig {
  readonly name: string;
  readonly listen: readonly string[];
  readonly devices: readonly DeviceSettings[];
  readonly folders: readonly FolderSetting[];
}

/** What stays. */
export interface DeviceFacts {
  readonly self: DeviceId;
  readonly version: string;
  /** Changes with every start of the machine. */
  readonly bootId: string;
  /** When that was, by the wall clock as it is now, in Unix milliseconds. */
  readonly bootedAtMs: number;
  /** Bytes of what is kept of each device's announcements in each folder; a bound is found right if it is not said. */
  readonly mostAnnounced?: number;
}

interface RunningFolder {
  readonly folder: Folder;
  readonly path: string;
  readonly kind: FolderKind;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export class Device {
  /** Resolves when everything has ended after the signal; rejects with a bug. */
  readonly done: Promise<void>;
  readonly #ports: DevicePorts;
  readonly #facts: DeviceFacts;
  readonly #group: TaskGroup;
  readonly #folders = new Map<FolderId, RunningFolder>();
  readonly #listeners = new Set<() => void>();
  readonly #peers: Peers;
  readonly #started: bigint;
  #config: DeviceConfig;

  constructor(
    ports: DevicePorts,
    start: { readonly facts: DeviceFacts; readonly config: DeviceConfig },
    signal: AbortSignal,
  ) {
    this.#ports = ports;
    this.#facts = start.facts;
    this.#config = start.config;
    this.#started = startedOf(ports.clock);
    this.#group = new TaskGroup(signal);
    for (const setting of start.config.folders) this.#startFolder(setting);
    this.#peers = startPeers(ports, this.#peerSettings(), this.#group.signal);
    this.#peers.onChange(() => this.#tell());
    this.#group.start(() => this.#peers.done);
    this.done = this.#group.join();
  }

  /** Makes it so while it runs; resolves when what was removed has ended and is forgotten. */
  async update(config: DeviceConfig): Promise<void> {
    this.#config = config;
    const ending = [...this.#folders].filter(([id, running]) => {
      const setting = config.folders.find((each) => each.id === id);
      return setting === undefined || setting.path !== running.path;
    });
    for (const [id, running] of ending) {
      running.stop.abort(new Error('removed'));
      this.#folders.delete(id);
    }
    for (const { id, kind, isPaused } of config.folders) {
      const running = this.#folders.get(id);
      running?.folder.pause(isPaused);
      if (running?.kind !== kind) running?.stop.abort(new Error('another kind'));
    }
    // At once for all of them: what follows takes its time, and nothing may be given meanwhile that is unshared now.
    const shared = Promise.all(
      config.folders.map(({ id, devices }) => this.#folders.get(id)?.folder.share(devices)),
    );
    this.#peers.update(this.#peerSettings());
    await shared;
    for (const [id, running] of ending) {
      await running.ended;
      await this.#ports.store.forget(id);
    }
    for (const setting of config.folders) {
      const running = this.#folders.get(setting.id);
      if (running?.kind === setting.kind) continue;
      // As another kind it begins anew, with all that it knows.
      await running?.ended;
      this.#startFolder(setting);
    }
    this.#peers.update(this.#peerSettings());
    this.#tell();
  }

  /** Each folder's status, in the order of the configuration. */
  folders(): readonly (FolderSetting & { readonly status: FolderStatus })[] {
    return this.#config.folders.flatMap((setting) => {
      const running = this.#folders.get(setting.id);
      return running === undefined ? [] : [{ ...setting, status: running.folder.status() }];
    });
  }

  /** Each configured device. */
  devices(): readonly DeviceStatus[] {
    return this.#peers.status();
  }

  /** Devices to which there shall be no connection for now. */
  paused(): readonly DeviceId[] {
    return this.#config.devices.flatMap(({ id, isPaused }) => (isPaused === true ? [id] : []));
  }

  /** The addresses at which others reach us now. */
  listening(): readonly string[] {
    return this.#peers.listening();
  }

  /** Looks at everything in these folders again (undefined: in all). */
  rescan(folder: FolderId | undefined, options: { readonly mayEmpty: boolean }): void {
    for (const [id, running] of this.#folders) {
      if (folder === undefined || id === folder) running.folder.rescan(options);
    }
  }

  /** What a person gives up, or gives out, in a folder of a certain kind. FOLDER_UNKNOWN, and as the folder says. */
  async settle(id: FolderId, how: 'revert' | 'override'): Promise<Decided> {
    const running = this.#folders.get(id);
    if (running === undefined) throw new KithError('FOLDER_UNKNOWN', { folder: id });
    return await running.folder[how]();
  }

  /** Called soon after anything in a status has changed. The result ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #startFolder(setting: FolderSetting): void {
    const stop = new AbortController();
    const folder = new Folder(this.#ports, this.#ports.store.folder(setting.id), {
      id: setting.id,
      path: setting.path,
      self: this.#facts.self,
      devices: setting.devices,
      rules: { ...defaultRules, kind: setting.kind },
      isPaused: setting.isPaused,
      bootId: this.#facts.bootId,
      bootedAtMs: this.#facts.bootedAtMs,
      mostAnnounced: this.#facts.mostAnnounced,
    });
    folder.onChange(() => this.#tell());
    const ended = new Promise<void>((resolve) => {
      this.#group.start(async (signal) => {
        try {
          await folder.run(AbortSignal.any([signal, stop.signal]));
        } finally {
          resolve();
        }
      });
    });
    const { path, kind } = setting;
    this.#folders.set(setting.id, { folder, path, kind, stop, ended });
  }

  #peerSettings(): Parameters<Peers['update']>[0] {
    const { name, listen, devices } = this.#config;
    const { self, version } = this.#facts;
    const exchanges = [...this.#folders.values()].map((running) => running.folder);
    return { self, name, version, started: this.#started, listen, devices, exchanges };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Nanoseconds of the wall clock, the microseconds those of the other one: no two starts of a key are at the same moment. */
function startedOf(clock: Clock): bigint {
  const micros = Math.floor((clock.mono() % 1) * 1000);
  return BigInt(Math.max(1, Math.floor(clock.now()))) * 1_000_000n + BigInt(micros) * 1000n;
}
