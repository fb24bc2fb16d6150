/**
 * The same random steps on the simulated and on the real file system, on disks of several kinds: what the simulator proves
 * is worth no more than its likeness. KITH_RUNS sets the number of sequences on each; a failure names a seed.
 */

import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import type { DiskOptions } from '../../lab/sim/disk-options.ts';
import { PERSONALITIES } from '../../lab/sim/personalities.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import { type DiskKind, mountedDisk, whyNotMounted } from '../support/mounted-disk.ts';
import type { Likeness } from './differential/compare.ts';
import { Pair } from './differential/pair.ts';
import { realSide, simulatedSide } from './differential/side.ts';
import { type Step, sequences, type Usable } from './differential/steps.ts';

interface Subject extends Likeness, Omit<Usable, 'names'> {
  readonly kind: DiskKind;
  readonly options: DiskOptions;
  readonly runs: number;
  /** Steps from one look at everything to the next. */
  readonly lookEvery: number;
}

const { KITH_RUNS, KITH_SEED } = process.env;
const seed = KITH_SEED === undefined ? {} : { seed: Number(KITH_SEED) };

const NAMES = [
  'a',
  'b',
  'A',
  'loop',
  'caf\u00e9',
  'cafe\u0301',
  'x'.repeat(255),
  '\u20ac'.repeat(85),
];
const BEYOND = ['x'.repeat(256), '\u20ac'.repeat(86)];
const FOREIGN = [
  '\u00df',
  'SS',
  'a:b',
  'con',
  'x.',
  '\u212a',
  'k',
  '\u017f',
  's',
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

const SUBJECTS: readonly Subject[] = [
  {
    kind: 'ext4',
    options: {},
    runs: 120,
    lookEvery: 1,
    times: [...TIMES, ...OLD],
    fineTimes: 'all',
    links: true,
    spellings: true,
    inodes: true,
    fifos: true,
  },
  {
    kind: 'tmpfs',
    options: { syncsAsOne: false },
    runs: 120,
    lookEvery: 1,
    times: [...TIMES, ...OLD],
    fineTimes: 'files',
    links: true,
    spellings: true,
    inodes: true,
    fifos: true,
  },
  {
    kind: 'exfat',
    options: PERSONALITIES.exfat,
    runs: 40,
    lookEvery: 5,
    times: TIMES,
    fineTimes: 'none',
    links: false,
    fifos: false,
    spellings: false,
    inodes: true,
  },
];

describe('the simulated file system answers like the real one', () => {
  for (const subject of SUBJECTS) {
    const skip = whyNotMounted(subject.kind);
    it(`on ${subject.kind}`, { skip }, (t) => {
      const disk = mountedDisk(subject.kind);
      after(disk.dispose);
      const foreign = subject.kind === 'exfat' ? FOREIGN : [];
      const steps = sequences({ ...subject, names: [...NAMES, ...BEYOND, ...foreign] });
      const numRuns = Number(KITH_RUNS ?? subject.runs);
      fc.assert(
        fc.property(steps, (each) => tell(subject, disk.path, each)),
        { numRuns, includeErrorInReport: true, ...seed },
      );
      t.diagnostic(`${numRuns} sequences`);
    });
  }
});

function tell(subject: Subject, directory: string, steps: readonly Step[]): void {
  const sides = { simulated: simulatedSide(subject.options), real: realSide(directory) };
  try {
    const pair = new Pair(sides, subject);
    pair.look();
    for (const [i, step] of steps.entries()) {
      pair.take(step);
      if ((i + 1) % subject.lookEvery === 0 || i + 1 === steps.length) pair.look();
    }
  } finally {
    sides.real.dispose();
  }
}
