/** Draws who takes part: their clocks and disks, and who knows whom. */

import type { DiskOptions } from '../sim/disk-options.ts';
import type { SimRandom } from '../sim/random.ts';
import type { Actor, Script } from './script.ts';

const TEN_YEARS_MS = 315_360_000_000;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
export const MOST_DEVICES = NAMES.length;
/** How disks take names that are not as others take them. */
const NAMINGS: readonly DiskOptions[] = [
  { foldsCase: true },
  { foldsCase: 'upper' },
  { foldsCase: 'full', normalForm: 'NFD' },
  { normalForm: 'NFD' },
  { normalForm: 'NFC' },
];

export function drawCast(random: SimRandom): readonly Actor[] {
  const size = random.pick([2, 2, 3, 3, 3, 3, 4, 4, 5, 6]);
  return NAMES.slice(0, size).map((name) => drawActor(name, random.fork(name)));
}

function drawActor(name: string, random: SimRandom): Actor {
  const offset = random.pick([0, 0, 1, 1, 2]);
  const most = [0, 700_000, TEN_YEARS_MS][offset] ?? 0;
  return {
    name,
    clockOffsetMs: Math.round((2 * random.unit() - 1) * most),
    driftPpm: random.pick([0, 0, 200, -200]),
    disk: {
      timeStepNs: random.pick([1, 1, 1, 1_000_000_000, 2_000_000_000]),
      syncsAsOne: random.chance(0.7),
      obeysModes: random.chance(0.3),
      ...drawNaming(random.fork('naming')),
    },
    watch: {
      queueLimit: random.pick([16_384, 16_384, 16_384, 8]),
      delayMs: random.pick([3, 3, 3, 1_500]),
    },
  };
}

function drawNaming(random: SimRandom): DiskOptions {
  return random.chance(0.8) ? {} : random.pick(NAMINGS);
}

/** Everybody is reachable from everybody: a line, a ring, a star or all with all. */
export function drawLinks(random: SimRandom, names: readonly string[]): Script['links'] {
  const [hub = '', ...others] = names;
  const line = others.map((name, at) => [names[at] ?? hub, name] as const);
  switch (random.pick(['mesh', 'mesh', 'line', 'ring', 'star'] as const)) {
    case 'mesh':
      return names.flatMap((a, at) => names.slice(at + 1).map((b) => [a, b] as const));
    case 'line':
      return line;
    case 'star':
      return others.map((name) => [hub, name] as const);
    case 'ring':
      return names.length > 2 ? [...line, [names.at(-1) ?? hub, hub] as const] : line;
  }
}
