/** Rows for tests of the state database: entries with every field at its edge, and random changes that meet each other. */

import fc from 'fast-check';
import { sha256 } from '../../src/base/sha256.ts';
import { type DeviceId, deviceIdFromHash } from '../../src/model/device-id.ts';
import type { Entry } from '../../src/model/entry.ts';
import { FOLDER_KINDS } from '../../src/model/folder.ts';
import { parseRelPath, type RelPath } from '../../src/model/path.ts';
import type {
  FolderChange,
  FolderIdentity,
  Intent,
  OurEntry,
} from '../../src/ports/folder-store.ts';

export const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** Two device ids with `A < B` as texts. */
export const [DEVICE_A, DEVICE_B] = [deviceOf('one'), deviceOf('two')].sort() as [
  DeviceId,
  DeviceId,
];

export const IDENTITY: FolderIdentity = {
  indexId: MAX_U64,
  token: 'token 1',
  nextToken: 'token 2',
  bootId: 'boot',
  endedCleanly: true,
  syncedSequence: 7,
  counterUsed: 0xffff_ffff_ffff_fff0n,
  kind: 'send-receive',
};

/** A live file at `path` whose content is the text; any field may be given. */
export function fileAt(path: string, content: string, fields: Partial<Entry> = {}): Entry {
  const blocks = new Uint8Array(sha256(content));
  return {
    path: parseRelPath(path),
    kind: 'file',
    deleted: false,
    invalid: false,
    size: content.length,
    mode: 0o644,
    noPermissions: false,
    mtime: { s: 1_700_000_000, ns: 999_999_999 },
    modifiedBy: MAX_U64,
    version: [{ id: 1n, value: 1n }],
    blockSize: 131_072,
    blocks,
    contentHash: new Uint8Array(sha256(blocks)),
    previousHash: new Uint8Array(0),
    target: new Uint8Array(0),
    ...fields,
  };
}

/** A row of ours; it stands on the disk unless it is a tombstone. */
export function oursAt(sequence: number, entry: Entry, fields: Partial<OurEntry> = {}): OurEntry {
  const seen = {
    inode: MAX_U64 - 1n,
    size: entry.size,
    mode: 0o100644,
    mtime: entry.mtime,
    ctime: { s: -1, ns: 1 },
    racy: false,
    isForeign: false,
  };
  return {
    ...entry,
    sequence,
    diskPath: undefined,
    seen: entry.deleted ? undefined : seen,
    ...fields,
  };
}

/** The tombstone of `path`. */
export function goneAt(path: string, fields: Partial<Entry> = {}): Entry {
  const none = new Uint8Array(0);
  return fileAt(path, '', {
    deleted: true,
    size: 0,
    blockSize: 0,
    blocks: none,
    contentHash: none,
    ...fields,
  });
}

const path = fc.constantFrom('a', 'a/b', 'a/b/c', 'd', 'd/\u{1f600}', 'd/\uffee', 'é', 'x/y/z');
const word = fc.oneof(fc.constantFrom(1n, MAX_U64), fc.bigInt({ min: 1n, max: MAX_U64 }));
const counter = fc.record(
  { id: fc.constantFrom(1n, 2n, MAX_U64), value: fc.constantFrom(1n, 2n, MAX_U64) },
  { noNullPrototype: true },
);
const version = fc
  .uniqueArray(counter, { selector: ({ id }) => id, maxLength: 3 })
  .map((all) => all.sort((a, b) => (a.id < b.id ? -1 : 1)));
const time = fc.record(
  { s: fc.integer(), ns: fc.integer({ min: 0, max: 999_999_999 }) },
  { noNullPrototype: true },
);
const device = fc.constantFrom(DEVICE_A, DEVICE_B);

/** Entries at few paths with few contents and versions, so that they meet. */
export const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    path,
    content: fc.constantFrom('one', 'two'),
    deleted: fc.boolean(),
    fields: fc.record({
      version,
      invalid: fc.boolean(),
      mode: fc.constantFrom(0, 0o777),
      noPermissions: fc.boolean(),
      modifiedBy: fc.constantFrom(0n, MAX_U64),
      mtime: fc.constantFrom({ s: 0, ns: 0 }, { s: -5, ns: 999_999_999 }),
      previousHash: fc.constantFrom(new Uint8Array(0), new Uint8Array(32).fill(7)),
    }),
  })
  .map(({ path: at, content, deleted, fields }) =>
    deleted
      ? goneAt(at, { ...fields, previousHash: new Uint8Array(0) })
      : fileAt(at, content, fields),
  );

const seen = fc.record(
  {
    inode: word,
    size: fc.maxSafeNat(),
    mode: fc.integer({ min: 0, max: 0xffff }),
    mtime: time,
    ctime: time,
    racy: fc.boolean(),
    isForeign: fc.boolean(),
  },
  { noNullPrototype: true },
);

/** What a row of ours has beside its entry. */
export const anyLocal = fc.record(
  {
    diskPath: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    seen: fc.option(seen, { nil: undefined }),
  },
  { noNullPrototype: true },
);

/** A change without `ours` sequences: `sequenced` gives them. */
export interface LooseChange extends Omit<FolderChange, 'ours'> {
  readonly ours?: readonly { entry: Entry; local: Pick<OurEntry, 'diskPath' | 'seen'> }[];
}

const intent = fc
  .record({ path: path.map(parseRelPath), stageName: fc.constantFrom('s1', 's2') })
  .map(({ path: at, stageName }) => intentAt(at, stageName));

/** Any change; fields are often absent. */
export const anyChange: fc.Arbitrary<LooseChange> = fc.record(
  {
    identity: fc.record({
      ...mapConstants(IDENTITY),
      indexId: word,
      endedCleanly: fc.boolean(),
      kind: fc.constantFrom(...FOLDER_KINDS),
    }),
    forgetOurs: fc.constant(true as const),
    forgetPeers: fc.array(device, { maxLength: 2 }),
    beginIndex: device,
    claims: fc.record({ device, entries: fc.array(anyEntry, { maxLength: 6 }) }),
    endIndex: device,
    peer: fc.record({ device, indexId: word, heard: fc.maxSafeNat() }),
    ours: fc.array(fc.record({ entry: anyEntry, local: anyLocal }), { maxLength: 6 }),
    addIntents: fc.array(intent, { maxLength: 3 }),
    removeIntents: fc.array(intent, { maxLength: 3 }),
    dropSuperseded: fc.array(path.map(parseRelPath), { maxLength: 3 }),
    keepSuperseded: fc.array(anyEntry, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

/** The change with sequences above `last`, gaps among them. */
export function sequenced(change: LooseChange, last: number): FolderChange {
  const { ours, ...rest } = change;
  if (ours === undefined) return rest;
  const base = rest.forgetOurs === true ? 0 : last;
  return {
    ...rest,
    ours: ours.map(({ entry, local }, at) => ({ ...entry, ...local, sequence: base + 2 * at + 1 })),
  };
}

/** The path, for tests that name one. */
export function at(text: string): RelPath {
  return parseRelPath(text);
}

function deviceOf(seed: string): DeviceId {
  return deviceIdFromHash(sha256(seed));
}

function mapConstants(identity: FolderIdentity) {
  const { token, nextToken, bootId, syncedSequence, counterUsed } = identity;
  return {
    token: fc.constantFrom(token, ''),
    nextToken: fc.constant(nextToken),
    bootId: fc.constant(bootId),
    syncedSequence: fc.constant(syncedSequence),
    counterUsed: fc.constantFrom(counterUsed, 0n),
  };
}

/** What is about to be displaced from `path`; the same for equal arguments. */
export function intentAt(path: string, stageName: string): Intent {
  const mtime = { s: -1, ns: stageName.length };
  const displaced = { inode: MAX_U64 - BigInt(path.length), size: path.length, mtime };
  const conflictCopy = path.length % 2 === 0 ? undefined : at(`${path}-copy`);
  return { path: at(path), stageName, displaced, conflictCopy };
}
