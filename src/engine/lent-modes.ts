/**
 * Which directories a group has to open to itself for a while, and the intents that tell of them: whatever ends us meanwhile,
 * they get their modes back before anybody looks, and nobody takes an open one for a person's doing.
 */

import { parentPath, type RelPath } from '../model/path.ts';
import type { FileStatus } from '../ports/file-system.ts';
import type { Intent, OurEntry } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';
import type { ApplyItem } from './programs/change.ts';
import { type GivenBack, type LentMode, OWNER_BITS } from './programs/lending.ts';
import { diskPathOf } from './spelling.ts';

/** A directory that a group may open. */
export interface Lent extends LentMode {
  readonly path: RelPath;
}

/** The stage name of an intent that displaces nothing: the mode to be given back follows, in octal. */
const MARK = 'mode-';

/** Directories in which the items make or remove names, or which they make, whose mode shuts their owner out. */
export function lentFor(context: FolderContext, items: readonly ApplyItem[]): readonly Lent[] {
  const coming = new Map(items.map((item) => [item.path, item]));
  const concerned = new Set<RelPath>();
  for (const item of items) {
    if (item.kind === 'make-directory') concerned.add(item.path);
    const parent = parentPath(item.path);
    if (parent !== undefined && item.kind !== 'adopt') concerned.add(parent);
  }
  return [...concerned].flatMap((path) => {
    const mode = modeAfter(coming.get(path), context.store.ours(path));
    // One that is still open from before is given back by recovery, when nothing waits in it any more.
    if (mode === undefined || context.unsettled.has(path)) return [];
    if ((mode & OWNER_BITS) === OWNER_BITS) return [];
    return [{ path, diskPath: diskPathOf(context.store, path), mode }];
  });
}

/** What the directory's mode is while the group goes on; undefined if there is none, or none that we know. */
function modeAfter(item: ApplyItem | undefined, ours: OurEntry | undefined): number | undefined {
  if (item?.kind === 'make-directory') return item.mode;
  if (item?.kind === 'adopt' && item.finish.mode !== undefined) return item.finish.mode;
  if (ours?.kind !== 'directory' || ours.deleted || ours.invalid) return undefined;
  return ours.seen?.mode;
}

/** Tells that the directory may be open, and what its mode is to be. */
export function intentOfLent({ path, mode }: Lent): Intent {
  const displaced = { inode: 0n, size: 0, mtime: { s: 0, ns: 0 } };
  return { path, stageName: `${MARK}${mode.toString(8)}`, displaced, conflictCopy: undefined };
}

/** The mode that an intent has given back; undefined if it is one of a displacement. */
export function modeOfIntent({ stageName }: Intent): number | undefined {
  return stageName.startsWith(MARK) ? Number.parseInt(stageName.slice(MARK.length), 8) : undefined;
}

/**
 * Our row of a directory that was open, once more under a new sequence: a look that saw it open was compared with the row
 * of before, and is not believed. undefined if there is no such row.
 */
export function rowAnew(
  context: FolderContext,
  path: RelPath,
  next: () => number,
): OurEntry | undefined {
  const row = context.store.ours(path);
  if (row?.kind !== 'directory' || row.deleted || row.invalid) return undefined;
  return { ...row, sequence: next() };
}

/** The rows of a group, and of the directories that it had opened: as they stand now. */
export function withModesBack(
  context: FolderContext,
  group: {
    readonly rows: readonly OurEntry[];
    readonly lent: readonly Lent[];
    readonly givenBack: readonly GivenBack[];
    readonly next: () => number;
  },
): readonly OurEntry[] {
  const rows = new Map(group.rows.map((row) => [row.path, row]));
  for (const [index, { status }] of group.givenBack.entries()) {
    const path = group.lent[index]?.path;
    if (path === undefined || status === undefined) continue;
    const made = rows.get(path);
    const row = made === undefined ? rowAnew(context, path, group.next) : shut(made, status);
    if (row !== undefined) rows.set(path, row);
  }
  return [...rows.values()];
}

/** It was still open when it was made. */
function shut(row: OurEntry, { mode, ctime }: FileStatus): OurEntry {
  return row.seen === undefined ? row : { ...row, seen: { ...row.seen, mode, ctime } };
}
