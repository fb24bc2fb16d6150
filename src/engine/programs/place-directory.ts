/** Makes a directory under its name with its mode. */

import { KithError } from '../../base/error.ts';
import type { DirHandle, DirName, FileProgram } from '../../ports/file-system.ts';
import { close, makeDir, openDir, rename, setMode } from '../file-calls.ts';
import { asFarAsTaken } from './as-far-as-taken.ts';
import { OWNER_BITS } from './lending.ts';

/** Mode of a new directory whose sender says nothing of permissions. */
const PLAIN_DIRECTORY_MODE = 0o755;

/**
 * Gets its mode before its name: whatever ends us in between, none with other rights is left for an edit of a person's. One
 * that would shut its owner out, who could not even move it here, is open to them: whoever asks for it gives it its mode.
 */
export function* placeDirectory(
  stage: DirHandle,
  at: DirName,
  made: { readonly stageName: string; readonly mode: number | undefined },
): FileProgram<void> {
  const staged = { dir: stage, name: `${made.stageName}.dir` };
  const mode = made.mode ?? PLAIN_DIRECTORY_MODE;
  const dir = yield* stagedDirectory(staged);
  try {
    yield* asFarAsTaken(setMode(dir, mode | OWNER_BITS));
    yield* rename({ from: staged, to: at, how: 'keep' });
  } finally {
    yield* close(dir);
  }
}

/** Makes it in the staging area alone, so that a disk that cannot hold one more tells it before anything makes room. */
export function* prepareDirectory(stage: DirHandle, stageName: string): FileProgram<void> {
  yield* close(yield* stagedDirectory({ dir: stage, name: `${stageName}.dir` }));
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
