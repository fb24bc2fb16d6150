/** One change on the disk: checked just before, done in one atomic step, compared just after. */

import { equalBytes } from '../../base/bytes.ts';
import { itemTrouble, KithError } from '../../base/error.ts';
import type { DirName, FileProgram, FileStatus } from '../../ports/file-system.ts';
import {
  close,
  makeLink,
  openFile,
  readLink,
  removeDir,
  rename,
  setMode,
  status,
  statusOf,
  sync,
} from '../file-calls.ts';
import type { Applied, ApplyItem, Expected } from './change.ts';
import { isUntouched, moveIfFree } from './displaced.ts';
import {
  exchange,
  keepAside,
  type Step,
  settleDisplaced,
  takeAway,
  touch,
  type Work,
} from './displacing.ts';
import { placeDirectory, prepareDirectory } from './place-directory.ts';
import { splitDisk } from './reach.ts';
import { isAsSeen } from './serve.ts';
import { finishFile } from './stage.ts';

/** Carries one item out. Throws only if durability or the root itself is in doubt. */
export function* applyItem(work: Work, item: ApplyItem): FileProgram<Applied> {
  const made: string[] = [];
  try {
    const isAsBefore = yield* hasParent(work, item.diskPath);
    if (item.expected !== undefined && !isAsBefore) return { outcome: 'changed', made };
    if (!(yield* isOnItsDisk(work, item))) return { outcome: 'failed', code: 'MOUNT_CHANGED' };
    const at = yield* openParent(work, item, made);
    const found = yield* status(at.dir, at.name);
    if (found !== undefined && (yield* work.reach.names.isAlias(at.dir, at.name))) {
      if (item.expected === undefined) return { outcome: 'failed', code: 'NAME_FOLDED' };
      return { outcome: 'changed', made };
    }
    if (!(yield* isExpected(at, found, item.expected))) return { outcome: 'changed', made };
    const { parent } = splitDisk(item.diskPath);
    if (item.kind !== 'adopt') yield* work.lending.open(work.reach, parent);
    return yield* carryOut({ work, item, at, made, found });
  } catch (error) {
    const known = itemTrouble(error);
    if (work.isUnsettled) return { outcome: 'unsettled', code: known.code };
    if (known.code === 'FILE_EXISTS' || known.code === 'FILE_GONE')
      return { outcome: 'changed', made };
    return { outcome: 'failed', code: known.code };
  }
}

function carryOut(step: Step): FileProgram<Applied> {
  switch (step.item.kind) {
    case 'publish':
      return publish(step);
    case 'make-directory':
      return makeDirectory(step, step.item.mode);
    case 'make-link':
      return placeLink(step, step.item.target);
    case 'adopt':
      return adopt(step, step.item);
    case 'delete':
      return remove(step);
  }
}

/**
 * What should stand in a directory that is gone, or moved away, is gone too: nothing may bring the directory back on the way. And
 * nothing new may follow one that is moved away: it would count as deleted where it should be.
 */
function* hasParent(work: Work, diskPath: string): FileProgram<boolean> {
  const { parent } = splitDisk(diskPath);
  if ((yield* work.reach.dir(parent)) === undefined) return false;
  if (yield* work.reach.isInPlace(parent)) return true;
  yield* work.placements.hasGone(parent, work.reach);
  yield* work.lending.giveBackOne(work.reach, parent, sync);
  yield* work.reach.drop(parent);
  return false;
}

/** What was put where a disk should be mounted would be hidden by it, and so taken for deleted. */
function* isOnItsDisk({ reach }: Work, item: ApplyItem): FileProgram<boolean> {
  return item.isForeign === (yield* reach.isForeign(splitDisk(item.diskPath).parent));
}

/** The directory that is to hold the item; one that is missing is made, and reported. */
function* openParent(
  work: Work,
  item: Pick<ApplyItem, 'diskPath' | 'stageName'>,
  made: string[],
): FileProgram<DirName> {
  const { parent, name } = splitDisk(item.diskPath);
  const known = yield* work.reach.dir(parent);
  if (known !== undefined) return { dir: known, name };
  const above = yield* openParent(work, { ...item, diskPath: parent }, made);
  if (yield* work.reach.names.isAlias(above.dir, above.name)) {
    throw new KithError('NAME_FOLDED', { path: parent });
  }
  yield* placeDirectory(work.stage, above, { stageName: item.stageName, mode: undefined });
  made.push(parent);
  work.touched.add(splitDisk(parent).parent);
  const dir = yield* work.reach.dir(parent);
  if (dir === undefined) throw new KithError('FILE_GONE', { path: parent });
  return { dir, name };
}

function* isExpected(
  at: DirName,
  found: FileStatus | undefined,
  expected: Expected | undefined,
): FileProgram<boolean> {
  if (expected === undefined) return found === undefined;
  if (found === undefined || found.kind !== expected.kind) return false;
  if (expected.kind === 'directory') return true;
  const { seen } = expected;
  if (expected.kind === 'symlink') {
    // Made anew it may be the same link, but after a crash the inode is what it is known by.
    return isAsSeen(found, seen) && equalBytes(yield* readLink(at.dir, at.name), expected.target);
  }
  const unchanged = found.ctime.s === seen.ctime.s && found.ctime.ns === seen.ctime.ns;
  const isSame = isAsSeen(found, seen) && (unchanged || seen.racy) && found.mode === seen.mode;
  return isSame && (expected.content === undefined || (yield* isReadable(at)));
}

/** What will have to be compared by its content is not taken from its place while it cannot be read. */
function* isReadable(at: DirName): FileProgram<boolean> {
  const file = yield* openFile(at, 'read');
  if (file === undefined) return false;
  yield* close(file);
  return true;
}

function* publish(step: Step): FileProgram<Applied> {
  const { work, item, at } = step;
  const staged = { dir: work.stage, name: item.stageName };
  const before = yield* status(staged.dir, staged.name);
  if (before === undefined) return { outcome: 'failed', code: 'FILE_GONE' };
  yield* clearDirectory(step);
  if (step.found !== undefined && step.found.kind !== 'directory') {
    yield* exchange(step, staged);
    return yield* done(step, { before, isDisplaced: true });
  }
  yield* rename({ from: staged, to: at, how: 'keep' });
  touch(step);
  return yield* done(step, { before, isDisplaced: false });
}

/** A directory that makes room for something else must be empty by now. */
function* clearDirectory(step: Step): FileProgram<void> {
  if (step.found?.kind !== 'directory') return;
  yield* removeWhole(step);
}

/** The directory goes; nothing of it is left to be made durable but its name's absence. */
function* removeWhole({ work, item, at }: Step): FileProgram<void> {
  yield* work.reach.drop(item.diskPath);
  yield* removeDir(at.dir, at.name);
  for (const path of work.touched) {
    // Something that is no directory may take its place: it could not be opened under these names any more.
    if (path === item.diskPath || path.startsWith(`${item.diskPath}/`)) work.touched.delete(path);
  }
}

function* makeDirectory(step: Step, mode: number | undefined): FileProgram<Applied> {
  const { work, item, at, found } = step;
  const isDisplaced = found !== undefined;
  if (isDisplaced) {
    yield* prepareDirectory(work.stage, item.stageName);
    yield* settleDisplaced(step, yield* takeAway(step));
  }
  yield* placeDirectory(work.stage, at, { stageName: item.stageName, mode });
  work.lending.placed(item.diskPath);
  touch(step);
  work.isUnsettled = false;
  return yield* done(step, { before: undefined, isDisplaced });
}

function* placeLink(step: Step, target: Uint8Array): FileProgram<Applied> {
  const { work, item, at, found } = step;
  yield* clearDirectory(step);
  if (found === undefined || found.kind === 'directory') {
    yield* makeLink(at, target);
    touch(step);
    return yield* done(step, { before: undefined, isDisplaced: false });
  }
  const staged = { dir: work.stage, name: item.stageName };
  if (!(yield* isLinkTo(staged, target))) yield* makeLink(staged, target);
  yield* exchange(step, staged);
  return yield* done(step, { before: undefined, isDisplaced: true });
}

/** A crash may have left the link that was about to be placed. */
function* isLinkTo(at: DirName, target: Uint8Array): FileProgram<boolean> {
  if ((yield* status(at.dir, at.name))?.kind !== 'symlink') return false;
  return equalBytes(yield* readLink(at.dir, at.name), target);
}

/** Only mode and time change, on the inode that stands there. */
function* adopt(step: Step, item: ApplyItem & { readonly kind: 'adopt' }): FileProgram<Applied> {
  const { at } = step;
  if (item.entryKind === 'directory') {
    const dir = yield* step.work.reach.dir(item.diskPath);
    if (dir === undefined) return { outcome: 'changed', made: step.made };
    if (item.finish.mode !== undefined) yield* setMode(dir, item.finish.mode);
  } else {
    const file = yield* openFile(at, 'read');
    if (file === undefined) return { outcome: 'changed', made: step.made };
    try {
      const mode = item.finish.mode ?? (yield* statusOf(file)).mode;
      // There is nothing else to be had: that it cannot be had is worth saying.
      yield* setMode(file, mode);
      yield* finishFile(file, { mode, mtime: item.finish.mtime });
    } finally {
      yield* close(file);
    }
  }
  touch(step);
  return yield* done(step, { before: undefined, isDisplaced: false });
}

function* remove(step: Step): FileProgram<Applied> {
  const { work, item, at, found } = step;
  if (found?.kind === 'directory') {
    yield* removeWhole(step);
    touch(step);
    return {
      outcome: 'done',
      status: undefined,
      isTouched: false,
      isDisplaced: false,
      made: step.made,
    };
  }
  const aside = yield* takeAway(step);
  if (!(yield* isUntouched(aside, item.expected))) {
    // A person wrote at the last moment: their file goes back to its name, or beside it if the name was taken again.
    if (!(yield* moveIfFree(aside, at))) yield* keepAside(step, aside, undefined);
    work.isUnsettled = false;
    return { outcome: 'changed', made: step.made };
  }
  work.isUnsettled = false;
  return {
    outcome: 'done',
    status: undefined,
    isTouched: false,
    isDisplaced: true,
    made: step.made,
  };
}

/** What stands there now, and whether somebody has written to it since it was staged as `before`. */
function* done(
  step: Step,
  facts: { readonly before: FileStatus | undefined; readonly isDisplaced: boolean },
): FileProgram<Applied> {
  const after = yield* status(step.at.dir, step.at.name);
  if (after === undefined) {
    const waits = facts.isDisplaced ? { isDisplaced: true as const } : {};
    return { outcome: 'changed', made: step.made, ...waits };
  }
  const { before } = facts;
  const isTouched =
    before !== undefined &&
    (after.inode !== before.inode ||
      after.size !== before.size ||
      after.mtime.s !== before.mtime.s ||
      after.mtime.ns !== before.mtime.ns);
  return {
    outcome: 'done',
    status: isTouched ? before : after,
    isTouched,
    isDisplaced: facts.isDisplaced,
    made: step.made,
  };
}
