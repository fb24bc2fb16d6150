/**
 * Disks that take names for one which differ in letter case alone: what is found under a name may be called otherwise.
 * Asked for each name anew, because a disk may do so in some directories and not in others.
 */

import { asKithError } from '../../base/error.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../ports/file-system.ts';
import { list, status, statusOf } from '../file-calls.ts';
import { isSameState } from './same-state.ts';

/** What was in a directory when it was so. */
interface Listing {
  readonly state: FileStatus;
  readonly names: ReadonlySet<string>;
}

/** For the open directories of one program. */
export class ExactNames {
  readonly #listed = new Map<DirHandle, Listing>();

  /**
   * True if the name is found in the directory only because the disk takes it for another one. The Unicode form does not
   * matter: in all of its forms a name is one path. One call for a name with letters; where the disk does so a listing, again
   * whenever the directory has changed, for the name may stand for another by then.
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
    const state = yield* statusOf(dir);
    const known = this.#listed.get(dir);
    if (known !== undefined && isSameState(known.state, state)) return known.names.has(name);
    const { names } = yield* list(dir);
    const listed = new Set(names.map((each) => each.normalize('NFC')));
    this.#listed.set(dir, { state, names: listed });
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
