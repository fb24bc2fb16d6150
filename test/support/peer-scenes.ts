/** Scenes for tests of the peer stack: two devices that share a folder, or one and a bare end. */

import { asKithError } from '../../src/base/error.ts';
import { parseRelPath } from '../../src/model/path.ts';
import type { BlockRequest, BlockSource } from '../../src/ports/exchange.ts';
import { FakeExchange } from './fake-exchange.ts';
import { LoopbackNetwork } from './loopback-network.ts';
import { ManualClock, settled } from './manual-clock.ts';
import { BareEnd, PeerDevice } from './peer-device.ts';

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** Two devices, not started, and a folder on each that is shared with the other. */
export function makeWorld() {
  const world = { clock: new ManualClock(), network: new LoopbackNetwork() };
  const [a, b] = [new PeerDevice('a', world), new PeerDevice('b', world)];
  const [ofA, ofB] = [new FakeExchange('f', 11n), new FakeExchange('f', 22n)];
  ofA.share(b.id);
  ofB.share(a.id);
  return { ...world, world, a, b, ofA, ofB };
}

/** Device `a` under test with its folder, and the other end in the test's hands, past Hello and cluster config. */
export async function withBareEnd(
  prepare: (folder: FakeExchange) => void = () => undefined,
  heard = { indexId: 0n, sequence: 0 },
) {
  const made = makeWorld();
  const { a, b, ofA, network, clock } = made;
  prepare(ofA);
  a.start({
    listen: ['tcp://a:1'],
    devices: [{ id: b.id, name: '', addresses: [] }],
    exchanges: [ofA],
  });
  await settled();
  const end = await BareEnd.dial(network, b, { address: 'tcp://a:1', id: a.id });
  const ends = { self: b.id, peer: a.id };
  await end.hello();
  await end.config([{ id: ofA.id, index: { indexId: 22n, sequence: 1 }, heard }], ends);
  const ask = async (request: Partial<BlockRequest> = {}) => {
    const plain = { path: parseRelPath('x'), offset: 0, size: 1, hash: new Uint8Array(0) };
    const { id, out } = end.session.request(ofA.id, { ...plain, ...request });
    await end.say(out);
    return id;
  };
  return { ...made, end, ends, ask, clock };
}

/** The device as the folder's source of blocks. */
export function sourceOf(folder: FakeExchange, device: PeerDevice): BlockSource {
  const peer = folder.connected.get(device.id);
  if (peer === undefined) throw new Error('not connected');
  return peer.source;
}

/** Rejects when the signal aborts: for work that never ends by itself. */
export function onAbort(signal: AbortSignal, reject: (error: unknown) => void): void {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
}

/** For assert.rejects. */
export function hasCode(code: Parameters<typeof asKithError>[1]): (error: unknown) => boolean {
  return (error) => asKithError(error, code) !== undefined;
}
