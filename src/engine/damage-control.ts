/**
 * After a power cut: what was recorded but had not reached the disk is no edit and no delete. It is put aside, never
 * announced, and fetched again from whoever has it; where nobody has it, it stays as it is and is reported.
 */

import { toHex } from '../base/bytes.ts';
import { hasEqualContent } from '../model/entry.ts';
import { isDamage } from '../planner/damage.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { isSuspect } from './classify.ts';
import type { FolderContext } from './context.ts';
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

/** Disk paths of damage that nobody else can mend. The rest is put aside and will be fetched. */
export async function repair(
  context: FolderContext,
  damaged: readonly Sighting[],
): Promise<readonly string[]> {
  const { disk, random, log } = context.ports;
  const mendable = damaged.filter((sighting) => {
    const ours = context.store.ours(sighting.path);
    return ours !== undefined && isHeldElsewhere(context, ours);
  });
  const taken: Sighting[] = [];
  await context.ledger.change((next) => {
    const ours: OurEntry[] = [];
    for (const sighting of mendable) {
      const row = context.store.ours(sighting.path);
      if (row?.sequence !== sighting.basedOn || context.busy.has(sighting.path)) continue;
      taken.push(sighting);
      // `invalid`: others know that we do not have it, and it is fetched like anything new.
      ours.push({ ...row, invalid: true, seen: undefined, sequence: next() });
    }
    return ours.length === 0 ? undefined : { ours };
  });
  const items = taken.flatMap(({ diskPath, found, seen }) =>
    found === undefined || seen === undefined
      ? []
      : [{ diskPath, seen, keptAs: toHex(random.bytes(16)) }],
  );
  if (items.length > 0) {
    const moved = await disk.run('setAside', { root: context.root, items }, { urgency: 1 });
    for (const [index, { diskPath, keptAs }] of items.entries()) {
      if (moved[index] !== true) continue;
      log.write('warn', 'damage-put-aside', { folder: context.id, path: diskPath, keptAs });
    }
  }
  for (const { diskPath } of taken) context.unsynced.damaged.delete(diskPath);
  return damaged.filter((each) => !taken.includes(each)).map((each) => each.diskPath);
}

function isHeldElsewhere(context: FolderContext, ours: OurEntry): boolean {
  return context.store
    .announced(ours.path)
    .some(({ entry }) => !entry.invalid && hasEqualContent(entry, ours));
}
