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

/** By our row, or by what a new name should be, this is another spelling of it: both may stand there. */
export function isSpeltOtherwise(
  store: Pick<FolderStore, 'ours'>,
  path: RelPath,
  diskPath: string,
): boolean {
  const row = store.ours(path);
  const spelling = row === undefined || row.deleted ? path : (row.diskPath ?? row.path);
  return splitDisk(spelling).name !== splitDisk(diskPath).name;
}
