/** Whether a name leads to something that is kept in another spelling. */

import { asKithError } from '../../../src/base/error.ts';
import { close, list, openRoot, status } from '../../../src/engine/file-calls.ts';
import type { DirHandle, FileProgram } from '../../../src/ports/file-system.ts';

/** Of a name in an open directory. */
export function* isOtherSpelling(dir: DirHandle, name: string): FileProgram<boolean> {
  try {
    if ((yield* status(dir, name)) === undefined) return false;
    return !(yield* list(dir)).names.includes(name);
  } catch (error) {
    // A name that cannot be, a directory that is gone: nothing is kept there.
    if (asKithError(error) === undefined) throw error;
    return false;
  }
}

/** Of the last part of a path below `root`. */
export function* isOtherSpellingAt(root: string, path: string): FileProgram<boolean> {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  try {
    const dir = yield* openRoot([root, ...parts].join('/'));
    if (dir === undefined) return false;
    const isOther = yield* isOtherSpelling(dir, name);
    yield* close(dir);
    return isOther;
  } catch (error) {
    if (asKithError(error) === undefined) throw error;
    return false;
  }
}
