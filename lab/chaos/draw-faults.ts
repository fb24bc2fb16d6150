/** Draws troubles of disks, wires and clocks. */

import type { FileCallName } from '../../src/ports/file-system.ts';
import { CALL_CLASSES } from '../sim/file-faults.ts';
import type { NetworkOrder } from '../sim/network-order.ts';
import type { SimRandom } from '../sim/random.ts';
import type { FaultAct } from './script.ts';

const TEN_YEARS_MS = 315_360_000_000;
const SLOW_CLASSES = [
  'opening',
  'looking',
  'reading',
  'writing',
  'making',
  'naming',
  'syncing',
] as const satisfies readonly (keyof typeof CALL_CLASSES)[];
const LINES = [
  { mostPiece: 7 },
  { blackHoleAbove: 1_400 },
  { hangChance: 0.5 },
  { mostLifeMs: 3_000 },
  { joinChance: 1 },
] as const;
/** Errors that a call may meet, and the calls that may meet them. */
const ERRORS = [
  { code: 'FILE_FAILED', calls: ['sync', 'syncFileSystem', 'read', 'write', 'list', 'rename'] },
  { code: 'FILE_DENIED', calls: ['openDir', 'openFile', 'list', 'rename', 'status'] },
  { code: 'FILE_TOO_MANY_OPEN', calls: ['openDir', 'openFile', 'openRoot'] },
  { code: 'FILE_NO_INODES', calls: ['openFile', 'makeDir', 'makeLink'] },
  { code: 'FILE_DISK_FULL', calls: ['write', 'openFile', 'makeDir', 'rename'] },
  { code: 'FILE_READ_ONLY', calls: ['write', 'openFile', 'makeDir', 'rename', 'removeFile'] },
] as const satisfies readonly { code: string; calls: readonly FileCallName[] }[];

export function drawError(random: SimRandom, on: string): FaultAct {
  const { code, calls } = random.pick(ERRORS);
  const times = random.pick([1, 1, 1, 3, 20]);
  const nth = random.pick([1, 1, 2, 5, 20]);
  return { do: 'fault', on, order: { call: random.pick<FileCallName>(calls), nth, times, code } };
}

/** What wires and boxes in between do: bytes that lead nowhere, one direction, another address, tiny pieces. */
export function drawLineTrouble(
  random: SimRandom,
  [from, to]: readonly [string, string],
): FaultAct {
  const order = (): NetworkOrder => {
    switch (random.pick(['open', 'open', 'close', 'way', 'silence', 'move', 'shape'] as const)) {
      case 'open':
        return { kind: 'half-open', from, to };
      case 'close':
        return { kind: 'half-close', from, to };
      case 'way':
        return { kind: 'cut-one-way', from, to };
      case 'silence':
        return { kind: 'silence', device: from };
      case 'move':
        return { kind: 'move', device: from, host: random.pick([from, `${from}-elsewhere`]) };
      case 'shape':
        return { kind: 'shape', from, to, traits: random.pick(LINES) };
    }
  };
  return from === to
    ? { do: 'network', order: { kind: 'silence', device: from } }
    : { do: 'network', order: order() };
}

/** A disk that cannot keep what it has taken, and says so once. */
export function drawFailedSync(random: SimRandom, on: string): FaultAct {
  const call = random.pick(['sync', 'sync', 'syncFileSystem'] as const);
  const [nth, times] = [random.pick([1, 2, 3, 4, 5]), random.pick([1, 1, 2, 8])];
  return { do: 'fault', on, order: { call, nth, times, code: 'FILE_FAILED' } };
}

export function drawStep(random: SimRandom): number {
  const most = random.pick([5_000, 3_600_000, TEN_YEARS_MS]);
  return Math.round((2 * random.unit() - 1) * most);
}

export function drawRoom(random: SimRandom, on: string): FaultAct {
  const dice = random.unit();
  if (dice < 0.5) return { do: 'mend', on };
  if (dice < 0.62) return { do: 'read-only', on };
  if (dice < 0.74) return { do: 'inodes', on, more: random.pick([0, 1, 2, 5]) };
  const bytes = random.pick([0, 4_096, 70_000, 200_000]);
  return { do: random.pick(['room', 'room', 'quota']), on, bytes };
}

/** A disk that sleeps, a network disk whose server is away, one that is dying: calls that take long, some for minutes. */
export function drawSlowness(random: SimRandom, on: string): FaultAct {
  if (random.chance(0.3)) return { do: 'mend', on };
  const call = CALL_CLASSES[random.pick(SLOW_CLASSES)];
  const ms = random.pick([3, 50, 50, 1_000, 15_000, 180_000]);
  const times = ms > 1_000 ? 1 : random.pick([1, 20, 400]);
  return { do: 'slow', on, order: { call, nth: random.pick([1, 1, 5, 40]), times, ms } };
}
