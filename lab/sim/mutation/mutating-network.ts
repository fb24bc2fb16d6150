/** The network of a device that mutates what it says; what it hears is as it is. */

import type { DeviceId } from '../../../src/model/device-id.ts';
import { deviceIdOf } from '../../../src/peer/identity.ts';
import type { Connection, Listener, Network } from '../../../src/ports/network.ts';
import type { Mutator } from './mutator.ts';

/** Whose network it is, and how others are called. */
export interface Mutating {
  readonly mutator: Mutator;
  readonly self: DeviceId;
  readonly nameOf: (device: DeviceId) => string;
}

/** See above. */
export function mutatingNetwork(network: Network, mutating: Mutating): Network {
  const wrap = (connection: Connection): Connection => {
    const peer = deviceIdOf(connection.certificates);
    if (peer === undefined) return connection;
    const { mutator, self, nameOf } = mutating;
    return mutator.wrap(connection, { self, peer, to: nameOf(peer) });
  };
  return {
    dial: async (address, signal) => wrap(await network.dial(address, signal)),
    listen: async (address, signal) => wrapListener(await network.listen(address, signal), wrap),
  };
}

function wrapListener(listener: Listener, wrap: (connection: Connection) => Connection): Listener {
  return { address: listener.address, connections: wrapped(listener.connections, wrap) };
}

async function* wrapped(
  connections: AsyncIterable<Connection>,
  wrap: (connection: Connection) => Connection,
): AsyncGenerator<Connection, void, undefined> {
  for await (const connection of connections) yield wrap(connection);
}
