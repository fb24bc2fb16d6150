/** What a look at the disk makes of our row: nothing, an announced version recognised, or a new version of ours. Pure. */

import { compareTimes, type Entry, hasEqualContent, type Timestamp } from '../model/entry.ts';
import { compareVersions, counterOf, raiseCounter, type Version } from '../model/version.ts';
import { chooseGlobal } from './global.ts';

/** What was found at a path, content included; a version and its maker are not the disk's to tell. */
export type Found = Omit<Entry, 'version' | 'modifiedBy' | 'previousHash' | 'deleted' | 'invalid'>;

type Unversioned = Omit<Entry, 'version' | 'modifiedBy' | 'previousHash'>;

const NOTHING = new Uint8Array(0);

/** What the trees know of the path, and who we are. */
export interface LocalSides {
  readonly ours: Entry | undefined;
  readonly announced: readonly Entry[];
  /** Versions that were announced before, and may be what stands here. */
  readonly superseded?: readonly Entry[];
  /** Id of our counter in version vectors. */
  readonly counter: bigint;
  /** Every value of it that was ever announced is at most this, or stands in one of these versions. */
  readonly counterUsed: bigint;
  readonly shortId: bigint;
  readonly now: Timestamp;
}

/** Our row's new entry for what was found; undefined if it is what our row says already. */
export function recordFound(found: Found, sides: LocalSides): Entry | undefined {
  const { ours } = sides;
  const plain = { ...found, deleted: false, invalid: false };
  if (ours !== undefined && !ours.deleted && !ours.invalid && isAlike(plain, ours))
    return undefined;
  const global = chooseGlobal(sides.announced)?.entry;
  const known = [...(global === undefined ? [] : [global]), ...(sides.superseded ?? [])];
  const version = known.find((each) => isAlike(plain, each) && isNews(each, ours));
  if (version !== undefined) return version;
  return {
    ...plain,
    previousHash: replacedBy(plain, tellingRow(ours)),
    modifiedBy: sides.shortId,
    version: nextVersion(sides),
  };
}

/** Our row's new entry for a path that is proved to be gone; undefined if it was not there by our row either. */
export function recordGone(sides: LocalSides): Entry | undefined {
  const { ours } = sides;
  if (ours === undefined || ours.deleted || ours.invalid) return undefined;
  return {
    ...ours,
    deleted: true,
    size: 0,
    blockSize: 0,
    blocks: NOTHING,
    contentHash: NOTHING,
    previousHash: NOTHING,
    target: NOTHING,
    mtime: { s: sides.now.s, ns: 0 },
    modifiedBy: sides.shortId,
    version: nextVersion(sides),
  };
}

/** Our row of a directory that stays against a delete: it knows the delete, and overrules it. */
export function reviveEntry(kept: Entry, sides: LocalSides): Entry {
  const version = raise(kept.version, sides);
  return { ...kept, deleted: false, modifiedBy: sides.shortId, version };
}

/**
 * What a person put other content in the place of. A change of time or mode alone says nothing, not even what the version
 * before it said: who knows that one may have put the old content back on purpose, concurrently with this one.
 */
function replacedBy(found: Unversioned, ours: Entry | undefined): Uint8Array {
  if (ours === undefined || ours.deleted || ours.kind !== 'file') return NOTHING;
  if (found.kind !== 'file' || hasEqualContent(found as Entry, ours)) return NOTHING;
  return ours.contentHash;
}

/** Same content, and the same metadata as far as it means anything for the kind. */
function isAlike(a: Unversioned, b: Entry): boolean {
  if (!hasEqualContent(a as Entry, b)) return false;
  if (a.kind === 'symlink') return true;
  const modes = a.noPermissions || b.noPermissions || a.mode === b.mode;
  return modes && (a.kind === 'directory' || compareTimes(a.mtime, b.mtime) === 0);
}

/** What stands here is a version that our row does not know yet: put here by us before a crash, or equal from the start. */
function isNews(known: Entry, ours: Entry | undefined): boolean {
  const base = tellingRow(ours);
  return base === undefined || compareVersions(known.version, base.version) === 'newer';
}

/** Our row, if it tells what is on our disk: that of an excluded path holds the global vector, whatever stands here. */
function tellingRow(ours: Entry | undefined): Entry | undefined {
  return ours?.invalid ? undefined : ours;
}

/** Our row's vector with our own counter alone raised; counters of versions that are not on our disk are never included. */
function nextVersion(sides: LocalSides): Version {
  return raise(tellingRow(sides.ours)?.version ?? [], sides);
}

function raise(base: Version, sides: LocalSides): Version {
  let highest = sides.counterUsed;
  for (const version of [
    base,
    sides.ours?.version ?? [],
    ...sides.announced.map((e) => e.version),
  ]) {
    const value = counterOf(version, sides.counter);
    if (value > highest) highest = value;
  }
  const seconds = BigInt(Math.max(0, sides.now.s));
  const value = highest + 1n > seconds ? highest + 1n : seconds;
  return raiseCounter(base, sides.counter, value);
}
