/**
 * What stays in the staging area when a group is over. After the commit, displaced inodes go, unless somebody still wrote
 * to them through a handle; after a crash, what an unfinished group displaced is told apart by its content.
 */

import { equalBytes } from '../../base/bytes.ts';
import { asKithError } from '../../base/error.ts';
import { sha256 } from '../../base/sha256.ts';
import { blockCount, blockSizeFor } from '../../model/block.ts';
import type { RelPath } from '../../model/path.ts';
import { conflictPath } from '../../planner/conflict.ts';
import type { DirHandle, DirName, FileProgram, FileStatus } from '../../ports/file-system.ts';
import {
  close,
  openFile,
  readLink,
  removeFile,
  rename,
  status,
  statusOf,
  sync,
} from '../file-calls.ts';
import type { Expected } from './change.ts';
import { hashBlocks } from './contents.ts';
import { inRoot, type Reach, type Root, splitDisk, stageDir } from './reach.ts';
import { isAsSeen } from './serve.ts';

export interface Displaced {
  readonly path: RelPath;
  readonly diskPath: string;
  readonly stageName: string;
  readonly expected: Expected | undefined;
}

/** Removes displaced inodes after the commit; the disk paths of copies made of those that were written to meanwhile. */
export function settle(args: {
  readonly root: Root;
  readonly items: readonly Displaced[];
  readonly self: bigint;
}): FileProgram<readonly string[]> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* stageDir(reach);
    const made: string[] = [];
    for (const item of args.items) {
      const at = { dir: stage, name: item.stageName };
      const found = yield* status(at.dir, at.name);
      if (found === undefined) continue;
      if (isLeftAlone(found, item.expected)) yield* removeFile(at.dir, at.name);
      else made.push(yield* keepBeside(reach, { ...item, at, found, self: args.self }));
      yield* reach.trim();
    }
    return made;
  });
}

function isLeftAlone(found: FileStatus, expected: Expected | undefined): boolean {
  if (expected === undefined || found.kind !== expected.kind) return false;
  return found.kind === 'symlink' || isAsSeen(found, expected.seen);
}

/** One unfinished change, and the contents that its path is known to have had or to get. */
export interface Unfinished {
  readonly path: RelPath;
  readonly diskPath: string;
  readonly stageName: string;
  /** Content hash of our row, if it is live. */
  readonly ours: Uint8Array | undefined;
  /** Content hashes of versions that others announced. */
  readonly announced: readonly Uint8Array[];
  /** Our row loses the name: where its content has to be kept. */
  readonly conflictCopy: RelPath | undefined;
}

/**
 * Finishes or undoes after a crash, so that the next look finds a person's files under a name: what is ours goes back if
 * its name is free, goes if the name has the new content, or is kept as the copy it was to be; what nobody knows was written
 * by a person and is kept beside. Announced content stays staged. The disk paths to look at.
 */
export function recover(args: {
  readonly root: Root;
  readonly items: readonly Unfinished[];
  readonly self: bigint;
}): FileProgram<readonly string[]> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* stageDir(reach);
    const looked: string[] = [];
    for (const item of args.items) {
      looked.push(item.diskPath, ...(yield* recoverOne(reach, { stage, item, self: args.self })));
      yield* reach.trim();
    }
    yield* sync(stage);
    return looked;
  });
}

function* recoverOne(
  reach: Reach,
  task: { readonly stage: DirHandle; readonly item: Unfinished; readonly self: bigint },
): FileProgram<readonly string[]> {
  const { item } = task;
  const at = { dir: task.stage, name: item.stageName };
  const found = yield* status(at.dir, at.name);
  if (found === undefined) return [];
  const content = yield* contentOf(at, found);
  const isOurs = item.ours !== undefined && equalBytes(content, item.ours);
  if (!isOurs && item.announced.some((each) => equalBytes(content, each))) return [];
  const { parent, name } = splitDisk(item.diskPath);
  const dir = yield* parentOf(reach, parent);
  if (dir !== undefined && (yield* putBack(at, { dir, name }))) return [];
  if (isOurs && item.conflictCopy === undefined) {
    yield* removeFile(at.dir, at.name);
    return [];
  }
  const chosen = isOurs ? item.conflictCopy : undefined;
  return [yield* keepBeside(reach, { ...item, at, found, self: task.self, chosen })];
}

/** The directory, or undefined if something else, or nothing, stands there now. */
function* parentOf(reach: Reach, path: string): FileProgram<DirHandle | undefined> {
  try {
    return yield* reach.dir(path);
  } catch (error) {
    const known = asKithError(error);
    if (known?.code !== 'FILE_IS_LINK' && known?.code !== 'FILE_NOT_DIRECTORY') throw error;
    return undefined;
  }
}

function* putBack(from: DirName, to: DirName): FileProgram<boolean> {
  try {
    yield* rename({ from, to, how: 'keep' });
    yield* sync(to.dir);
    return true;
  } catch (error) {
    if (asKithError(error, 'FILE_EXISTS') === undefined) throw error;
    return false;
  }
}

function* contentOf(at: DirName, found: FileStatus): FileProgram<Uint8Array> {
  if (found.kind === 'symlink') return sha256(yield* readLink(at.dir, at.name));
  const file = yield* openFile(at, 'read');
  if (file === undefined) return new Uint8Array(0);
  try {
    const { size } = yield* statusOf(file);
    const blockSize = blockSizeFor(size);
    const count = blockCount(size, blockSize);
    return sha256(yield* hashBlocks(file, { size, blockSize, first: 0, count }));
  } finally {
    yield* close(file);
  }
}

interface Keep extends Pick<Displaced, 'path' | 'diskPath'> {
  readonly at: DirName;
  readonly found: FileStatus;
  readonly self: bigint;
  readonly chosen?: RelPath | undefined;
}

const MAX_COPIES = 1000;

/** Names the inode as a conflict copy beside its path, or in the root if its directory is gone; durable. The disk path. */
function* keepBeside(reach: Reach, keep: Keep): FileProgram<string> {
  const { parent } = splitDisk(keep.diskPath);
  const beside = yield* parentOf(reach, parent);
  const dir = beside ?? reach.root;
  const losing = { path: keep.path, mtime: keep.found.mtime, modifiedBy: keep.self };
  for (let attempt = 0; attempt < MAX_COPIES; attempt++) {
    const copy =
      attempt === 0 && keep.chosen !== undefined ? keep.chosen : conflictPath(losing, attempt);
    const { name } = splitDisk(copy);
    if (!(yield* putBack(keep.at, { dir, name }))) continue;
    return beside === undefined || parent === '' ? name : `${parent}/${name}`;
  }
  return keep.diskPath;
}
