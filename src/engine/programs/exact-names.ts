/**
 * Disks that take names for one which differ in letter case alone: what is found under a name may be called otherwise.
 * Asked for each name anew, because a disk may do so in some directories and not in others.
 */

import { asKithError } from '../../base/error.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../ports/file-system.ts';
import { list, status } from '../file-calls.ts';

/** For the open directories of one program. */
export class ExactNames {
  /** Names that were listed once: they may serve as a proof that a name is there, never that it is not. */
  readonly #listed = new Map<DirHandle, ReadonlySet<string>>();

  /**
   * True if the name is found in the directory only because the disk takes it for another one. The Unicode form does not
   * matter: in all of its forms a name is one path. One call for a name with letters, a listing where the disk does so.
   */
  *isAlias(dir: DirHandle, name: string): FileProgram<boolean> {
    for (const other of new Set([name.toLowerCase(), name.toUpperCase()])) {
      const twin = other === name ? undefined : yield* statusIfPossible(dir, other);
      if (twin === undefined) continue;
      const found = yield* status(dir, name);
      if (found?.inode === twin.inode) return !(yield* this.#isListed(dir, name.normalize('NFC')));
    }
    return false;
  }

  /** The handle is to be closed. */
  forget(dir: DirHandle): void {
    this.#listed.delete(dir);
  }

  *#isListed(dir: DirHandle, name: string): FileProgram<boolean> {
    if (this.#listed.get(dir)?.has(name) === true) return true;
    const { names } = yield* list(dir);
    const listed = new Set(names.map((each) => each.normalize('NFC')));
    this.#listed.set(dir, listed);
    return listed.has(name);
  }
}

/** In other letters a name can be longer than the disk allows. */
function* statusIfPossible(dir: DirHandle, name: string): FileProgram<FileStatus | undefined> {
  try {
    return yield* status(dir, name);
  } catch (error) {
    if (asKithError(error)?.code !== 'FILE_NAME_IMPOSSIBLE') throw error;
    return undefined;
  }
}
