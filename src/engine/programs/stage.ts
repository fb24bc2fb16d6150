/** Gathers wanted content in the staging area. Every block is verified against its hash before it counts. */

import { equalBytes, freeBuffer } from '../../base/bytes.ts';
import type { ErrorCode } from '../../base/error.ts';
import { asKithError, itemTrouble } from '../../base/error.ts';
import { sha256 } from '../../base/sha256.ts';
import type { Timestamp } from '../../model/entry.ts';
import { CONTROL_DIR } from '../../model/path.ts';
import type { DirHandle, DirName, FileHandle, FileProgram } from '../../ports/file-system.ts';
import {
  close,
  list,
  openFile,
  removeDir,
  removeFile,
  setMode,
  setTime,
  statusOf,
  truncate,
  write,
} from '../file-calls.ts';
import { asFarAsTaken } from './as-far-as-taken.ts';
import { inRoot, type Root, stageDir } from './reach.ts';

/** Mode and time a file shall have when its name appears; `mode` undefined: what a new file has here. */
export interface Finish {
  readonly mode: number | undefined;
  readonly mtime: Timestamp;
}

/** One arrived piece of a file. */
export interface Piece {
  readonly stageName: string;
  /** Size of the whole file. */
  readonly size: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  /** Given when this piece is the whole file: then it is finished at once. */
  readonly finish: Finish | undefined;
}

/** `made`: it is written, into a stage file that did not stand: what was written before for that file is not there any more. */
export type Written = 'ok' | 'made' | 'mismatch' | ErrorCode;

/** Writes arrived pieces, whose buffers change hands; in their order, what became of each. One piece's failure does not touch the others. */
export function writePieces(args: {
  readonly root: Root;
  readonly pieces: readonly Piece[];
}): FileProgram<readonly Written[]> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* stageDir(reach);
    const written: Written[] = [];
    for (const piece of args.pieces) {
      written.push(yield* writePiece(stage, piece));
      freeBuffer(piece.bytes.buffer);
    }
    return written;
  });
}

function* writePiece(stage: DirHandle, piece: Piece): FileProgram<Written> {
  if (!equalBytes(sha256(piece.bytes), piece.hash)) return 'mismatch';
  try {
    const { file, isNew } = yield* openForPiece(stage, piece);
    try {
      if (piece.bytes.length > 0) yield* write(file, piece.bytes, piece.offset);
      if (piece.finish !== undefined) yield* finishFile(file, piece.finish);
    } finally {
      yield* close(file);
    }
    return isNew ? 'made' : 'ok';
  } catch (error) {
    return itemTrouble(error).code;
  }
}

/** A whole file is mostly new: then there is nothing to look for, and nothing to cut. */
function* openForPiece(stage: DirHandle, piece: Piece): FileProgram<OpenStage> {
  if (piece.bytes.length === piece.size) {
    try {
      const made = yield* openFile({ dir: stage, name: piece.stageName }, 'create');
      if (made !== undefined) return { file: made, isNew: true };
    } catch (error) {
      if (asKithError(error, 'FILE_EXISTS') === undefined) throw error;
    }
  }
  return yield* openStage(stage, piece.stageName, piece.size);
}

/** Mode of a new file or directory whose sender says nothing of permissions. */
const PLAIN_FILE_MODE = 0o644;

/** Sets mode and time as far as the file system takes them; the time last, for writing changes it. */
export function* finishFile(file: FileHandle, finish: Finish): FileProgram<void> {
  yield* asFarAsTaken(setMode(file, finish.mode ?? PLAIN_FILE_MODE));
  yield* asFarAsTaken(setTime(file, finish.mtime));
}

/** A stage file, open for writing. */
interface OpenStage {
  readonly file: FileHandle;
  /** It did not stand, or could not be opened: nothing is in it. */
  readonly isNew: boolean;
}

/** The stage file, made at its full size if it is new. */
export function* openStage(stage: DirHandle, name: string, size: number): FileProgram<OpenStage> {
  const at = { dir: stage, name };
  const known = yield* openKnown(at);
  if (known !== undefined) {
    // Cutting a large file is dear even where nothing is cut.
    if ((yield* statusOf(known)).size !== size) yield* truncate(known, size);
    return { file: known, isNew: false };
  }
  const made = yield* openFile(at, 'create');
  // `create` makes the file or throws.
  const file = made as FileHandle;
  if (size > 0) yield* truncate(file, size);
  return { file, isNew: true };
}

/** One that has its mode already, since an attempt that was cut off, may shut us out: then it is made anew. */
function* openKnown(at: DirName): FileProgram<FileHandle | undefined> {
  try {
    return yield* openFile(at, 'write');
  } catch (error) {
    if (asKithError(error, 'FILE_DENIED') === undefined) throw error;
    yield* removeFile(at.dir, at.name);
    return undefined;
  }
}

/** Where contents are gathered. */
const STAGE_DIR = `${CONTROL_DIR}/stage`;

/** Names in the staging area; none if there is no such. Changes nothing. */
export function listStage(args: { readonly root: Root }): FileProgram<readonly string[]> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* reach.dir(STAGE_DIR);
    return stage === undefined ? [] : [...(yield* list(stage)).names].sort();
  });
}

/** A name that could not be removed. */
export interface Undropped {
  readonly name: string;
  readonly code: ErrorCode;
}

/**
 * Removes stage files that nothing wants any more, and directories that did not come to their name if they are empty. One
 * that is gone already is no error; what cannot be removed stays, and is told.
 */
export function dropStage(args: {
  readonly root: Root;
  readonly names: readonly string[];
}): FileProgram<readonly Undropped[]> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* stageDir(reach);
    const left: Undropped[] = [];
    for (const name of args.names) {
      let code = yield* drop(removeFile, { stage, name });
      if (code === 'FILE_IS_DIRECTORY') code = yield* drop(removeDir, { stage, name });
      if (code !== undefined) left.push({ name, code });
    }
    return left;
  });
}

/** Why it could not be removed; undefined if it is gone. */
function* drop(
  remove: typeof removeFile,
  { stage, name }: { readonly stage: DirHandle; readonly name: string },
): FileProgram<ErrorCode | undefined> {
  try {
    yield* remove(stage, name);
  } catch (error) {
    const known = itemTrouble(error);
    if (known.code !== 'FILE_GONE') return known.code;
  }
  return undefined;
}
