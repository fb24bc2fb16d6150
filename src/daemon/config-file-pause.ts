/** Rest, written into config.yaml as a document. */

import { isMap } from 'yaml';
import type { Config } from '../api/config.ts';
import type { Paused } from '../api/pause.ts';
import type { ConfigDraft } from './config-file-edit.ts';
import { requireDevice, requireFolder } from './config-file-find.ts';

/** Folders and devices that a person names: one folder, one device, or all of both. */
export interface Named {
  readonly folder?: string | undefined;
  readonly device?: string | undefined;
}

/** Says of each whether, and until when, it rests. FOLDER_UNKNOWN, DEVICE_UNKNOWN. */
export function setPaused(draft: ConfigDraft, named: Named, paused: Paused): void {
  const { document, config } = draft;
  for (const at of placesOf(config, named)) {
    if (paused === false) document.deleteIn([...at, 'paused']);
    else {
      const value = document.createNode(paused);
      if (isMap(value)) value.flow = true;
      document.setIn([...at, 'paused'], value);
    }
  }
}

function placesOf(
  config: Config,
  { folder, device }: Named,
): readonly (readonly [string, number])[] {
  if (folder !== undefined) return [['folders', requireFolder(config, folder)]];
  if (device !== undefined) {
    const { id } = requireDevice(config, device);
    return [['devices', config.devices.findIndex((each) => each.id === id)]];
  }
  return [
    ...config.folders.map((_, at) => ['folders', at] as const),
    ...config.devices.map((_, at) => ['devices', at] as const),
  ];
}
