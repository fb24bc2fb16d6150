/** Lies about the entries of an index. None of it is checked: what may not be said is for the listener to refuse. */

import type { Entry, SequencedEntry } from '../../../src/model/entry.ts';
import type { RelPath } from '../../../src/model/path.ts';
import { type Counter, raiseCounter, type Version } from '../../../src/model/version.ts';
import { OUTSIDE as CANARY } from '../canary.ts';
import type { SimRandom } from '../random.ts';

const NOTHING = new Uint8Array(0);
const FLOOD = 2000;
const OUTSIDE = ['..', '../x', '/etc/x', 'a/../../x', 'd//x', '.kith/marker', '.kith-x', 'x\0', ''];

/** What a lie is made from. `self`: short id of the liar. */
export interface Lying {
  readonly random: SimRandom;
  readonly self: bigint;
}

type Lie = (
  entry: SequencedEntry,
  lying: Lying,
  others: readonly SequencedEntry[],
) => Partial<SequencedEntry>;

const LIES: Readonly<Record<string, Lie>> = {
  sequence: ({ sequence }, { random }) => ({
    sequence: random.pick([0, 1, sequence - 1, sequence + 1, sequence + 1e9]),
  }),
  name: ({ path }, { random }, others) => ({
    path: random.pick([`${path}~` as RelPath, `d/${path}` as RelPath, random.pick(others).path]),
  }),
  escape: (_, { random }) => ({ path: random.pick(OUTSIDE) as RelPath }),
  kind: ({ kind }, { random }) => ofKind(random.pick(KINDS.filter((other) => other !== kind))),
  deleted: (entry) => (entry.deleted ? { deleted: false } : gone()),
  invalid: ({ invalid }) => ({ invalid: !invalid }),
  size: ({ size }, { random }) => ({ size: random.pick([0, -1, size + 1, size - 1, size * 2]) }),
  hash: ({ blocks }, { random }) => ({ blocks: withOtherHash(blocks, random) }),
  content: (entry, { random }, others) => contentOf(entry, random.pick(others)),
  mtime: ({ mtime }, { random }) => ({
    mtime: random.pick([
      { s: mtime.s + 86_400, ns: 0 },
      { s: -1, ns: 1 },
      { s: 4e9, ns: 5 },
    ]),
  }),
  mode: (_, { random }) => ({ mode: random.pick([0, 0o777, 0o444]), noPermissions: false }),
  'previous-hash': (_, { random }, others) => ({ previousHash: random.pick(others).contentHash }),
  'version-raise': ({ version }, { random }) => ({ version: changed(version, random, 1n) }),
  'version-lower': ({ version }, { random }) => ({ version: changed(version, random, -1n) }),
  'version-forge': ({ version }, { random }) => ({
    version: raiseCounter(version, BigInt(1 + random.u32()), 1n),
  }),
  delete: (entry, lying) => ({ ...gone(), ...asNew(entry, lying) }),
  overwrite: (entry, lying, others) => ({
    ...contentOf(entry, lying.random.pick(others)),
    ...asNew(entry, lying),
  }),
};

const KINDS = ['file', 'directory', 'symlink'] as const;

/** The entries with this lie about one of them. */
export function lieAbout(
  entries: readonly SequencedEntry[],
  how: string,
  lying: Lying,
): readonly SequencedEntry[] {
  const { random } = lying;
  if (entries.length === 0) return entries;
  if (how === 'flood') return [...entries, ...invented(entries, random)];
  const at = random.below(entries.length);
  const entry = entries[at] as SequencedEntry;
  if (how === 'entry-drop') return entries.toSpliced(at, 1);
  if (how === 'entry-repeat') return entries.toSpliced(random.below(entries.length), 0, entry);
  const lie = LIES[how];
  if (lie === undefined) throw new Error(`there is no lie ${how}`);
  return entries.with(at, { ...entry, ...lie(entry, lying, entries) });
}

/** Files that nobody has, and deletes of files that nobody had. */
function invented(entries: readonly SequencedEntry[], random: SimRandom): SequencedEntry[] {
  const last = entries.at(-1) as SequencedEntry;
  const version = [{ id: BigInt(1 + random.u32()), value: 1n }];
  return Array.from({ length: FLOOD }, (_, i) => ({
    ...last,
    ...(i % 2 === 0 ? gone() : ofKind('file')),
    kind: 'file',
    invalid: false,
    version,
    path: `flood/${i}` as RelPath,
    ...(i % 2 === 0 ? {} : { size: 5, blockSize: 131_072, blocks: random.bytes(32) }),
    sequence: last.sequence + 1 + i,
  }));
}

function gone(): Partial<Entry> {
  return { deleted: true, size: 0, blockSize: 0, blocks: NOTHING, target: NOTHING };
}

function ofKind(kind: Entry['kind']): Partial<Entry> {
  const target = kind === 'symlink' ? new TextEncoder().encode(CANARY) : NOTHING;
  const bare = { kind, size: 0, blockSize: 0, blocks: NOTHING, target, deleted: false };
  return kind === 'file' ? { ...bare, deleted: true } : bare;
}

function contentOf(entry: Entry, other: Entry): Partial<Entry> {
  if (entry.kind !== 'file' || other.kind !== 'file' || other.deleted) return {};
  const { size, blockSize, blocks, contentHash } = other;
  return { deleted: false, size, blockSize, blocks, contentHash };
}

/** As if the liar's person had done it. */
function asNew({ version }: Entry, { self }: Lying): Partial<Entry> {
  const top = version.find(({ id }) => id === self)?.value ?? 0n;
  return { version: raiseCounter(version, self, top + 1n), modifiedBy: self };
}

function withOtherHash(blocks: Uint8Array, random: SimRandom): Uint8Array {
  if (blocks.length === 0) return blocks;
  const changed = blocks.slice();
  changed.set(random.bytes(32), 32 * random.below(blocks.length / 32));
  return changed;
}

function changed(version: Version, random: SimRandom, sign: bigint): Version {
  if (version.length === 0) return version;
  const at = random.below(version.length);
  const { id, value } = version[at] as Counter;
  const by = BigInt(random.pick([1, 2, 1000]));
  const moved = value + sign * by;
  return version.with(at, { id, value: moved > 0n ? moved : 0n });
}
