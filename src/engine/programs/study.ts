/** Reads content to know it by its hashes. A file that changes meanwhile is no content at all: it is looked at again. */

import type { ErrorCode } from '../../base/error.ts';
import { itemTrouble } from '../../base/error.ts';
import { blockCount, blockSizeFor } from '../../model/block.ts';
import type { FileProgram, FileStatus } from '../../ports/file-system.ts';
import { readLink, status, statusOf } from '../file-calls.ts';
import { hashBlocks, withFile } from './contents.ts';
import { inRoot, type Reach, type Root, splitDisk } from './reach.ts';
import { isSameState } from './same-state.ts';

/** Paths as spelled on the disk; together at most some MiB, which is the caller's to see to. */
export interface StudyArgs {
  readonly root: Root;
  readonly paths: readonly string[];
}

export type Studied =
  | {
      readonly outcome: 'file';
      readonly status: FileStatus;
      readonly blockSize: number;
      readonly blocks: Uint8Array;
    }
  | { readonly outcome: 'symlink'; readonly status: FileStatus; readonly target: Uint8Array }
  | Unstudied;

/** `changed`: it moved under our eyes, is gone, or is of another kind by now. */
export type Unstudied =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'failed'; readonly code: ErrorCode };

/** The content of small files and links, in the order of the arguments. */
export function study(args: StudyArgs): FileProgram<readonly Studied[]> {
  return inRoot(args.root, function* (reach) {
    const studied: Studied[] = [];
    for (const path of args.paths) {
      studied.push(yield* guarded(studyOne(reach, path)));
      yield* reach.trim();
    }
    return studied;
  });
}

export interface StudyPartArgs {
  readonly root: Root;
  readonly path: string;
  /** What it must be before and after. */
  readonly status: FileStatus;
  readonly blockSize: number;
  readonly first: number;
  readonly count: number;
}

/** The hashes of some blocks of a large file. */
export function studyPart(
  args: StudyPartArgs,
): FileProgram<{ readonly outcome: 'part'; readonly blocks: Uint8Array } | Unstudied> {
  return inRoot(args.root, (reach) =>
    guarded(
      withFile(reach, args.path, function* (file) {
        if (!isSameState(yield* statusOf(file), args.status))
          return { outcome: 'changed' } as const;
        const blocks = yield* hashBlocks(file, { ...args, size: args.status.size });
        if (!isSameState(yield* statusOf(file), args.status))
          return { outcome: 'changed' } as const;
        return { outcome: 'part', blocks } as const;
      }),
    ),
  );
}

function* studyOne(reach: Reach, path: string): FileProgram<Studied> {
  const { parent, name } = splitDisk(path);
  const dir = yield* reach.dir(parent);
  const before = dir === undefined ? undefined : yield* status(dir, name);
  if (dir === undefined || before === undefined) return { outcome: 'changed' };
  if (before.kind === 'symlink') {
    return { outcome: 'symlink', status: before, target: yield* readLink(dir, name) };
  }
  if (before.kind !== 'file') return { outcome: 'changed' };
  return yield* withFile(reach, path, function* (file) {
    const start = yield* statusOf(file);
    const blockSize = blockSizeFor(start.size);
    const count = blockCount(start.size, blockSize);
    const blocks = yield* hashBlocks(file, { size: start.size, blockSize, first: 0, count });
    if (!isSameState(yield* statusOf(file), start)) return { outcome: 'changed' };
    return { outcome: 'file', status: start, blockSize, blocks };
  });
}

function* guarded<Result>(program: FileProgram<Result>): FileProgram<Result | Unstudied> {
  try {
    return yield* program;
  } catch (error) {
    const known = itemTrouble(error);
    if (known.code === 'FILE_IS_LINK' || known.code === 'FILE_IS_DIRECTORY')
      return { outcome: 'changed' };
    return { outcome: 'failed', code: known.code };
  }
}
