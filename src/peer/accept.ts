/** Lets in whom we know. Everyone else gets the end of the connection and not a byte of ours (I19, MAL-12). */

import { backoffMs } from '../base/backoff.ts';
import { asKithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Connection } from '../ports/network.ts';
import { deviceIdOf } from './identity.ts';
import type { PeerPorts } from './settings.ts';

const LISTEN_AGAIN = { firstMs: 1000, mostMs: 60_000 };
const NOTICE_MS = 60_000;

/** Listens at one address until the signal aborts, again and again if the address cannot be had. */
export async function acceptAt(
  ports: PeerPorts,
  wish: {
    readonly address: string;
    /** Takes the connection of a known device; false if the device is not known. */
    readonly admit: (device: DeviceId, connection: Connection) => boolean;
    readonly onListening: (address: string | undefined) => void;
    readonly strangers: Strangers;
  },
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const listener = await ports.network.listen(wish.address, signal);
      attempt = 0;
      wish.onListening(listener.address);
      ports.log.write('info', 'listening', { address: listener.address });
      for await (const connection of listener.connections) {
        const device = deviceIdOf(connection.certificates);
        if (device !== undefined && wish.admit(device, connection)) continue;
        wish.strangers.notice(device, connection.address);
        connection.destroy();
      }
    } catch (error) {
      signal.throwIfAborted();
      if (asKithError(error, 'LISTEN_FAILED') === undefined) throw error;
      const reason = String(error instanceof Error ? error.cause : error);
      ports.log.write('error', 'listen-failed', { address: wish.address, reason });
    } finally {
      wish.onListening(undefined);
    }
    await ports.clock.sleep(backoffMs(attempt, ports.random.unit(), LISTEN_AGAIN), signal);
  }
}

/** Tells of unknown devices, at most once a minute however many come. */
export class Strangers {
  readonly #ports: Pick<PeerPorts, 'clock' | 'log'>;
  #toldAt: number | undefined;
  #untold = 0;

  constructor(ports: Pick<PeerPorts, 'clock' | 'log'>) {
    this.#ports = ports;
  }

  /** One came; `device` is undefined if it showed no certificate, or several. */
  notice(device: DeviceId | undefined, address: string): void {
    const now = this.#ports.clock.mono();
    if (this.#toldAt !== undefined && now - this.#toldAt < NOTICE_MS) {
      this.#untold++;
      return;
    }
    const others = this.#untold;
    this.#ports.log.write('warn', 'device-unknown', { device: device ?? null, address, others });
    this.#toldAt = now;
    this.#untold = 0;
  }
}
