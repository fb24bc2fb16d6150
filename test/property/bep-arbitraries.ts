/** Generators of what travels over BEP, in canonical form: decoding what was encoded gives it back. */

import fc from 'fast-check';
import { sha256 } from '../../src/base/sha256.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import type { ClusterConfig } from '../../src/bep/messages/cluster-config.ts';
import type { SessionEnds } from '../../src/bep/session.ts';
import { blockCount } from '../../src/model/block.ts';
import { type DeviceId, deviceIdFromHash } from '../../src/model/device-id.ts';
import type { SequencedEntry } from '../../src/model/entry.ts';
import { type FolderId, parseFolderId } from '../../src/model/folder.ts';
import { isReserved, parseRelPath, type RelPath } from '../../src/model/path.ts';
import type { Version } from '../../src/model/version.ts';

const U64 = 0xffff_ffff_ffff_ffffn;
const NOTHING = new Uint8Array(0);

export const ends: SessionEnds = {
  self: deviceIdFromHash(sha256('self')),
  peer: deviceIdFromHash(sha256('peer')),
};

/** Records as object literals make them: strict equality looks at the prototype. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const uint64s = fc.bigInt(0n, U64);
const naturals = fc.maxSafeNat();
const sequences = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

export const folderIds: fc.Arbitrary<FolderId> = fc
  .stringMatching(/^[a-zäß0-9-]{1,20}$/)
  .map(parseFolderId);

const names = fc
  .oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('\ufeff', '\\', 'é', '日'))
  .map((name) => name.normalize('NFC').replaceAll(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..' && name.normalize('NFC') === name);

export const paths: fc.Arbitrary<RelPath> = fc
  .array(names, { minLength: 1, maxLength: 4 })
  .map((parts) => parseRelPath(parts.join('/')))
  .filter((path) => !isReserved(path));

const versions: fc.Arbitrary<Version> = fc
  .uniqueArray(record({ id: fc.bigInt(1n, U64), value: fc.bigInt(1n, U64) }), {
    maxLength: 5,
    selector: (counter) => counter.id,
  })
  .map((counters) => counters.sort((a, b) => (a.id < b.id ? -1 : 1)));

const blockSizes = fc.integer({ min: 0, max: 7 }).map((power) => 131072 * 2 ** power);

const previousHashes = fc.oneof(
  fc.constant(NOTHING),
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
);

const fileContents = record({
  previousHash: previousHashes,
  blockSize: blockSizes,
  count: fc.nat(6),
  rest: fc.double({ min: 0, max: 1, noNaN: true }),
}).map(({ blockSize, count, rest, previousHash }) => {
  const size = count * blockSize + Math.floor(rest * blockSize);
  const hashes = Array.from({ length: blockCount(size, blockSize) }, (_, i) => sha256(`${i}`));
  const blocks = Uint8Array.from(hashes.flatMap((hash) => [...hash]));
  const contentHash = plain(sha256(blocks));
  return { kind: 'file', size, blockSize, blocks, contentHash, previousHash } as const;
});

const emptyContent = {
  size: 0,
  blockSize: 0,
  blocks: NOTHING,
  contentHash: NOTHING,
  previousHash: NOTHING,
} as const;

const linkContents = fc.uint8Array({ maxLength: 60 }).map((target) => ({
  ...emptyContent,
  kind: 'symlink' as const,
  target,
  contentHash: plain(sha256(target)),
  mode: 0,
  noPermissions: true,
  mtime: { s: 0, ns: 0 },
}));

const tombstones = fc
  .constantFrom('file' as const, 'directory' as const)
  .map((kind) => ({ ...emptyContent, kind, deleted: true }));

const deadLink = {
  ...emptyContent,
  kind: 'symlink' as const,
  deleted: true,
  mode: 0,
  noPermissions: true,
};

const metadata = record({
  path: paths,
  deleted: fc.constant(false),
  invalid: fc.boolean(),
  mode: fc.nat(0o777),
  noPermissions: fc.boolean(),
  mtime: record({ s: fc.maxSafeInteger(), ns: fc.nat(999_999_999) }),
  modifiedBy: uint64s,
  version: versions,
  target: fc.constant(NOTHING),
  sequence: sequences,
});

export const entries: fc.Arbitrary<SequencedEntry> = fc
  .tuple(
    metadata,
    fc.oneof(
      fileContents,
      linkContents,
      tombstones,
      fc.constant(deadLink),
      fc.constant({ ...emptyContent, kind: 'directory' as const }),
    ),
  )
  .map(([plainData, content]) => ({ ...plainData, ...content }));

const otherDevices = fc
  .uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 })
  .map((seeds) => seeds.map((seed) => deviceIdFromHash(sha256(`other ${seed}`))));

/** Cluster configs between `ends`, in either direction. */
export const clusterConfigs: fc.Arbitrary<ClusterConfig> = fc
  .uniqueArray(
    record({
      id: folderIds,
      label: fc.string({ unit: 'grapheme' }),
      isPaused: fc.boolean(),
      devices: otherDevices.chain((others) =>
        fc.tuple(...[ends.self, ends.peer, ...others].map((id) => clusterDevice(id))),
      ),
    }),
    { maxLength: 4, selector: (folder) => folder.id },
  )
  .map((folders) => ({ folders }));

/** Frames of known types with bodies that need not be messages, as pieces and as they should be read. */
export const frames = record({
  type: fc.constantFrom(...Object.values(MessageType)),
  body: fc.uint8Array({ maxLength: 300 }),
}).map(({ type, body }) => ({ frame: { type, body }, parts: encodeFrame(type, [body]) }));

/** `whole` cut at places that `cuts` (any numbers) name. */
export function cut(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((place) => place % (whole.length + 1)), whole.length];
  places.sort((a, b) => a - b);
  return places.slice(1).map((place, i) => whole.slice(places[i], place));
}

function clusterDevice(id: DeviceId) {
  return record({
    id: fc.constant(id),
    name: fc.string({ unit: 'grapheme' }),
    addresses: fc.array(fc.constantFrom('dynamic', 'tcp://h:1', ''), { maxLength: 3 }),
    indexId: uint64s,
    sequence: naturals,
    isEncrypted: fc.constant(false),
  });
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
