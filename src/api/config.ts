/**
 * The configuration file as a schema: what config.yaml may say, and the trusted form of it. Names of devices become ids
 * here. What only the disk can tell (links in paths, the place of the home) is checked where the file is read.
 */

import { z } from 'zod';
import { type DeviceId, parseDeviceId, shortId } from '../model/device-id.ts';
import type { FolderId, FolderKind } from '../model/folder.ts';
import {
  apiAddressSchema,
  DEFAULT_API_LISTEN,
  DEFAULT_LISTEN,
  DYNAMIC,
  deviceAddressSchema,
  listenAddressSchema,
} from './address-fields.ts';
import {
  deviceIdSchema,
  folderIdSchema,
  folderKindSchema,
  folderPathSchema,
  isDeviceId,
  nameSchema,
  textSchema,
} from './fields.ts';
import { type Paused, pausedSchema } from './pause.ts';

export interface DeviceConfig {
  readonly id: DeviceId;
  readonly name: string;
  /** In the order in which they are tried; `dynamic` means that the device dials us. */
  readonly addresses: readonly string[];
  readonly paused: Paused;
}

export interface FolderConfig {
  readonly id: FolderId;
  /** Absolute. */
  readonly path: string;
  readonly kind: FolderKind;
  readonly paused: Paused;
  /** Each once, each of them configured. */
  readonly devices: readonly DeviceId[];
}

/** A configuration that holds together: ids and names are unique, every reference leads somewhere. */
export interface Config {
  readonly name: string;
  readonly listen: readonly string[];
  readonly api: { readonly listen: string };
  readonly devices: readonly DeviceConfig[];
  readonly folders: readonly FolderConfig[];
}

const deviceSchema = keysOf({
  id: deviceIdSchema,
  name: nameSchema.optional(),
  addresses: listOf(deviceAddressSchema).default([DYNAMIC]),
  paused: pausedSchema.default(false),
});

const folderSchema = keysOf({
  id: folderIdSchema,
  path: folderPathSchema,
  kind: folderKindSchema.default('send-receive'),
  paused: pausedSchema.default(false),
  devices: listOf(textSchema).default([]),
});

/** What is wrong with an id that begins like another one: conflict copies and makers of versions are named by it. */
export const SHORT_ID_TAKEN =
  'begins with the same 64 bits as the id of another device, which does not happen by chance; give one of them a new key';

type RawDevice = z.infer<typeof deviceSchema>;
type RawConfig = z.infer<typeof rawConfigSchema>;

const rawConfigSchema = keysOf({
  name: nameSchema,
  listen: listOf(listenAddressSchema).default([DEFAULT_LISTEN]),
  api: keysOf({ listen: apiAddressSchema }).default({ listen: DEFAULT_API_LISTEN }),
  devices: listOf(deviceSchema).default([]),
  folders: listOf(folderSchema).default([]),
});

/** Plain data of config.yaml to a Config. Issues carry the path into the data, so that a line can be named. */
export const configSchema = rawConfigSchema.transform((raw, context): Config => {
  const issue = (message: string, ...path: (string | number)[]): void => {
    context.addIssue({ code: 'custom', message, path });
  };
  const devices = raw.devices.map(withName);
  refuseTwins(
    devices.map(({ id }) => id),
    (at) => issue('this device is listed twice', 'devices', at, 'id'),
  );
  refuseTwins(
    devices.map(({ id }, at) => (isAmong(devices.slice(0, at), id) ? id : `${shortId(id)}`)),
    (at) => issue(SHORT_ID_TAKEN, 'devices', at, 'id'),
  );
  refuseTwins(
    devices.map(({ name }) => name),
    (at) => {
      issue('another device has this name; give each its own', 'devices', at, 'name');
    },
  );
  refuseTwins(
    raw.folders.map(({ id }) => id),
    (at) => {
      issue('another folder has this id; give each its own', 'folders', at, 'id');
    },
  );
  const folders = raw.folders.map((folder, at) => ({
    ...folder,
    devices: resolveDevices({ names: folder.devices, devices }, (position, name) => {
      issue(
        `no device is called ${JSON.stringify(name)}; add it under devices first`,
        'folders',
        at,
        'devices',
        position,
      );
    }),
  }));
  return { name: raw.name, listen: raw.listen, api: raw.api, devices, folders };
});

/** The device that `text` names, by its name or in any spelling of its id; undefined if none does. */
export function findDevice<Device extends { readonly id: DeviceId; readonly name: string }>(
  devices: readonly Device[],
  text: string,
): Device | undefined {
  const named = devices.find(({ name }) => name === text);
  if (named !== undefined || !isDeviceId(text)) return named;
  const id = parseDeviceId(text);
  return devices.find((device) => device.id === id);
}

/** The name of a device to which nobody gave one: the first group of its id. */
function defaultDeviceName(id: DeviceId): string {
  return id.slice(0, 7);
}

/** An object with these keys alone; a wrong key is answered with the right ones. */
function keysOf<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      if (code === 'unrecognized_keys')
        return `is not a key that may stand here; known are ${known}`;
      if (input === undefined) return 'is missing';
      return `must hold these keys: ${known}`;
    },
  });
}

function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item, 'must be a list');
}

function withName({ id, name, addresses, paused }: RawDevice): DeviceConfig {
  return { id, name: name ?? defaultDeviceName(id), addresses, paused };
}

function resolveDevices(
  {
    names,
    devices,
  }: {
    readonly names: RawConfig['folders'][number]['devices'];
    readonly devices: readonly DeviceConfig[];
  },
  onUnknown: (position: number, name: string) => void,
): readonly DeviceId[] {
  const found = new Set<DeviceId>();
  for (const [position, name] of names.entries()) {
    const device = findDevice(devices, name);
    if (device === undefined) onUnknown(position, name);
    else found.add(device.id);
  }
  return [...found];
}

function isAmong(devices: readonly DeviceConfig[], id: DeviceId): boolean {
  return devices.some((device) => device.id === id);
}

function refuseTwins(values: readonly string[], onTwin: (at: number) => void): void {
  const seen = new Set<string>();
  for (const [at, value] of values.entries()) {
    if (seen.has(value)) onTwin(at);
    seen.add(value);
  }
}
