/** Generators of related versions and of what people and devices do. Contents are unique for each edit: else loss hides. */

import fc from 'fast-check';
import type { Entry, Timestamp } from '../../src/model/entry.ts';
import type { Version } from '../../src/model/version.ts';
import { directoryEntry, fileEntry, linkEntry, tombstone, vector } from './builders.ts';

const NOTHING = new Uint8Array(0);

/** Vectors over three counters with small values, so that all relations are frequent. */
export const versions: fc.Arbitrary<Version> = fc
  .record({ 1: fc.nat(3), 2: fc.nat(3), 3: fc.nat(3) })
  .map(vector);

const times: fc.Arbitrary<Timestamp> = fc.record({
  s: fc.constantFrom(-5, 100, 100, 100),
  ns: fc.constantFrom(0, 0, 0, 7),
});

/** One version of `a.txt`, of few contents, times and modes, so that ties of every kind are frequent. */
const versionsOfOnePath: fc.Arbitrary<Entry> = fc
  .record({
    version: versions,
    mtime: times,
    mode: fc.constantFrom(0o600, 0o644, 0o755),
    modifiedBy: fc.constantFrom(1n, 2n),
    content: fc.constantFrom('K', 'K', 'L', 'M'),
    previous: fc.constantFrom(undefined, undefined, 'K', 'L', 'M'),
    kind: fc.constantFrom('file', 'file', 'file', 'deleted', 'deleted', 'directory', 'symlink'),
    invalid: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
  })
  .map(({ version, mtime, mode, modifiedBy, content, previous, kind, invalid }) => {
    const shape = { mtime, mode, modifiedBy, invalid, previous };
    return { ...make(kind, content, shape), version };
  });

type Make = Parameters<typeof fileEntry>[1];

function make(kind: string, content: string, shape: Make): Entry {
  if (kind === 'deleted') return tombstone(shape);
  if (kind === 'directory') return directoryEntry(shape);
  return kind === 'symlink' ? linkEntry(content, shape) : fileEntry(content, shape);
}

/** Versions as devices may truly announce them together: what has one vector has one content. */
export const versionSets: fc.Arbitrary<readonly Entry[]> = fc
  .array(versionsOfOnePath, { minLength: 0, maxLength: 6 })
  .map((entries) => {
    const seen = new Map<string, Entry>();
    for (const entry of entries) {
      const key = entry.version.map((c) => `${c.id}:${c.value}`).join();
      const first = seen.get(key);
      if (first === undefined) seen.set(key, entry);
    }
    return [...seen.values()];
  });

/**
 * Any set at all, as a broken device may announce it: one vector with several contents; and what a device passes on that does
 * not know what was replaced.
 */
export const anyVersionSets: fc.Arbitrary<readonly Entry[]> = fc
  .record({
    entries: fc.array(versionsOfOnePath, { minLength: 0, maxLength: 5 }),
    passedOn: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ entries, passedOn }) => {
    const told = entries[passedOn];
    return told === undefined ? entries : [...entries, { ...told, previousHash: NOTHING }];
  });

/** One step of a story. Numbers are taken modulo what there is to choose from. */
export interface Command {
  readonly kind: CommandKind;
  readonly device: number;
  readonly other: number;
  readonly path: number;
  readonly second: number;
  readonly dice: number;
}

const WEIGHTS = {
  write: 8,
  remove: 4,
  move: 3,
  adjust: 2,
  directory: 2,
  link: 1,
  tie: 2,
  restore: 2,
  scan: 8,
  tell: 14,
  work: 8,
  crash: 2,
  settle: 1,
  unreadable: 1,
  exclude: 1,
  forget: 1,
} as const;

export type CommandKind = keyof typeof WEIGHTS;

export interface Story {
  readonly devices: number;
  /** Every device begins with the same tree and knows it; else each begins with a disk of its own and knows nothing. */
  readonly shared: boolean;
  readonly skews: readonly number[];
  readonly commands: readonly Command[];
}

/** Stories made of `kinds` alone (all if left out), at most `longest` steps. */
export function stories(kinds?: readonly CommandKind[], longest = 40): fc.Arbitrary<Story> {
  const chosen = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
    kinds === undefined || kinds.includes(kind as CommandKind)
      ? [{ weight, arbitrary: fc.constant(kind as CommandKind) }]
      : [],
  );
  const command = fc.record({
    kind: fc.oneof(...chosen),
    device: fc.nat(5),
    other: fc.nat(5),
    path: fc.nat(99),
    second: fc.nat(99),
    dice: fc.nat(999),
  });
  return fc.record({
    devices: fc.integer({ min: 2, max: 4 }),
    shared: fc.boolean(),
    skews: fc.array(fc.constantFrom(0, 0, 0, 40, -90), { minLength: 4, maxLength: 4 }),
    commands: fc.array(command, { minLength: 1, maxLength: longest, size: 'max' }),
  });
}
