/** One case of the planner from its seed: three trees, played to their end, and the laws that the end must keep. */

import { equalBytes } from '../../src/base/bytes.ts';
import { compareTimes, type Entry, hasEqualContent } from '../../src/model/entry.ts';
import { compareVersions } from '../../src/model/version.ts';
import { Dice } from './dice.ts';
import { type Manner, type Play, type PlayedPlanner, playOf, playOut } from './play.ts';
import { contentOf, Forest, isLive, PATHS, type Tree } from './trees.ts';

/** What a case asked of the planner. */
export interface CaseCost {
  readonly decided: number;
  readonly planned: number;
}

/** Every so many cases are played a second time in another order. */
const TWICE_EVERY = 8;

/** Plays the case of this seed. Throws, with the seed in the message, if a law does not hold. */
export function playCase(seed: number, planner: PlayedPlanner): CaseCost {
  try {
    const dice = new Dice(seed);
    const trees = new Forest(dice).trees();
    const isTwice = seed % TWICE_EVERY === 0;
    const order = isTwice ? 'own' : 'any';
    const plays = [playToEnd(trees, { planner, dice, order })];
    if (isTwice) plays.push(playToEnd(trees, { planner, dice, order }));
    expectOneEnd(plays);
    return {
      decided: plays.reduce((sum, { decided }) => sum + decided, 0),
      planned: plays.reduce((sum, { planned }) => sum + planned, 0),
    };
  } catch (error) {
    throw new Error(`case ${seed}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function playToEnd(trees: readonly Tree[], how: Manner): Play {
  const play = playOf(trees);
  playOut(play, how);
  expectEqual(play);
  expectNothingLost(play, trees);
  expectNothingInvented(play, trees);
  expectUntouched(play, trees);
  return play;
}

function fail(law: string, facts: unknown): never {
  const text = JSON.stringify(facts, (_key, value: unknown) =>
    value instanceof Uint8Array
      ? `${value.length}:${value[0]}`
      : typeof value === 'bigint'
        ? `${value}`
        : value,
  );
  throw new Error(`${law}: ${text}`);
}

/** Devices that plan for themselves end equal. */
function expectEqual({ players, paths }: Play): void {
  const [first, ...others] = players;
  for (const [at, path] of paths.entries()) {
    const row = first?.rows[at];
    for (const other of others) {
      const theirs = other.rows[at];
      if (row?.invalid === true || theirs?.invalid === true) continue;
      const isSame = row !== undefined && theirs !== undefined && isAlike(row, theirs);
      if (row === theirs || (isSame && compareVersions(row.version, theirs.version) === 'equal'))
        continue;
      if (!isLive(row) && !isLive(theirs)) continue;
      fail('devices end equal', { path, row, theirs });
    }
  }
}

/** The same to whoever looks at the disk. */
function isAlike(a: Entry, b: Entry): boolean {
  if (!hasEqualContent(a, b)) return false;
  if (a.deleted || a.kind === 'symlink') return true;
  return a.mode === b.mode && (a.kind === 'directory' || compareTimes(a.mtime, b.mtime) === 0);
}

/** What a person wrote and nobody who had it replaced is still on every device. */
function expectNothingLost({ players }: Play, trees: readonly Tree[]): void {
  const held = players.map(({ rows }) => new Set(rows.filter(isFile).map(contentOf)));
  for (const tree of trees) {
    for (const [at, entry] of tree.entries()) {
      if (!isFile(entry) || trees.some((other) => hasReplaced(other[at], entry))) continue;
      if (held.every((contents) => contents.has(contentOf(entry)))) continue;
      fail('nothing is lost', entry);
    }
  }
}

function isFile(entry: Entry | undefined): entry is Entry & { readonly kind: 'file' } {
  return isLive(entry) && entry.kind === 'file';
}

function hasReplaced(other: Entry | undefined, entry: Entry): boolean {
  if (other === undefined || other === entry || other.invalid) return false;
  if (equalBytes(other.previousHash, entry.contentHash)) return true;
  return compareVersions(other.version, entry.version) === 'newer';
}

/** Nothing stands anywhere that no person put there. */
function expectNothingInvented({ players, copies }: Play, trees: readonly Tree[]): void {
  for (const { rows } of players) {
    for (const [at, row] of rows.entries()) {
      if (!isFile(row)) continue;
      const isWritten = trees.some((tree) => isFile(tree[at]) && hasEqualContent(tree[at], row));
      const isCopy = [...(copies.get(at) ?? [])].some((kept) => hasEqualContent(kept, row));
      if (!isWritten && !isCopy) fail('nothing is invented', row);
    }
  }
}

/** What nobody touched is touched by no device. */
function expectUntouched({ players }: Play, trees: readonly Tree[]): void {
  for (const [at, path] of PATHS.entries()) {
    const entry = trees[0]?.[at];
    if (!isLive(entry) || trees.some((tree) => tree[at] !== entry)) continue;
    for (const { rows, touched } of players) {
      if (rows[at] !== entry || touched.has(at)) fail('what is untouched stays', { path });
    }
  }
}

/**
 * Whatever the order in which operations are done, the same stands there at the end. Times and modes count where no moment decides
 * them: not of a copy, which the second to make it merges or finds done, nor of a directory, which has those of who revived it.
 */
function expectOneEnd(plays: readonly Play[]): void {
  const [one, other] = plays.map(standing);
  if (other === undefined || one === undefined) return;
  for (const path of new Set([...one.keys(), ...other.keys()])) {
    const [here, there] = [one.get(path), other.get(path)];
    const isExact = COMMON.has(path) && here?.kind !== 'directory';
    const isSame = isExact ? isAlike : hasEqualContent;
    if (here === undefined || there === undefined || !isSame(here, there)) {
      fail('any order reaches the same end', { path, here, there });
    }
  }
}

const COMMON: ReadonlySet<string> = new Set(PATHS);

function standing({ players, paths }: Play): ReadonlyMap<string, Entry> {
  const rows = players[0]?.rows ?? [];
  return new Map(
    paths.flatMap((path, at) => {
      const row = rows[at];
      return isLive(row) ? [[path, row] as const] : [];
    }),
  );
}
