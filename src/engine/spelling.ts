/** Paths as they are spelt on the disk, and as they are called. */

import { asKithError } from '../base/error.ts';
import { parseRelPath, type RelPath } from '../model/path.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import { splitDisk } from './programs/reach.ts';

/** undefined: no path of a folder can be called so. */
export function toPath(diskPath: string): RelPath | undefined {
  try {
    return parseRelPath(diskPath.normalize('NFC'));
  } catch (error) {
    if (asKithError(error, 'PATH_INVALID') === undefined) throw error;
    return undefined;
  }
}

/**
 * The outermost part of a path on the disk whose name is another spelling than that of our row, or than a new name should be:
 * both may stand there, and only a listing of what holds it tells. undefined: there is none.
 */
export function speltOtherwise(
  store: Pick<FolderStore, 'ours'>,
  diskPath: string,
): string | undefined {
  const { parent, name } = splitDisk(diskPath);
  const above = parent === '' ? undefined : speltOtherwise(store, parent);
  const path = toPath(diskPath);
  if (above !== undefined || path === undefined) return above;
  const row = store.ours(path);
  const spelling = row === undefined || row.deleted ? path : (row.diskPath ?? row.path);
  return splitDisk(spelling).name === name ? undefined : diskPath;
}

/** Spelling on the disk of a path that has a row or not: its own, or below its directory's. */
export function diskPathOf(store: FolderStore, path: RelPath): string {
  const own = store.ours(path);
  if (own !== undefined && !own.deleted) return own.diskPath ?? path;
  const at = path.lastIndexOf('/');
  if (at < 0) return path;
  return `${diskPathOf(store, path.slice(0, at) as RelPath)}${path.slice(at)}`;
}

/** The disk path, or a directory that it is in, is among these. */
export function isAmong(diskPaths: ReadonlySet<string>, diskPath: string): boolean {
  for (let at = diskPath; at !== ''; at = splitDisk(at).parent) if (diskPaths.has(at)) return true;
  return diskPaths.has('');
}
