/**
 * After a power cut: what was recorded but had not reached the disk is no edit and no delete. It is put aside, never
 * announced, and fetched again from whoever has it; where nobody has it, it stays as it is and is reported.
 */

import { toHex } from '../base/bytes.ts';
import { hasEqualContent } from '../model/entry.ts';
import { isDamage } from '../planner/damage.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { isSuspect } from './classify.ts';
import { type FolderContext, isInHand } from './context.ts';
import type { Sighting } from './recorder.ts';

/** Sightings that can be believed, and those that are damage. */
export interface Sorted {
  readonly sound: readonly Sighting[];
  readonly damaged: readonly Sighting[];
}

/** Tells damage from edits; everything is sound but in the first look after a power cut. */
export function sortDamage(context: FolderContext, sightings: readonly Sighting[]): Sorted {
  const { range, damaged: known } = context.unsynced;
  if (range === undefined && known.size === 0) return { sound: sightings, damaged: [] };
  const damaged = sightings.filter((sighting) => {
    const ours = context.store.ours(sighting.path);
    if (ours === undefined || ours.invalid || !isSuspect(context, ours)) return false;
    if (sighting.found === undefined) return isHeldElsewhere(context, ours);
    return isDamage({
      found: sighting.found,
      ours,
      foundChanged: sighting.seen?.ctime,
      oursChanged: ours.seen?.ctime,
    });
  });
  return { sound: sightings.filter((sighting) => !damaged.includes(sighting)), damaged };
}

/**
 * Puts damage aside that somebody else can mend; it will be fetched. Disk paths of what stays: nobody has it, or it could not
 * be moved.
 */
export async function repair(
  context: FolderContext,
  damaged: readonly Sighting[],
): Promise<readonly string[]> {
  const mendable = damaged.filter((sighting) => {
    const ours = context.store.ours(sighting.path);
    return ours !== undefined && isHeldElsewhere(context, ours) && isAsSighted(context, sighting);
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
      // `invalid`: others know that we do not have it, and it is fetched like anything new.
      ours.push({ ...row, invalid: true, seen: undefined, sequence: next() });
    }
    return ours.length === 0 ? undefined : { ours };
  });
  for (const { diskPath } of taken) context.unsynced.damaged.delete(diskPath);
  const left = damaged.filter((each) => !taken.includes(each)).map((each) => each.diskPath);
  for (const diskPath of left) context.unsynced.damaged.add(diskPath);
  return left;
}

/** Whether nothing stands there any more. */
async function putAside(
  { ports, root, id: folder }: FolderContext,
  sightings: readonly Sighting[],
): Promise<(sighting: Sighting) => boolean> {
  const { disk, random, log } = ports;
  const items = sightings.flatMap(({ diskPath, found, seen }) =>
    found === undefined || seen === undefined
      ? []
      : [{ diskPath, seen, keptAs: toHex(random.bytes(16)) }],
  );
  const left = new Set(items.map(({ diskPath }) => diskPath));
  if (items.length === 0) return () => true;
  const moved = await disk.run('setAside', { root, items }, { urgency: 1 });
  for (const [index, { diskPath, keptAs }] of items.entries()) {
    if (moved[index] !== true) continue;
    left.delete(diskPath);
    log.write('warn', 'damage-put-aside', { folder, path: diskPath, keptAs });
  }
  return ({ diskPath }) => !left.has(diskPath);
}

/** Our row is the one that the sighting was compared with, and nothing is under way at the path. */
function isAsSighted(context: FolderContext, { path, basedOn }: Sighting): boolean {
  return context.store.ours(path)?.sequence === basedOn && !isInHand(context, path);
}

function isHeldElsewhere(context: FolderContext, ours: OurEntry): boolean {
  return context.store
    .announced(ours.path)
    .some(({ entry }) => !entry.invalid && hasEqualContent(entry, ours));
}
