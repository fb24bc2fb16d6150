/**
 * Which version of a path is the global one, chosen from the whole set of versions at once, so that the order of arrival
 * cannot matter. (Choosing pairwise by the same rules is cyclic over three versions.) Pure.
 */

import { equalBytes } from '../base/bytes.ts';
import { compareTimes, type Entry, hasEqualContent } from '../model/entry.ts';
import { compareVersions, mergeVersions, orderVersions, versionKey } from '../model/version.ts';

/** The version that every device shall hold, and the concurrent files that lose the name to it. */
export interface GlobalChoice {
  /**
   * As announced, or under the merge of the vectors of versions of equal content (of deletes, if it is one): then nobody may
   * have announced it yet, and every device makes the same. A delete that loses to content is not merged into it: the
   * merge would be concurrent with a third device's delete of just that content, and bring it back.
   */
  readonly entry: Entry;
  /**
   * Concurrent live files of other content than `entry` has and than it replaced, each under its own version; by version key.
   */
  readonly losers: readonly Entry[];
}

/** A directory or link never makes a conflict copy, so it keeps the name against a file. */
const RANK = { file: 0, symlink: 1, directory: 2 } as const;

const NOTHING = new Uint8Array(0);
const NOBODY: readonly Entry[] = [];

/**
 * The choice among all versions known of one path, ours included; undefined if none may be used. Invalid versions and
 * those without a version vector do not count.
 */
export function chooseGlobal(versions: readonly Entry[]): GlobalChoice | undefined {
  const usable = versions.every(isUsable) ? versions : versions.filter(isUsable);
  const only = onlyOne(usable);
  if (only !== undefined) return { entry: only, losers: NOBODY };
  const heads = undominated(usable);
  const [winner] = heads;
  if (winner === undefined) return undefined;
  if (heads.length === 1) return { entry: winner, losers: NOBODY };
  const agreeing = heads.filter((head) => hasEqualContent(head, winner));
  const entry = merged(winner, agreeing);
  const others = heads.filter(
    (head) => !agreeing.includes(head) && !head.deleted && head.kind === 'file',
  );
  const losers = others.filter((head) => !hasReplaced(entry, head));
  return { entry, losers: [...losers].sort(byKey) };
}

function isUsable(v: Entry): boolean {
  return !v.invalid && v.version.length > 0;
}

/** The one version that all are, as at most paths most of the time; undefined if they differ or there is none. */
function onlyOne(versions: readonly Entry[]): Entry | undefined {
  const last = versions.at(-1);
  if (last === undefined) return undefined;
  for (const each of versions) if (each !== last && !isEqual(each, last)) return undefined;
  return last;
}

/** Equal in all that is compared by `order`. Written out: nothing is asked as often. */
function isEqual(a: Entry, b: Entry): boolean {
  return (
    a.deleted === b.deleted &&
    a.kind === b.kind &&
    a.mode === b.mode &&
    a.noPermissions === b.noPermissions &&
    a.modifiedBy === b.modifiedBy &&
    orderTimes(a, b) === 0 &&
    compareVersions(a.version, b.version) === 'equal' &&
    equalBytes(a.contentHash, b.contentHash) &&
    equalBytes(a.previousHash, b.previousHash)
  );
}

/** Versions that no other one knows, the greatest first. Of equal vectors with equal content one is kept. */
function undominated(versions: readonly Entry[]): readonly Entry[] {
  const tops = versions.filter((each) => !isKnown(each, versions));
  if (tops.length < 2) return tops;
  const heads: Entry[] = [];
  for (const each of tops.sort(order).reverse()) {
    if (!heads.some((head) => isSame(head, each))) heads.push(each);
  }
  return heads;
}

function isKnown(each: Entry, versions: readonly Entry[]): boolean {
  return versions.some((other) => compareVersions(other.version, each.version) === 'newer');
}

function isSame(a: Entry, b: Entry): boolean {
  return compareVersions(a.version, b.version) === 'equal' && hasEqualContent(a, b);
}

/** Whoever made the winner had the loser's very content and put this in its place, as somebody who knows the loser does. */
function hasReplaced(winner: Entry, loser: Entry): boolean {
  return winner.previousHash.length > 0 && equalBytes(winner.previousHash, loser.contentHash);
}

/** The winner under the merge of all that agree with it; metadata is the winner's, which is the greatest among them. */
function merged(winner: Entry, agreeing: readonly Entry[]): Entry {
  if (agreeing.length === 1) return winner;
  const version = agreeing.reduce((sum, each) => mergeVersions(sum, each.version), winner.version);
  if (compareVersions(version, winner.version) === 'equal') return winner;
  return { ...winner, version, previousHash: replacedByAll(agreeing) };
}

/**
 * What every one of them replaced. What only some did must not be said of the merge: a version that knows just those may
 * have put it back, and is concurrent with the merge because of the others.
 */
function replacedByAll(agreeing: readonly Entry[]): Uint8Array {
  const [first, ...others] = agreeing.map((each) => each.previousHash);
  const isShared = first !== undefined && others.every((each) => equalBytes(each, first));
  return isShared ? first : NOTHING;
}

/**
 * A total order: existing over deleted, then rank of kind, then time, mode, vector, content, maker, and what was replaced (not
 * all devices pass it on: who does is believed). Positive if `a` is greater. Each step compares one value whatever the rest is:
 * a step that only counts for some pairs makes circles.
 */
function order(a: Entry, b: Entry): number {
  return (
    Number(b.deleted) - Number(a.deleted) ||
    RANK[a.kind] - RANK[b.kind] ||
    orderTimes(a, b) ||
    a.mode - b.mode ||
    orderVersions(a.version, b.version) ||
    orderBytes(a.contentHash, b.contentHash) ||
    Number(a.modifiedBy - b.modifiedBy) ||
    Number(b.noPermissions) - Number(a.noPermissions) ||
    orderBytes(a.previousHash, b.previousHash)
  );
}

/** The time of a directory means nothing: it changes with every file in it. */
function orderTimes(a: Entry, b: Entry): number {
  return a.kind === 'directory' ? 0 : compareTimes(a.mtime, b.mtime);
}

function orderBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function byKey(a: Entry, b: Entry): number {
  const [left, right] = [versionKey(a.version), versionKey(b.version)];
  return left === right ? 0 : left < right ? -1 : 1;
}
