/** What a person names in the configuration. */

import { type Config, type DeviceConfig, findDevice } from '../api/config.ts';
import { KithError } from '../base/error.ts';

/** By name or id. DEVICE_UNKNOWN. */
export function requireDevice(config: Config, text: string): DeviceConfig {
  const device = findDevice(config.devices, text);
  if (device === undefined) throw new KithError('DEVICE_UNKNOWN', { device: text });
  return device;
}

/** Its place in the list. FOLDER_UNKNOWN. */
export function requireFolder(config: Config, text: string): number {
  const at = config.folders.findIndex(({ id }) => id === text);
  if (at < 0) throw new KithError('FOLDER_UNKNOWN', { folder: text });
  return at;
}
