/** Reaches for a device at its addresses, one after the other; at first often, in the end once a minute. */

import { type BackoffLimits, backoffMs } from '../base/backoff.ts';
import { asKithError, KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Connection } from '../ports/network.ts';
import { deviceIdOf } from './identity.ts';
import type { PeerPorts } from './settings.ts';

/** How often a device is tried that is not there. */
const DIAL_LIMITS: BackoffLimits = { firstMs: 500, mostMs: 60_000 };

/** A connection that lasted this long shows that all is well: the next loss is a new story. */
const SOUND_MS = 60_000;

/** How long to wait before the next round. */
export class DialPace {
  readonly #ports: Pick<PeerPorts, 'random'>;
  #attempt = 0;

  constructor(ports: Pick<PeerPorts, 'random'>) {
    this.#ports = ports;
  }

  /** The next wait in milliseconds, drawn at random from the upper half of an interval that doubles. */
  next(): number {
    return backoffMs(this.#attempt++, this.#ports.random.unit(), DIAL_LIMITS);
  }

  /** Begins anew. */
  reset(): void {
    this.#attempt = 0;
  }

  /** A connection came to its end. */
  lasted(ms: number): void {
    if (ms >= SOUND_MS) this.reset();
  }
}

/** The addresses that can be dialled, in their order. */
export function dialableOf(addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => address.startsWith('tcp://'));
}

/**
 * A connection to `device` from the first address at which it stands, or why there is none now, for people. Someone else
 * at an address is told nothing. Rejects with the signal's reason.
 */
export async function dialAny(
  { network }: Pick<PeerPorts, 'network'>,
  { device, addresses }: { readonly device: DeviceId; readonly addresses: readonly string[] },
  signal: AbortSignal,
): Promise<Connection | { readonly trouble: string }> {
  const reasons: string[] = [];
  for (const address of addresses) {
    try {
      const connection = await network.dial(address, signal);
      if (deviceIdOf(connection.certificates) === device) return connection;
      connection.destroy();
      throw new KithError('DIAL_FAILED', { address, reason: 'another device stands there' });
    } catch (error) {
      signal.throwIfAborted();
      const known = asKithError(error, 'DIAL_FAILED');
      if (known === undefined) throw error;
      reasons.push(`${address}: ${known.data['reason'] ?? known.message}`);
    }
  }
  return { trouble: reasons.join('; ') };
}
