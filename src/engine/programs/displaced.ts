/** What was displaced: where it waits, is it what our row said, and if not, or if it loses, a name for it. */

import { equalBytes } from '../../base/bytes.ts';
import { asKithError, KithError } from '../../base/error.ts';
import { blockCount, blockSizeFor } from '../../model/block.ts';
import type { RelPath } from '../../model/path.ts';
import { conflictPath } from '../../planner/conflict.ts';
import type { DirHandle, DirName, FileProgram } from '../../ports/file-system.ts';
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
import { displacedName } from './displaced-name.ts';
import { ownDir, type Reach, splitDisk } from './reach.ts';
import { isAsSeen } from './serve.ts';

const MAX_COPIES = 1000;
const OWNER_WRITES = 0o200;

/** Where the inode waits that this item displaces. */
export function* placeAside(
  reach: Reach,
  item: { readonly stageName: string; readonly diskPath: string },
): FileProgram<DirName> {
  return { dir: yield* ownDir(reach, 'displaced'), name: displacedName(item) };
}

/** True if the displaced inode is what our row said, its content too where times do not prove it. */
export function* isUntouched(
  staged: DirName,
  expected: Expected | undefined,
): FileProgram<boolean> {
  if (expected === undefined) return false;
  const displaced = yield* status(staged.dir, staged.name);
  if (displaced === undefined || displaced.kind !== expected.kind) return false;
  if (expected.kind === 'symlink') {
    return equalBytes(yield* readLink(staged.dir, staged.name), expected.target);
  }
  if (!isAsSeen(displaced, expected.seen)) return false;
  return expected.content === undefined || (yield* hasContent(staged, expected.content));
}

/** True if a file of just this content stands there. */
export function* hasContent(
  at: DirName,
  content: { readonly blockSize: number; readonly blocks: Uint8Array },
): FileProgram<boolean> {
  const file = yield* openFile(at, 'read');
  if (file === undefined) return false;
  try {
    const { size } = yield* statusOf(file);
    const count = blockCount(size, content.blockSize);
    const part = { size, blockSize: content.blockSize, first: 0, count };
    return equalBytes(yield* hashBlocks(file, part), content.blocks);
  } finally {
    yield* close(file);
  }
}

/** Renames without replacing; whether the name was free. */
export function* moveIfFree(from: DirName, to: DirName): FileProgram<boolean> {
  try {
    yield* rename({ from, to, how: 'keep' });
    return true;
  } catch (error) {
    if (asKithError(error, 'FILE_EXISTS') === undefined) throw error;
    return false;
  }
}

/** Where a copy is to stand, and what its name is made of. */
interface Beside {
  readonly dir: DirHandle;
  readonly path: RelPath;
  readonly diskPath: string;
  readonly self: bigint;
  /** undefined: the name is made from the inode's own time and from us. */
  readonly chosen: RelPath | undefined;
}

/** Gives the displaced inode a name beside its path; the copy's disk path. */
export function* keepCopy(staged: DirName, beside: Beside): FileProgram<string> {
  const displaced = yield* status(staged.dir, staged.name);
  if (displaced === undefined) throw new KithError('BUG', { what: 'displaced inode is gone' });
  const { path, chosen, self } = beside;
  const losing = { path, mtime: displaced.mtime, modifiedBy: self };
  for (let attempt = 0; attempt < MAX_COPIES; attempt++) {
    const copy = attempt === 0 && chosen !== undefined ? chosen : conflictPath(losing, attempt);
    const { name } = splitDisk(copy);
    const to = { dir: beside.dir, name };
    // Another holder of the same content may have made the copy already, and it arrived here: one is enough.
    const isThere = yield* holdsSame(staged, to);
    if (isThere) yield* removeFile(staged.dir, staged.name);
    else if (!(yield* moveIfFree(staged, to))) continue;
    const { parent } = splitDisk(beside.diskPath);
    return parent === '' ? name : `${parent}/${name}`;
  }
  throw new KithError('FILE_EXISTS', { path });
}

/** True if files of the same bytes stand at both names. */
export function* holdsSame(a: DirName, b: DirName): FileProgram<boolean> {
  const [left, right] = [yield* status(a.dir, a.name), yield* status(b.dir, b.name)];
  if (left?.kind !== 'file' || right?.kind !== 'file' || left.size !== right.size) return false;
  const blockSize = blockSizeFor(left.size);
  const file = yield* openFile(a, 'read');
  if (file === undefined) return false;
  try {
    const part = { size: left.size, blockSize, first: 0, count: blockCount(left.size, blockSize) };
    return yield* hasContent(b, { blockSize, blocks: yield* hashBlocks(file, part) });
  } finally {
    yield* close(file);
  }
}

/** The directory, or undefined if something else, or nothing, stands there now. */
export function* parentOf(reach: Reach, path: string): FileProgram<DirHandle | undefined> {
  try {
    return yield* reach.dir(path);
  } catch (error) {
    const known = asKithError(error);
    if (known?.code !== 'FILE_IS_LINK' && known?.code !== 'FILE_NOT_DIRECTORY') throw error;
    return undefined;
  }
}

/** What is to be kept, and the name it shall have if it is free. */
interface Keep {
  readonly item: { readonly path: RelPath; readonly diskPath: string };
  readonly at: DirName;
  readonly self: bigint;
  readonly chosen: RelPath | undefined;
}

/**
 * Names the inode as a conflict copy beside its path, or in the root if its directory is gone or shuts its own owner out;
 * durable. The disk path.
 */
export function* keepBeside(reach: Reach, keep: Keep): FileProgram<string> {
  const { path, diskPath } = keep.item;
  const { parent, name } = splitDisk(diskPath);
  const found = yield* parentOf(reach, parent);
  const isShut = found !== undefined && ((yield* statusOf(found)).mode & OWNER_WRITES) === 0;
  const beside = isShut ? undefined : found;
  const dir = beside ?? reach.root;
  const place = { dir, path, self: keep.self, chosen: keep.chosen };
  const copy = yield* keepCopy(keep.at, {
    ...place,
    diskPath: beside === undefined ? name : diskPath,
  });
  yield* sync(dir);
  return copy;
}
