/**
 * Makes a group of changes true on the disk: content durable, then names, then directories durable. Nothing that differs
 * from what our row says is replaced or removed, and what a person puts there at the last moment is displaced, compared
 * and kept. What it leaves displaced goes only after the database has the result.
 */

import type { ErrorCode } from '../../base/error.ts';
import { itemTrouble } from '../../base/error.ts';
import type { DirHandle, FileProgram } from '../../ports/file-system.ts';
import { abilities, close, openFile, sync, syncFileSystem } from '../file-calls.ts';
import { applyItem } from './apply-item.ts';
import type { Applied, ApplyItem } from './change.ts';
import type { Work } from './displacing.ts';
import { type GivenBack, Lending, type LentMode } from './lending.ts';
import { Placements } from './placements.ts';
import { DISPLACED_DIR, inRoot, type Reach, type Root, splitDisk, stageDir } from './reach.ts';
import { finishFile } from './stage.ts';

export interface ApplyArgs {
  readonly root: Root;
  /** In the order in which they are to be made. */
  readonly items: readonly ApplyItem[];
  /** Directories that may be opened to their owner meanwhile, those that are made included. */
  readonly lent: readonly LentMode[];
  /** Short id for the name of a copy of what a person put there at the last moment. */
  readonly self: bigint;
  /** Opened before the content was staged. */
  readonly witness: DirHandle;
}

/** What became of each item, and of each directory that might be opened; both in order. */
export interface AppliedGroup {
  readonly applied: readonly Applied[];
  readonly givenBack: readonly GivenBack[];
}

/** Files up to which each one is synced by itself. */
const FEW = 4;

/**
 * Applies the items, durable. Throws if durability could not be had: then the whole group counts as unwritten, and what was
 * opened may still be open.
 */
export function apply(args: ApplyArgs): FileProgram<AppliedGroup> {
  return inRoot(args.root, function* (reach) {
    const stage = yield* stageDir(reach);
    const together = (yield* abilities(stage)).syncsAsOne;
    const { items, witness } = args;
    const staged = yield* makeContentDurable(stage, { items, together, witness });
    const applied: Applied[] = [];
    const touched = new Set<string>();
    const lending = new Lending(args.lent);
    const placements = new Placements();
    const common = { reach, stage, touched, lending, placements, self: args.self };
    for (const [index, item] of items.entries()) {
      yield* placements.proceedTo(splitDisk(item.diskPath).parent, reach);
      applied.push(
        yield* applyUnlessFailed({ ...common, isUnsettled: false }, item, staged.get(index)),
      );
      yield* reach.trim(placements.filled);
    }
    yield* placements.proceedTo(undefined, reach);
    yield* makeNamesDurable(reach, { stage, touched, together, witness });
    // Not before: what is shut may be one that can be opened no more.
    const isMany = together && lending.size > FEW;
    const givenBack = yield* lending.giveBack(reach, isMany ? undefined : sync);
    if (isMany) yield* syncFileSystem(stage, witness);
    const settled = applied.map((each, index) => {
      const item = items[index];
      return item === undefined ? each : placements.settled(item, each);
    });
    return { applied: settled, givenBack };
  });
}

function* applyUnlessFailed(
  work: Work,
  item: ApplyItem,
  failed: ErrorCode | undefined,
): FileProgram<Applied> {
  if (failed !== undefined) return { outcome: 'failed', code: failed };
  const applied = yield* applyItem(work, item);
  work.placements.note(item, applied);
  return applied;
}

/** Finishes and syncs staged content; the items whose stage file is not there or fails, with their code. */
function* makeContentDurable(
  stage: DirHandle,
  group: {
    readonly items: readonly ApplyItem[];
    readonly together: boolean;
    readonly witness: DirHandle;
  },
): FileProgram<ReadonlyMap<number, ErrorCode>> {
  const failed = new Map<number, ErrorCode>();
  const files = group.items.filter((item) => item.kind === 'publish').length;
  const each = files <= FEW || !group.together;
  for (const [index, item] of group.items.entries()) {
    if (item.kind !== 'publish' || (item.isFinished && !each)) continue;
    const code = yield* finishStaged(stage, item, each);
    if (code !== undefined) failed.set(index, code);
  }
  if (!each) yield* syncFileSystem(stage, group.witness);
  return failed;
}

function* finishStaged(
  stage: DirHandle,
  item: ApplyItem & { readonly kind: 'publish' },
  syncs: boolean,
): FileProgram<ErrorCode | undefined> {
  let failure: ErrorCode | undefined;
  const file = yield* openFile({ dir: stage, name: item.stageName }, 'read');
  if (file === undefined) return 'FILE_GONE';
  try {
    if (!item.isFinished) {
      try {
        yield* finishFile(file, item.finish);
      } catch (error) {
        failure = itemTrouble(error).code;
      }
    }
    if (syncs) yield* sync(file);
  } finally {
    yield* close(file);
  }
  return failure;
}

function* makeNamesDurable(
  reach: Reach,
  group: {
    readonly stage: DirHandle;
    readonly touched: ReadonlySet<string>;
    readonly together: boolean;
    readonly witness: DirHandle;
  },
): FileProgram<void> {
  if (group.touched.size === 0) return;
  if (group.together && group.touched.size > FEW) {
    return yield* syncFileSystem(group.stage, group.witness);
  }
  yield* sync(group.stage);
  // Those above too: a directory that a person made just now may not be durable itself.
  for (const path of withAncestors(group.touched)) {
    const dir = yield* reach.dir(path);
    // A directory that was touched and then removed is held by its parent, which was touched too.
    if (dir !== undefined) yield* sync(dir);
    yield* reach.trim();
  }
}

/** Disk paths of these directories and of all above those that people made, the root among them, the deepest first. */
function withAncestors(directories: ReadonlySet<string>): readonly string[] {
  const all = new Set(directories);
  for (const directory of directories) {
    if (directory === DISPLACED_DIR) continue;
    for (let at = directory; at !== ''; at = splitDisk(at).parent) all.add(splitDisk(at).parent);
  }
  return [...all].sort((a, b) => b.length - a.length);
}
