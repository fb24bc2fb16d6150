/** Makes a directory under its name with its mode: never seen with another. */

import { KithError } from '../../base/error.ts';
import type { DirHandle, DirName, FileProgram } from '../../ports/file-system.ts';
import { close, makeDir, openDir, rename, setMode } from '../file-calls.ts';

/** Mode of a new directory whose sender says nothing of permissions. */
const PLAIN_DIRECTORY_MODE = 0o755;
/** To move a directory elsewhere its owner must be allowed to write to it. */
const OWNER_WRITES = 0o200;

/** Gets its mode before its name: whatever ends us in between, none with other rights is left for an edit of a person's. */
export function* placeDirectory(
  stage: DirHandle,
  at: DirName,
  made: { readonly stageName: string; readonly mode: number | undefined },
): FileProgram<void> {
  const staged = { dir: stage, name: `${made.stageName}.dir` };
  const mode = made.mode ?? PLAIN_DIRECTORY_MODE;
  const dir = yield* stagedDirectory(staged);
  try {
    yield* setMode(dir, mode | OWNER_WRITES);
    yield* rename({ from: staged, to: at, how: 'keep' });
    if ((mode & OWNER_WRITES) === 0) yield* setMode(dir, mode);
  } finally {
    yield* close(dir);
  }
}

/** New, or left by an attempt that was cut off; empty in any case. */
function* stagedDirectory(staged: DirName): FileProgram<DirHandle> {
  const known = yield* openDir(staged.dir, staged.name);
  if (known !== undefined) return known;
  yield* makeDir(staged.dir, staged.name);
  const made = yield* openDir(staged.dir, staged.name);
  if (made === undefined) throw new KithError('FILE_GONE', { path: staged.name });
  return made;
}
