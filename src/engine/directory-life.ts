/** What lives in a directory that another device has taken away, and whether that device knew of it. */

import type { DeviceId } from '../model/device-id.ts';
import { type Entry, hasEqualContent } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { OperationKind } from '../model/plan.ts';
import { compareVersions } from '../model/version.ts';
import { decideFreely, type Sides } from '../planner/decide.ts';
import { globalFor, isKept } from '../planner/kept.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';

type Place = Pick<FolderContext, 'store' | 'rules'>;

/** Paths read at a time. */
const SLICE = 200;

/** The sides of a path; whether it holds something is found out only if the decision depends on it. */
export function sidesAt(place: Place, path: RelPath, ours: OurEntry | undefined): Sides {
  return {
    path,
    ours,
    announced: place.store.announced(path).map((version) => version.entry),
    get holdsLive() {
      return holdsLive(place, ours);
    },
    get isWanted() {
      return isWanted(place, path);
    },
  };
}

/** Something below the path that was not taken away here is to be brought. Reads, at worst, every path below it. */
function isWanted({ store }: Place, path: RelPath): boolean {
  let after = `${path}/` as RelPath;
  for (;;) {
    const paths = store.paths(after, SLICE).filter((each) => each.startsWith(`${path}/`));
    if (paths.some((each) => isMissing(store, each))) return true;
    const last = paths.at(-1);
    if (last === undefined || paths.length < SLICE) return false;
    after = last;
  }
}

/** Nothing was changed here at the path, and others have something there. */
function isMissing(store: FolderStore, path: RelPath): boolean {
  const ours = store.ours(path);
  if (ours !== undefined && isKept(ours) && ours.deleted) return isReplaced(store, ours);
  const announced = store.announced(path).map(({ entry }) => entry);
  return globalFor(ours, announced)?.entry.deleted === false;
}

/** What was taken away here, others have made anew since. */
function isReplaced(store: FolderStore, ours: OurEntry): boolean {
  const announced = store.announced(ours.path).map(({ entry }) => entry);
  const there = globalFor(ours, announced)?.entry;
  if (there === undefined || there.deleted) return false;
  return compareVersions(ours.version, there.version) !== 'newer';
}

/** By our row a directory, in which something is to stay. Reads every row in it. */
function holdsLive(place: Place, ours: OurEntry | undefined): boolean {
  if (ours?.kind !== 'directory' || ours.deleted) return false;
  return livingIn(place, ours).some((row) => fateOf(place, row) !== 'delete');
}

/** By our rows something is in the directory, though its turn to go may come. */
export function isFilled(place: Place, path: RelPath): boolean {
  return place.store.children(path).some((row) => !row.deleted && !row.invalid);
}

/**
 * Whoever took the directory away has said so before saying what became of all that is in it: news of the rest is on its
 * way. Only what they do not know of keeps the directory.
 */
export function isHalfTold(place: Place, ours: OurEntry): boolean {
  const announced = place.store.announced(ours.path);
  const choice = globalFor(
    ours,
    announced.map(({ entry }) => entry),
  );
  const takers = announced
    .filter(({ entry }) => choice !== undefined && hasEqualContent(entry, choice.entry))
    .flatMap(({ holders }) => holders);
  return !holdsUnknown(place, ours, new Set(takers));
}

/** Something that is to stay lives in the directory, and none of these devices has it. */
function holdsUnknown(place: Place, ours: OurEntry, takers: ReadonlySet<DeviceId>): boolean {
  return livingIn(place, ours).some((row) => {
    const fate = fateOf(place, row);
    if (fate === 'delete') return false;
    if (fate === 'revive') return holdsUnknown(place, row, takers);
    return !place.store
      .announced(row.path)
      .some(({ entry, holders }) => isLive(entry) && holders.some((device) => takers.has(device)));
  });
}

function livingIn(place: Place, ours: OurEntry): readonly OurEntry[] {
  return place.store.children(ours.path).filter(isLive);
}

/** What is to be done at the path, or would be if this folder did not only send; undefined: nothing. */
function fateOf(place: Place, row: OurEntry): OperationKind | undefined {
  const decision = decideFreely(sidesAt(place, row.path, row), place.rules);
  return decision.kind === 'do' ? decision.operation.kind : undefined;
}

function isLive(entry: Entry): boolean {
  return !entry.deleted && !entry.invalid;
}
