/** Turns what was found on the disk into rows of ours: new versions, recognised ones, tombstones, refreshed facts. */

import { equalBytes } from '../base/bytes.ts';
import { compareTimes, type Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import { type Found, type LocalSides, recordFound, recordGone } from '../planner/local.ts';
import type { OurEntry, Seen } from '../ports/folder-store.ts';
import { type FolderContext, isInHand, nowStamp } from './context.ts';
import { asNotDurable } from './durability.ts';

/** Something looked at, and the row it was compared with (its sequence; 0 for none). */
export interface Sighting {
  readonly path: RelPath;
  readonly diskPath: string;
  readonly basedOn: number;
  /** undefined: proved gone. */
  readonly found: Found | undefined;
  readonly seen: Seen | undefined;
}

/** The row's path is proved to be gone. */
export function sightingOfGone({
  row,
  diskPath,
}: {
  readonly row: OurEntry;
  readonly diskPath: string;
}): Sighting {
  const nothing = { found: undefined, seen: undefined };
  return { path: row.path, diskPath, basedOn: row.sequence, ...nothing };
}

/** What versions are made of, while one change is built. */
interface Recording extends FolderContext {
  readonly counterUsed: bigint;
}

/** Sightings taken in one commit. */
const GROUP = 1000;

/**
 * Records sightings, creations before deletions. The disk paths of those that could not be recorded, because a group is
 * changing them or their row has changed since: they have to be looked at again. What recovery has not settled is left out.
 */
export async function record(
  context: FolderContext,
  sightings: readonly Sighting[],
): Promise<readonly string[]> {
  const again: string[] = [];
  const found = sightings.filter((each) => each.found !== undefined).sort(byPath);
  const gone = sightings.filter((each) => each.found === undefined).sort(byPath);
  const ordered = [...found, ...gone.reverse()];
  for (let at = 0; at < ordered.length; at += GROUP) {
    const group = ordered.slice(at, at + GROUP);
    await context.ledger.change((next) => {
      const recording = { ...context, counterUsed: context.ledger.counterUsed() };
      const rows: OurEntry[] = [];
      const refresh: OurEntry[] = [];
      const rewritten: number[] = [];
      for (const sighting of group) {
        // Whoever settles it has it looked at then.
        if (context.unsettled.has(sighting.path)) continue;
        const ours = context.store.ours(sighting.path);
        if (context.busy.has(sighting.path) || (ours?.sequence ?? 0) !== sighting.basedOn) {
          again.push(sighting.diskPath);
          continue;
        }
        const below =
          ours !== undefined && isNoDirectoryNow(ours, sighting) ? goneBelow(recording, ours) : [];
        if (below.some((row) => isInHand(context, row.path))) {
          again.push(sighting.diskPath);
          continue;
        }
        for (const row of below) rows.push({ ...row, sequence: next() });
        // What is recorded is no damage any more, if it ever was.
        context.unsynced.damaged.delete(sighting.diskPath);
        if (ours !== undefined) context.unsynced.doubt.prove(ours);
        const entry = entryOf(recording, sighting, ours);
        if (entry !== undefined) rows.push(rowOf(entry, sighting, next()));
        else if (ours !== undefined && sighting.seen !== undefined) {
          refresh.push({ ...ours, diskPath: spellingOf(sighting), seen: sighting.seen });
          if (isMadeAnew(sighting.seen, ours)) rewritten.push(ours.sequence);
        }
      }
      if (rows.length + refresh.length === 0) return undefined;
      return { ours: rows, refresh, ...asNotDurable(context, rewritten) };
    });
  }
  return again;
}

/** What stands there is what our row tells of, but was put there since: as little durable as anything new. */
function isMadeAnew(seen: Seen, { kind, seen: before }: OurEntry): boolean {
  if (before?.inode !== seen.inode) return true;
  // A directory is changed with all that comes and goes in it.
  return kind !== 'directory' && compareTimes(before.ctime, seen.ctime) !== 0;
}

function isNoDirectoryNow(ours: OurEntry, { found }: Sighting): boolean {
  if (ours.kind !== 'directory' || ours.deleted || ours.invalid) return false;
  return found !== undefined && found.kind !== 'directory';
}

/**
 * Tombstones for all below a directory that made room for something else, from the bottom up. Others must hear of them
 * before they hear what took its name: else the directory seems to hold something that its successor does not know of.
 */
function goneBelow(context: Recording, dir: OurEntry): readonly OurEntry[] {
  return context.store.children(dir.path).flatMap((row) => {
    const entry = recordGone(sidesOf(context, row.path, row));
    if (entry === undefined) return [];
    const itself = { ...entry, sequence: 0, diskPath: undefined, seen: undefined };
    return row.kind === 'directory' ? [...goneBelow(context, row), itself] : [itself];
  });
}

function entryOf(
  context: Recording,
  sighting: Sighting,
  ours: OurEntry | undefined,
): Entry | undefined {
  const sides = sidesOf(context, sighting.path, ours);
  const found = asWanted(sighting, ours);
  return found === undefined ? recordGone(sides) : recordFound(found, sides);
}

/**
 * A file system that cuts times or ignores modes shows something else than was wanted: what reads back as it did when the
 * row was made is as our row wants it. Else every second look would make a version.
 */
function asWanted({ found, seen }: Sighting, ours: OurEntry | undefined): Found | undefined {
  if (found === undefined || seen === undefined || ours?.seen === undefined) return found;
  if (found.kind !== ours.kind) return found;
  const isSame = equalBytes(found.contentHash, ours.contentHash);
  const isTimeSame = isSame && compareTimes(seen.mtime, ours.seen.mtime) === 0;
  const isModeSame = !ours.noPermissions && seen.mode === ours.seen.mode;
  return {
    ...found,
    mtime: isTimeSame ? ours.mtime : found.mtime,
    mode: isModeSame ? ours.mode : found.mode,
  };
}

function sidesOf(context: Recording, path: RelPath, ours: OurEntry | undefined): LocalSides {
  return {
    ours,
    announced: context.store.announced(path).map((version) => version.entry),
    superseded: context.superseded.at(path),
    counter: context.counter,
    counterUsed: context.counterUsed,
    shortId: context.self.shortId,
    now: nowStamp(context.ports.clock),
  };
}

function rowOf(entry: Entry, sighting: Sighting, sequence: number): OurEntry {
  const diskPath = spellingOf(sighting);
  return { ...entry, sequence, diskPath, seen: entry.deleted ? undefined : sighting.seen };
}

/** What a row keeps of it: undefined if it is the path itself. */
function spellingOf({ path, diskPath }: Sighting): string | undefined {
  return diskPath === path ? undefined : diskPath;
}

function byPath(a: Sighting, b: Sighting): number {
  return a.path < b.path ? -1 : 1;
}
