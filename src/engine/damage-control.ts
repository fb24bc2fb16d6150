/**
 * After a power cut: what was recorded but had not reached the disk is no edit and no delete. It is put aside, never
 * announced, and fetched again from whoever has it; where nobody has it, it stays as it is and is reported.
 */

import { toHex } from '../base/bytes.ts';
import { type Entry, hasEqualContent } from '../model/entry.ts';
import { baseName } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { compareVersions } from '../model/version.ts';
import { conflictPath } from '../planner/conflict.ts';
import { type Finding, judgeFound } from '../planner/damage.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { isSuspect } from './classify.ts';
import { type FolderContext, isInHand, nowStamp, stampOf } from './context.ts';
import { splitDisk } from './programs/reach.ts';
import type { Aside } from './programs/set-aside.ts';
import type { Sighting } from './recorder.ts';
import { isAmong } from './spelling.ts';

/** Sightings that can be believed, and those that are damage. */
export interface Sorted {
  readonly sound: readonly Sighting[];
  readonly damaged: readonly Damaged[];
}

/** What stands in place of our row. Where it may be an edit after all, it stays in sight, as a conflict copy. */
export interface Damaged extends Sighting {
  readonly mayBeEdit: boolean;
}

/** Tells damage from edits; everything is sound but what a power cut left in doubt. */
export function sortDamage(context: FolderContext, sightings: readonly Sighting[]): Sorted {
  const { doubt, damaged: known } = context.unsynced;
  if (doubt.range === undefined && known.size === 0) return { sound: sightings, damaged: [] };
  const sound: Sighting[] = [];
  const damaged: Damaged[] = [];
  for (const sighting of sightings) {
    // In what stands there instead of ours nothing means anything: it is looked at again with that.
    if (isAmong(known, splitDisk(sighting.diskPath).parent)) continue;
    const finding = judge(context, sighting);
    // Of what is in a directory nobody knows yet whether a person has written it since.
    const mayBeEdit = finding === 'either' || sighting.found?.kind === 'directory';
    if (finding === 'sound') sound.push(sighting);
    else damaged.push({ ...sighting, mayBeEdit });
  }
  return { sound, damaged };
}

function judge(context: FolderContext, { path, found, seen }: Sighting): Finding {
  const ours = context.store.ours(path);
  if (ours === undefined || ours.invalid || !isSuspect(context, ours)) return 'sound';
  // Who has it may not have said so yet: that nobody has it is never known. Where it was deleted, it comes back.
  if (found === undefined) return 'damage';
  const sinceBoot = { from: stampOf(context.bootedAtMs), to: nowStamp(context.ports.clock) };
  const finding = judgeFound({ found, ours, seen, recorded: ours.seen, sinceBoot });
  // Where nobody can give back what our row tells of, nothing is lost by believing.
  return finding === 'either' && !isMendable(context, ours) ? 'sound' : finding;
}

/**
 * Puts damage aside that somebody else can mend; it will be fetched, and what is not there at all from whoever has it. Disk
 * paths of what stays: nobody has it, it could not be moved, or the folder only sends.
 */
export async function repair(
  context: FolderContext,
  damaged: readonly Damaged[],
): Promise<readonly string[]> {
  const mendable = damaged.filter((sighting) => {
    const ours = context.store.ours(sighting.path);
    if (ours === undefined || !isAsSighted(context, sighting)) return false;
    if (sighting.found === undefined) return true;
    // What a folder that only sends would lose from its place it would never fetch.
    return context.rules.kind !== 'send-only' && isReplaceable(context, ours);
  });
  // Out of the way first: as long as it stands there our row must tell that it is damage.
  const isAway = await putAside(context, mendable);
  const taken: Sighting[] = [];
  await context.ledger.change((next) => {
    const ours: OurEntry[] = [];
    for (const sighting of mendable) {
      const row = context.store.ours(sighting.path);
      if (row === undefined || !isAway(sighting) || !isAsSighted(context, sighting)) continue;
      taken.push(sighting);
      context.unsynced.doubt.prove(row);
      // `invalid`: others know that we do not have it, and it is fetched like anything new.
      ours.push({ ...row, invalid: true, seen: undefined, sequence: next() });
    }
    return ours.length === 0 ? undefined : { ours };
  });
  for (const { diskPath } of taken) context.unsynced.damaged.delete(diskPath);
  const takenPaths = new Set(taken.map(({ diskPath }) => diskPath));
  const left = damaged.map(({ diskPath }) => diskPath).filter((each) => !takenPaths.has(each));
  for (const diskPath of left) context.unsynced.damaged.add(diskPath);
  return left;
}

/** Nobody has looked yet what the power cut left of it: the row must not be written anew. Planned again when it was looked at. */
export function isUnlooked({ unsynced }: FolderContext, ours: OurEntry | undefined): boolean {
  if (ours === undefined || !unsynced.doubt.has(ours)) return false;
  return !unsynced.damaged.has(ours.diskPath ?? ours.path);
}

/**
 * Where damage stands in the way of the operation, which must not keep it as if a person had written it. What others have told
 * since may allow to put it aside: it is to be looked at.
 */
export function damageInTheWay(
  { unsynced }: FolderContext,
  { kind }: Operation,
  ours: OurEntry | undefined,
): string | undefined {
  const place = ours && (ours.diskPath ?? ours.path);
  if (kind === 'note' || kind === 'revive' || place === undefined) return undefined;
  return unsynced.damaged.has(place) ? place : undefined;
}

/** Whether nothing stands there any more. */
async function putAside(
  { ports, root, id: folder, self }: FolderContext,
  sightings: readonly Damaged[],
): Promise<(sighting: Sighting) => boolean> {
  const { disk, random, log } = ports;
  const items = sightings.flatMap(({ path, diskPath, found, seen, mayBeEdit }): Aside[] => {
    if (found === undefined || seen === undefined) return [];
    const keptAs = toHex(random.bytes(16));
    if (!mayBeEdit) return [{ diskPath, seen, keptAs }];
    const copy = conflictPath({ path, mtime: found.mtime, modifiedBy: self.shortId });
    return [{ diskPath, seen, keptAs, copyAs: baseName(copy) }];
  });
  const left = new Set(items.map(({ diskPath }) => diskPath));
  if (items.length === 0) return () => true;
  const moved = await disk.run('setAside', { root, items }, { urgency: 1 });
  for (const [index, { diskPath, keptAs, copyAs }] of items.entries()) {
    if (moved[index] !== true) continue;
    left.delete(diskPath);
    log.write('warn', 'damage-put-aside', { folder, path: diskPath, keptAs: copyAs ?? keptAs });
  }
  return ({ diskPath }) => !left.has(diskPath);
}

/** Our row is the one that the sighting was compared with, and nothing is under way at the path. */
function isAsSighted(context: FolderContext, { path, basedOn }: Sighting): boolean {
  return context.store.ours(path)?.sequence === basedOn && !isInHand(context, path);
}

/** Somebody has what our row tells of, or what came after it. */
function isMendable(context: FolderContext, ours: OurEntry): boolean {
  return context.store
    .announced(ours.path)
    .some(({ entry }) => isUsable(entry) && isAsGood(entry, ours));
}

/** Somebody has that, or knows that it was deleted, or has what was written beside it: our own content is lost in any case. */
function isReplaceable(context: FolderContext, ours: OurEntry): boolean {
  return context.store.announced(ours.path).some(({ entry }) => {
    if (entry.invalid) return false;
    const isBeside = compareVersions(entry.version, ours.version) === 'concurrent';
    return isAsGood(entry, ours) || (isBeside && !entry.deleted);
  });
}

function isUsable(entry: Entry): boolean {
  return !entry.invalid && !entry.deleted;
}

function isAsGood(entry: Entry, ours: OurEntry): boolean {
  return hasEqualContent(entry, ours) || compareVersions(entry.version, ours.version) === 'newer';
}
