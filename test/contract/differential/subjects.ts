/** The disks on which the simulated file system is compared with the real one, and how far they can be compared. */

import { tmpdir } from 'node:os';
import type { DiskOptions } from '../../../lab/sim/disk-options.ts';
import { PERSONALITIES } from '../../../lab/sim/personalities.ts';
import { abilities, openRoot, runProgram } from '../../../src/engine/file-calls.ts';
import { NodeFileSystem } from '../../../src/host/node-file-system.ts';
import type { Timestamp } from '../../../src/model/entry.ts';
import type { DiskKind } from '../../support/mounted-disk.ts';
import type { Likeness } from './compare.ts';
import type { Usable } from './steps.ts';

/** A disk, the simulated one that is to be like it, and what is tried on both. */
export interface Subject extends Likeness, Usable {
  readonly title: string;
  /** Undefined: no disk of its own, the temporary directory. */
  readonly kind: DiskKind | undefined;
  readonly options: DiskOptions;
  /** The steps are taken without the rights of root. */
  readonly asNobody: boolean;
  /** Sequences, unless KITH_RUNS says otherwise. */
  readonly runs: number;
  /** Steps from one look at everything to the next. */
  readonly lookEvery: number;
}

const NAMES = [
  'a',
  'b',
  'A',
  'loop',
  'caf\u00e9',
  'cafe\u0301',
  'x'.repeat(255),
  '\u20ac'.repeat(85),
  'x'.repeat(256),
  '\u20ac'.repeat(86),
];
const FOREIGN = [
  '\u00df',
  'SS',
  'a:b',
  'con',
  'x.',
  'k',
  '\u212a',
  's',
  '\u017f',
  '\u00c9',
  '\u00e9',
];

const TIMES: readonly Timestamp[] = [
  { s: 1_000_000_001, ns: 123_456_789 },
  { s: 1_234_567_890, ns: 0 },
];
const OLD: readonly Timestamp[] = [
  { s: -2, ns: 500_000_001 },
  { s: 0, ns: 0 },
];

const ordinary = {
  options: {},
  asNobody: false,
  lookEvery: 1,
  names: NAMES,
  times: [...TIMES, ...OLD],
  besides: true,
  fifos: true,
  fineTimes: 'all',
  links: true,
  spellings: true,
  stableInodes: true,
  renames: true,
} as const;

export const SUBJECTS: readonly Subject[] = [
  { ...ordinary, title: 'ext4', kind: 'ext4', runs: 150 },
  {
    ...ordinary,
    title: 'tmpfs',
    kind: 'tmpfs',
    options: { syncsAsOne: false },
    runs: 150,
    fineTimes: 'files',
  },
  {
    ...ordinary,
    title: 'ext4, without the rights of root',
    kind: 'ext4',
    options: { obeysModes: true },
    asNobody: true,
    runs: 150,
    besides: false,
    fifos: false,
  },
  {
    ...ordinary,
    title: 'exFAT',
    kind: 'exfat',
    options: PERSONALITIES.exfat,
    runs: 60,
    lookEvery: 5,
    names: [...NAMES, ...FOREIGN],
    times: TIMES,
    fineTimes: 'none',
    links: false,
    fifos: false,
    spellings: false,
    stableInodes: false,
    renames: false,
  },
];

/** The disk under the temporary directory, of which nothing is known but what it says itself. */
export function temporarySubject(): Subject {
  const files = new NodeFileSystem();
  const syncsAsOne = runProgram(files, syncsAsOneAt(tmpdir()));
  files.closeAll();
  const obeysModes = process.getuid?.() !== 0;
  return {
    ...ordinary,
    title: 'the temporary directory',
    kind: undefined,
    options: { syncsAsOne, obeysModes },
    runs: 50,
    besides: !obeysModes,
    fifos: !obeysModes,
    fineTimes: 'none',
  };
}

function* syncsAsOneAt(path: string) {
  const dir = yield* openRoot(path);
  if (dir === undefined) throw new Error(`${path} is not there`);
  return (yield* abilities(dir)).syncsAsOne;
}
