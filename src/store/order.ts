/** The orders in which a store answers, the same for every implementation. */

import type { Entry } from '../model/entry.ts';
import { comparePaths, type RelPath } from '../model/path.ts';
import type { Intent } from '../ports/folder-store.ts';

/** An announced version as it is ordered. */
export interface AnnouncedRank {
  readonly entry: Pick<Entry, 'invalid'>;
  /** `versionKey` of its version. */
  readonly key: string;
  /** Hexadecimal digest of the row. */
  readonly digest: string;
}

/** By the UTF-8 bytes, ancestors first: what the database sorts by. Differs from `comparePaths` above U+FFFF only. */
export function compareStoredPaths(a: RelPath, b: RelPath): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** By the version's key, valid ones before invalid ones, then in an order that does not depend on who came first. */
export function compareAnnounced(a: AnnouncedRank, b: AnnouncedRank): number {
  const byKey = compareText(a.key, b.key);
  if (byKey !== 0) return byKey;
  if (a.entry.invalid !== b.entry.invalid) return a.entry.invalid ? 1 : -1;
  return compareText(a.digest, b.digest);
}

/** By path, then by name. */
export function compareIntents(a: Intent, b: Intent): number {
  return comparePaths(a.path, b.path) || compareText(a.stageName, b.stageName);
}

/** By UTF-16 units. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Surrogates stand for code points above all others, though their units lie below U+E000. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
