/**
 * Other file systems mounted inside a folder. Where one was and is not, or is and was not, what is missing was not deleted:
 * it is hidden, and waits until the disk is back or a person says otherwise.
 */

import { parentPath, type RelPath } from '../model/path.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';

type Rows = Pick<FolderStore, 'ours'>;

/** True if the row's path is gone because it is hidden. `isForeign`: of the directory that is there; undefined if none is. */
export function isHidden(rows: Rows, row: OurEntry, isForeign: boolean | undefined): boolean {
  if (isForeign === undefined) return false;
  return isParentForeign(rows, row) !== isForeign || isMountPoint(rows, row);
}

/** By our rows another file system begins with the directory. */
export function isMountPoint(rows: Rows, row: OurEntry): boolean {
  return row.kind === 'directory' && isForeignDir(row) !== isParentForeign(rows, row);
}

/** By our rows what holds it is on another file system than the root. */
export function isParentForeign(rows: Rows, { path }: Pick<OurEntry, 'path'>): boolean {
  const parent = parentPath(path);
  const dir = parent === undefined ? undefined : rows.ours(parent);
  return dir !== undefined && isForeignDir(dir);
}

/** By our rows the outermost directory above the path that is on another file system than the root. */
export function mountAbove(rows: Rows, path: RelPath): RelPath | undefined {
  let mount: RelPath | undefined;
  for (let at = parentPath(path); at !== undefined; at = parentPath(at)) {
    const row = rows.ours(at);
    if (row === undefined || row.deleted || !isForeignDir(row)) return mount;
    mount = at;
  }
  return mount;
}

/** By our rows the innermost directory on the way to the path that is there is on another file system than the root. */
export function isNearestForeign(rows: Rows, path: RelPath): boolean {
  for (let at = parentPath(path); at !== undefined; at = parentPath(at)) {
    const row = rows.ours(at);
    if (row?.kind === 'directory' && !row.deleted && !row.invalid) return isForeignDir(row);
  }
  return false;
}

function isForeignDir(row: OurEntry): boolean {
  return row.kind === 'directory' && row.seen?.isForeign === true;
}
