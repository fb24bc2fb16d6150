/** Changes of config.yaml as a document: comments and the order of things stay, whatever the change is. */

import { type Document, isMap, isScalar, isSeq, type YAMLMap, YAMLSeq } from 'yaml';
import type { Config } from '../api/config.ts';
import { findDevice } from '../api/config.ts';
import type { AddDevice, AddFolder } from '../api/requests.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderKind } from '../model/folder.ts';
import { requireDevice, requireFolder } from './config-file-find.ts';

/** A document and what it says. */
export interface ConfigDraft {
  readonly document: Document;
  readonly config: Config;
}

/** Appends a device. */
export function addDevice({ document }: ConfigDraft, request: AddDevice): void {
  const { id, name, addresses } = request;
  append(document, 'devices', {
    id,
    ...(name === undefined ? {} : { name }),
    ...(addresses === undefined ? {} : { addresses }),
  });
}

/** Removes a device, from every folder too. DEVICE_UNKNOWN. */
export function removeDevice(draft: ConfigDraft, text: string): void {
  const { id } = requireDevice(draft.config, text);
  const at = draft.config.devices.findIndex((device) => device.id === id);
  listAt(draft.document, ['devices']).items.splice(at, 1);
  for (const index of draft.config.folders.keys()) unshare(draft, { folder: index, device: id });
}

/** Appends a folder. DEVICE_UNKNOWN for a device that is not configured. */
export function addFolder({ document, config }: ConfigDraft, request: AddFolder): void {
  const { id, path, kind, share = [] } = request;
  const devices = share.map((name) => requireDevice(config, name).name);
  append(document, 'folders', { id, path, kind: kind ?? 'send-receive', devices });
}

/** Removes a folder. FOLDER_UNKNOWN. */
export function removeFolder({ document, config }: ConfigDraft, folder: string): void {
  listAt(document, ['folders']).items.splice(requireFolder(config, folder), 1);
}

/** Shares a folder with a device; nothing changes if it is shared already. FOLDER_UNKNOWN, DEVICE_UNKNOWN. */
export function shareFolder(
  { document, config }: ConfigDraft,
  { folder, device }: { readonly folder: string; readonly device: string },
): void {
  const at = requireFolder(config, folder);
  const { id, name } = requireDevice(config, device);
  if (config.folders[at]?.devices.includes(id)) return;
  listAt(document, ['folders', at, 'devices']).add(document.createNode(name));
}

/** Makes it a folder of that kind. FOLDER_UNKNOWN. */
export function setFolderKind(
  { document, config }: ConfigDraft,
  { folder, kind }: { readonly folder: string; readonly kind: FolderKind },
): void {
  document.setIn(['folders', requireFolder(config, folder), 'kind'], kind);
}

function unshare(
  { document, config }: ConfigDraft,
  { folder, device }: { readonly folder: number; readonly device: DeviceId },
): void {
  if (!config.folders[folder]?.devices.includes(device)) return;
  const list = listAt(document, ['folders', folder, 'devices']);
  list.items = list.items.filter((item) => {
    const named = findDevice(config.devices, String(isScalar(item) ? item.value : item));
    return named?.id !== device;
  });
}

function append(document: Document, key: 'devices' | 'folders', value: object): void {
  const item: YAMLMap | unknown = document.createNode(value);
  if (isMap(item)) item.flow = true;
  const list = listAt(document, [key]);
  if (list.items.length === 0) list.flow = false;
  list.add(item);
}

/** The list at `path`, made if there is none yet. An alias is replaced by a list of its own. */
function listAt(document: Document, path: readonly (string | number)[]): YAMLSeq {
  const found = document.getIn(path, true);
  if (isSeq(found)) return found;
  const items: unknown = document.toJS();
  const plain = path.reduce<unknown>((value, part) => Reflect.get(Object(value), part), items);
  const made = document.createNode(Array.isArray(plain) ? plain : []);
  const list = isSeq(made) ? made : new YAMLSeq();
  list.flow = path.length > 1;
  document.setIn(path, list);
  return list;
}
