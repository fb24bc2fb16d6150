/**
 * What stays displaced when a group is over. After the commit, displaced inodes go, unless somebody still wrote
 * to them through a handle; after a crash, what an unfinished group displaced is told apart by its content.
 */

import { equalBytes } from '../../base/bytes.ts';
import type { ErrorCode } from '../../base/error.ts';
import { sha256 } from '../../base/sha256.ts';
import { blockCount, blockSizeFor } from '../../model/block.ts';
import type { RelPath } from '../../model/path.ts';
import type { DirHandle, DirName, FileProgram, FileStatus } from '../../ports/file-system.ts';
import type { Intent } from '../../ports/folder-store.ts';
import {
  close,
  list,
  openFile,
  readLink,
  removeFile,
  status,
  statusOf,
  sync,
} from '../file-calls.ts';
import type { Expected } from './change.ts';
import { codeOf } from './code-of.ts';
import { hashBlocks } from './contents.ts';
import { hasContent, keepBeside, moveIfFree, parentOf, placeAside } from './displaced.ts';
import { isDisplacedBy } from './displaced-name.ts';
import { bottomUp, closeLent, Lending, type LentMode } from './lending.ts';
import { inRoot, ownDir, type Reach, type Root, splitDisk, stageDir } from './reach.ts';
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
    const made: string[] = [];
    for (const item of args.items) {
      const at = yield* placeAside(reach, item);
      const found = yield* status(at.dir, at.name);
      if (found === undefined) continue;
      if (isLeftAlone(found, item.expected)) yield* removeFile(at.dir, at.name);
      else {
        const keep = { item, at, self: args.self, chosen: undefined };
        made.push(yield* keepBeside(reach, keep));
      }
      yield* reach.trim();
    }
    return made;
  });
}

function isLeftAlone(found: FileStatus, expected: Expected | undefined): boolean {
  if (expected === undefined || found.kind !== expected.kind) return false;
  return found.kind === 'symlink' || isAsSeen(found, expected.seen);
}

/** One unfinished change, as its intent has it. */
export interface Unfinished {
  readonly path: RelPath;
  readonly diskPath: string;
  readonly stageName: string;
  readonly displaced: Intent['displaced'];
  readonly conflictCopy: RelPath | undefined;
  /** What it must hold where times do not prove that it is as it was. */
  readonly content: Expected['content'];
  /** Our row has the new state: what was displaced is of no use to anybody. */
  readonly isRecorded: boolean;
  /** False if the base was lost: then nothing says that what was displaced may go. */
  readonly isKnown: boolean;
  /** Content hashes of versions that others announced. */
  readonly announced: readonly Uint8Array[];
}

/** Disk paths to look at, and what could not be settled: it stays as it is. */
export interface Recovered {
  readonly looked: readonly string[];
  readonly left: readonly { readonly diskPath: string; readonly code: ErrorCode }[];
}

/**
 * Finishes or undoes after a crash, so that the next look finds a person's files under a name. The displaced inode, if it
 * is as it was: goes if the change was recorded, is kept as the copy it was to be, goes back if its name is free, or goes.
 * Written to since, or displaced in its place: kept beside. What was only staged is staged again. Directories that were
 * opened get their modes back, once nothing waits in them any more.
 */
export function recover(args: {
  readonly root: Root;
  readonly items: readonly Unfinished[];
  readonly lent: readonly LentMode[];
  readonly self: bigint;
}): FileProgram<Recovered> {
  return inRoot(args.root, function* (reach) {
    const [stage, displaced] = [yield* stageDir(reach), yield* ownDir(reach, 'displaced')];
    const { names } = yield* list(displaced);
    const looked: string[] = [];
    const lending = new Lending(args.lent);
    const left = new Map<string, ErrorCode>();
    for (const item of args.items) {
      // By the stage name: our row, and with it the spelling on the disk, may be another by now.
      const name = names.find((each) => isDisplacedBy(item.stageName, each));
      const code = yield* codeOf(function* () {
        if (name === undefined) return;
        yield* lending.open(reach, splitDisk(item.diskPath).parent);
        const at = { dir: displaced, name };
        looked.push(...(yield* recoverOne(reach, { stage, at, item, self: args.self })));
      });
      if (code === undefined) looked.push(item.diskPath);
      else left.set(item.diskPath, code);
      yield* reach.trim();
    }
    for (const lent of bottomUp(args.lent)) {
      const waiting = [...left].find(([path]) => splitDisk(path).parent === lent.diskPath);
      const code = waiting?.[1] ?? (yield* codeOf(() => closeLent(reach, lent)));
      if (code === undefined) looked.push(lent.diskPath);
      else left.set(lent.diskPath, code);
      yield* reach.trim();
    }
    yield* sync(displaced);
    yield* sync(stage);
    return { looked, left: [...left].map(([diskPath, code]) => ({ diskPath, code })) };
  });
}

interface Recovery {
  readonly stage: DirHandle;
  /** Where it waits. */
  readonly at: DirName;
  readonly item: Unfinished;
  readonly self: bigint;
}

function* recoverOne(reach: Reach, task: Recovery): FileProgram<readonly string[]> {
  const { item, at } = task;
  const found = yield* status(at.dir, at.name);
  if (found === undefined) return [];
  const { parent, name } = splitDisk(item.diskPath);
  const dir = yield* parentOf(reach, parent);
  const standing = dir === undefined ? undefined : yield* status(dir, name);
  if (found.inode !== item.displaced.inode) {
    // It was about to be exchanged: content of Kith's own. Else a person had put another file there.
    if (standing?.inode === item.displaced.inode) return yield* stageAgain(task);
    return yield* keepUnlessOurs(reach, { ...task, found });
  }
  // The number may also be one that a person set free, given again to content of Kith's own.
  const isOurs =
    isAsSeen(found, item.displaced) &&
    (item.content === undefined || (yield* hasContent(at, item.content)));
  if (!isOurs) return yield* keepUnlessOurs(reach, { ...task, found });
  // The copy has not been made, or it would not wait here.
  if (item.conflictCopy !== undefined) {
    return [yield* keepBeside(reach, { ...task, chosen: item.conflictCopy })];
  }
  const goesBack = !item.isRecorded && dir !== undefined;
  if (goesBack && (yield* moveIfFree(at, { dir, name }))) {
    yield* sync(dir);
    return [];
  }
  if (!item.isKnown) return [yield* keepBeside(reach, { ...task, chosen: undefined })];
  yield* removeFile(at.dir, at.name);
  return [];
}

/** Content of Kith's own: it may be wanted, and is dropped as any other leftover if it is not. */
function* stageAgain({ stage, at, item }: Recovery): FileProgram<readonly string[]> {
  const isBack = yield* moveIfFree(at, { dir: stage, name: item.stageName });
  if (!isBack) yield* removeFile(at.dir, at.name);
  return [];
}

/** What others announced was only staged; everything else is a person's. */
function* keepUnlessOurs(
  reach: Reach,
  task: Recovery & { readonly found: FileStatus },
): FileProgram<readonly string[]> {
  // What is neither file nor link was never staged, and cannot be read.
  const isReadable = task.found.kind === 'file' || task.found.kind === 'symlink';
  const content = isReadable ? yield* contentOf(task.at, task.found) : undefined;
  if (content !== undefined && task.item.announced.some((each) => equalBytes(content, each)))
    return yield* stageAgain(task);
  return [yield* keepBeside(reach, { ...task, chosen: undefined })];
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
