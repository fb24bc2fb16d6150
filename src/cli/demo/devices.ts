/** The devices of the demonstration: set up, started, and each made known to every other. */

import { type DeviceId, parseDeviceId } from '../../model/device-id.ts';
import { parseFolderId } from '../../model/folder.ts';
import type { DaemonClient } from '../client.ts';
import type { Context } from '../command.ts';
import { connectToDaemon } from '../connect.ts';
import type { DaemonProcess } from './daemon-process.ts';
import type { Ground, Place } from './ground.ts';

/** The id of the one folder that all of them share. */
export const FOLDER_ID = parseFolderId('demo');

/** A daemon that is ready, on ports that nobody else has. */
export interface DemoDevice extends Place {
  readonly id: DeviceId;
  /** Where it listens, `tcp://127.0.0.1:PORT`. */
  readonly address: string;
  readonly client: DaemonClient;
  readonly daemon: DaemonProcess;
}

/** Sets the devices up, starts their daemons and waits until all are ready; DEMO_DAEMON_ENDED. */
export async function startDevices(
  places: readonly Place[],
  { ground, context }: { readonly ground: Ground; readonly context: Context },
): Promise<readonly DemoDevice[]> {
  const { program, signal } = context;
  return await Promise.all(
    places.map(async (place) => {
      const options = { name: place.name, listen: ['tcp://127.0.0.1:0'], api: '127.0.0.1:0' };
      const id = parseDeviceId(await program.initHome(place.home, options));
      signal.throwIfAborted();
      const daemon = ground.startDaemon(place);
      const address = await daemon.ready;
      const client = await connectToDaemon({ home: place.home, program, signal });
      return { ...place, id, address, client, daemon };
    }),
  );
}

/** Tells every device of every other, and then of the folder that all share. From here on they work by themselves. */
export async function shareAmongAll(devices: readonly DemoDevice[]): Promise<void> {
  const others = (one: DemoDevice) => devices.filter((other) => other !== one);
  await Promise.all(
    devices.map(async (device) => {
      for (const { id, name, address } of others(device)) {
        await device.client.addDevice({ id, name, addresses: [address] });
      }
    }),
  );
  await Promise.all(
    devices.map(async (device) => {
      const share = others(device).map(({ id }) => id);
      await device.client.addFolder({ id: FOLDER_ID, path: device.folder, share });
    }),
  );
}
