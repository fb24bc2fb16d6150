/** Finds wanted blocks that are here already: staged before, or in files of the folder. Each is verified. */

import { equalBytes } from '../../base/bytes.ts';
import { itemTrouble, KithError } from '../../base/error.ts';
import { HASH_BYTES, sha256 } from '../../base/sha256.ts';
import { CONTROL_DIR } from '../../model/path.ts';
import type { FileHandle, FileProgram } from '../../ports/file-system.ts';
import { close, openFile, read, write } from '../file-calls.ts';
import { inRoot, type Reach, type Root, splitDisk, stageDir } from './reach.ts';
import { openStage } from './stage.ts';

/** Where a wanted block may stand already. `path` on the disk. */
export interface LocalBlock {
  readonly path: string;
  readonly offset: number;
}

/** Where a block may stand in another file of the staging area. */
export function stagedBlock(stageName: string, offset: number): LocalBlock {
  return { path: `${CONTROL_DIR}/stage/${stageName}`, offset };
}

export interface ReuseArgs {
  readonly root: Root;
  readonly stageName: string;
  readonly size: number;
  readonly blockSize: number;
  readonly first: number;
  /** Hashes of the wanted blocks from `first` on. */
  readonly blocks: Uint8Array;
  /** For each of them a place to copy from, or undefined. */
  readonly local: readonly (LocalBlock | undefined)[];
}

export interface Reused {
  /** Indexes of the blocks still missing, counted from 0, ascending. */
  readonly missing: readonly number[];
  /** The stage file did not stand: nothing of what is before `first` is in it. */
  readonly isNew: boolean;
}

/**
 * Keeps what the stage file holds already, copies what stands elsewhere here, and says what is missing.
 */
export function reuse(args: ReuseArgs): FileProgram<Reused> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* stageDir(reach);
    const { file: writing, isNew } = yield* openStage(stage, args.stageName, args.size);
    try {
      const reading = yield* openFile({ dir: stage, name: args.stageName }, 'read');
      if (reading === undefined) throw new KithError('FILE_GONE', { path: args.stageName });
      try {
        return { missing: yield* reuseBlocks(reach, { reading, writing }, args), isNew };
      } finally {
        yield* close(reading);
      }
    } finally {
      yield* close(writing);
    }
  });
}

/** The stage file, open for both. */
interface StageFile {
  readonly reading: FileHandle;
  readonly writing: FileHandle;
}

function* reuseBlocks(
  reach: Reach,
  file: StageFile,
  args: ReuseArgs,
): FileProgram<readonly number[]> {
  const missing: number[] = [];
  const count = args.blocks.length / HASH_BYTES;
  for (let i = 0; i < count; i++) {
    if (!(yield* reuseBlock(reach, file, { args, i }))) missing.push(args.first + i);
    yield* reach.trim();
  }
  return missing;
}

function* reuseBlock(
  reach: Reach,
  file: StageFile,
  { args, i }: { readonly args: ReuseArgs; readonly i: number },
): FileProgram<boolean> {
  const offset = (args.first + i) * args.blockSize;
  const hash = args.blocks.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
  const bytes = new Uint8Array(Math.max(0, Math.min(args.blockSize, args.size - offset)));
  // What the stage file has counts first: a block of zeros is there from the start, for a new file is one hole.
  const length = bytes.length === 0 ? 0 : yield* read(file.reading, bytes, offset);
  if (length === bytes.length && equalBytes(sha256(bytes), hash)) return true;
  const local = args.local[i];
  if (local === undefined || !(yield* readLocal(reach, local, bytes))) return false;
  if (!equalBytes(sha256(bytes), hash)) return false;
  yield* write(file.writing, bytes, offset);
  return true;
}

/** Whether all of `into` could be read; a source that fails is no source, and its own trouble shows when it is looked at. */
function* readLocal(reach: Reach, local: LocalBlock, into: Uint8Array): FileProgram<boolean> {
  const { parent, name } = splitDisk(local.path);
  try {
    const dir = yield* reach.dir(parent);
    const source = dir === undefined ? undefined : yield* openFile({ dir, name }, 'read');
    if (source === undefined) return false;
    try {
      return (yield* read(source, into, local.offset)) === into.length;
    } finally {
      yield* close(source);
    }
  } catch (error) {
    // Thrown on if it is more than that.
    itemTrouble(error);
    return false;
  }
}
