/** What the configuration means for the running device at this moment. */

import type { Config } from '../api/config.ts';
import type { DeviceConfig } from './device.ts';
import type { Pauses } from './pauses.ts';

/** As it is now: a pause that is over is none, whatever the file still says. */
export function deviceConfig(config: Config, pauses: Pauses): DeviceConfig {
  const { name, listen, devices, folders } = config;
  return {
    name,
    listen,
    devices: devices.map(({ paused, ...device }) => ({
      ...device,
      isPaused: pauses.isPaused({ what: 'device', id: device.id }, paused),
    })),
    folders: folders.map(({ paused, ...folder }) => ({
      ...folder,
      isPaused: pauses.isPaused({ what: 'folder', id: folder.id }, paused),
    })),
  };
}
