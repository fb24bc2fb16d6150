/** At rest nothing of Kith's work is left on a disk (I13), and the lines are silent but for signs of life (I15). */

import type { SimDevice } from '../../sim/device.ts';
import type { SimNetwork } from '../../sim/network.ts';
import { resolvePath } from '../../sim/resolve-path.ts';
import type { Blame } from '../violation.ts';

/** Bytes in a minute from one device to another that keep a connection alive. */
const SIGNS_OF_LIFE = 512;

/** Files of an unfinished change. What could not be removed from the staging area may wait there for the next start. */
export function checkNothingLeft(
  device: SimDevice,
  blame: Blame,
  places: readonly ('stage' | 'displaced')[],
): void {
  for (const name of places) {
    const place = `.kith/${name}`;
    const dir = resolvePath(device.tree, `${device.root}/${place}`);
    for (const { name } of dir?.entries.values() ?? []) {
      blame('I13', `${device.name}: ${place}/${name} is left`);
    }
  }
}

/** Bytes so far, from each to each. */
export function bytesSent(
  network: SimNetwork,
  devices: readonly SimDevice[],
): ReadonlyMap<string, number> {
  const names = devices.map(({ name }) => name);
  const pairs = names.flatMap((from) => names.map((to) => [from, to] as const));
  return new Map(pairs.map(([from, to]) => [`${from} to ${to}`, network.bytes(from, to)]));
}

/** `before`: a minute ago. */
export function checkSilence(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  blame: Blame,
): void {
  for (const [way, bytes] of after) {
    const sent = bytes - (before.get(way) ?? 0);
    if (sent > SIGNS_OF_LIFE) blame('I15', `${sent} bytes went from ${way} in a minute at rest`);
  }
}
