/** What the exchange with other devices needs to know, and what it tells. */

import type { DeviceId } from '../model/device-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { FolderExchange } from '../ports/exchange.ts';
import type { Log } from '../ports/log.ts';
import type { Network } from '../ports/network.ts';
import type { Random } from '../ports/random.ts';

/** The ports it uses. */
export interface PeerPorts {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A device that may connect, and where to find it. What is no `tcp://` address is passed over: then it finds us. */
export interface DeviceSettings {
  readonly id: DeviceId;
  readonly name: string;
  readonly addresses: readonly string[];
  /** It is known, but there shall be no connection for now. */
  readonly isPaused?: boolean;
}

/** Everything that can change while it runs. */
export interface PeerSettings {
  /** The device whose key the network holds. */
  readonly self: DeviceId;
  readonly name: string;
  readonly version: string;
  /** Tells this run of the program from every other one with the same key; not 0n. */
  readonly started: bigint;
  /** Addresses to listen on, each once. */
  readonly listen: readonly string[];
  readonly devices: readonly DeviceSettings[];
  /** Each folder once. */
  readonly exchanges: readonly FolderExchange[];
}

/** A configured device as people see it. Times are Unix milliseconds; undefined = not since the start. */
export interface DeviceStatus {
  readonly id: DeviceId;
  readonly connected: boolean;
  /** Of the connection there is. */
  readonly address: string | undefined;
  readonly sinceMs: number | undefined;
  readonly client: string | undefined;
  readonly lastSeenMs: number | undefined;
  /** For people: why there is no connection, as far as it is known. */
  readonly trouble: string | undefined;
  /** How far its clock was ahead of ours when it said Hello; undefined if it did not say, or is not there. */
  readonly clockAheadMs: number | undefined;
}
