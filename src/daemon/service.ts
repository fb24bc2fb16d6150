/** What the control API calls: the running device and its configuration file as one. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../api/config.ts';
import type { ChangeEvent } from '../api/events.ts';
import type { DaemonService } from '../api/service.ts';
import type { FolderDeviceStatus, FolderStatus, StatusReport } from '../api/status.ts';
import { KithError } from '../base/error.ts';
import type { FolderStatus as EngineStatus } from '../engine/folder-status.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { ConfigFile } from './config-file.ts';
import type { Device, DeviceFacts } from './device.ts';

export interface ServiceParts {
  readonly device: Device;
  readonly facts: DeviceFacts;
  readonly file: ConfigFile;
  /** The configuration in force. */
  readonly config: () => Config;
  /** Milliseconds since the start. */
  readonly uptimeMs: () => number;
  /** For people, with every status. */
  readonly notes: () => Promise<readonly string[]>;
}

/** Builds it; holds no state of its own. */
export function daemonService(parts: ServiceParts): DaemonService {
  const { device, file } = parts;
  return {
    configuration: () => file.configuration(),
    addDevice: (request) => file.addDevice(request),
    removeDevice: (id) => file.removeDevice(id),
    addFolder: (request) => file.addFolder(request),
    removeFolder: (id) => file.removeFolder(id),
    shareFolder: (id, request) => file.shareFolder(id, request),
    setFolderKind: (id, request) => file.setFolderKind(id, request),
    pause: (request) => file.pause(request),
    resume: (request) => file.resume(request),
    decide: async (id, decision) => {
      const folder = parts.config().folders.find((each) => each.id === id);
      if (folder === undefined) throw new KithError('FOLDER_UNKNOWN', { folder: id });
      return await device.settle(folder.id, decision);
    },
    status: async () => ({ ...report(parts), notes: [...(await parts.notes())] }),
    rescan: async ({ folder, confirmEmptied }) => {
      if (folder !== undefined && !parts.config().folders.some(({ id }) => id === folder)) {
        throw new KithError('FOLDER_UNKNOWN', { folder });
      }
      device.rescan(folder, { mayEmpty: confirmEmptied });
      await scanned(device, folder);
    },
    onChange: (listener) => device.onChange(() => tellAll(device, listener)),
  };
}

function tellAll(device: Device, listener: (event: ChangeEvent) => void): void {
  for (const { id } of device.folders()) listener({ kind: 'folder', folder: id });
}

/** How often it is looked whether a scan is over. */
const LOOK_MS = 25;

/** Resolves when none of the folders is scanning any more. */
async function scanned(device: Device, folder: string | undefined): Promise<void> {
  const isScanning = (): boolean =>
    device.folders().some(({ id, status }) => status.state === 'scanning' && (folder ?? id) === id);
  while (isScanning()) await sleep(LOOK_MS);
}

function report(parts: ServiceParts): Omit<StatusReport, 'notes'> {
  const { device, facts, config, uptimeMs } = parts;
  const { name, devices } = config();
  const links = new Map(device.devices().map((each) => [each.id, each]));
  const names = new Map(devices.map((each) => [each.id, each.name]));
  const rests = new Set(device.paused());
  const folders = device.folders().map(({ id, path, kind, status }): FolderStatus => {
    const { state, stateReason, local, global, need, kept, otherModes, problems } = status;
    const shared = status.devices.map((each): FolderDeviceStatus => {
      const link = links.get(each.device);
      return {
        id: each.device,
        name: names.get(each.device) ?? shortName(each.device),
        connected: link?.connected === true,
        heard: each.heard && each.connected,
        address: link?.address ?? null,
        need: each.need,
        completion: each.completion,
        freshnessMs: Math.round(each.freshnessMs),
        lastSeenMs: link?.lastSeenMs ?? null,
        trouble: link?.trouble ?? null,
        progress: { bytes: each.givenBytes },
        ...(link?.clockAheadMs === undefined ? {} : { clockAheadMs: link.clockAheadMs }),
        paused: rests.has(each.device),
      };
    });
    const silent = shared.find(({ connected, heard }) => connected && !heard);
    // Nothing is known of what it has: its folder is not shared with us, or has stopped.
    const isSilent = state === 'idle' && silent !== undefined;
    return {
      id,
      path,
      kind,
      state: isSilent ? 'syncing' : state,
      stateReason: isSilent
        ? silence(silent)
        : (stateReason ?? (state === 'paused' ? pausedUntil(config(), id) : null)),
      local,
      global,
      need,
      kept,
      ...(otherModes === 0 ? {} : { otherModes }),
      problems: [...problems],
      devices: shared,
      ...progressOf(status),
    };
  });
  return { device: facts.self, name, version: facts.version, uptimeMs: uptimeMs(), folders };
}

function progressOf({ progress, need }: EngineStatus): Pick<FolderStatus, 'progress'> {
  if (progress === undefined) return {};
  const { scan, fetch } = progress;
  return {
    progress: {
      scan: scan === undefined ? null : { ...scan, ofEntries: scan.ofEntries ?? null },
      // Between the moment in which a file is in place and the one in which that is noted here, it would count twice.
      fetch: { ...fetch, bytes: Math.min(fetch.bytes, need.bytes) },
    },
  };
}

function silence({ name }: FolderDeviceStatus): string {
  return `${name} does not offer this folder, or has paused it`;
}

/** null: nothing is said of that. */
function pausedUntil({ folders }: Config, folder: string): string | null {
  const paused = folders.find(({ id }) => id === folder)?.paused;
  return typeof paused === 'object' ? `until ${paused.until}` : null;
}

function shortName(id: DeviceId): string {
  return id.slice(0, 7);
}
