/** One step of a change in which something leaves its place: it waits where nothing is dropped, and is compared and kept. */

import type { RelPath } from '../../model/path.ts';
import type { DirHandle, DirName, FileProgram, FileStatus } from '../../ports/file-system.ts';
import { rename } from '../file-calls.ts';
import type { ApplyItem } from './change.ts';
import { isUntouched, keepCopy, placeAside } from './displaced.ts';
import type { Lending } from './lending.ts';
import type { Placements } from './placements.ts';
import { DISPLACED_DIR, type Reach, splitDisk } from './reach.ts';

/** What the items of a group share. */
export interface Work {
  readonly reach: Reach;
  readonly stage: DirHandle;
  /** Disk paths of directories whose entries changed. */
  readonly touched: Set<string>;
  readonly self: bigint;
  readonly lending: Lending;
  readonly placements: Placements;
  /** Something was displaced by the item at hand, and is not settled yet. */
  isUnsettled: boolean;
}

/** One item on its way. */
export interface Step {
  readonly work: Work;
  readonly item: ApplyItem;
  readonly at: DirName;
  readonly made: string[];
  readonly found: FileStatus | undefined;
}

/** Swaps what is staged with what stands there, and settles that. */
export function* exchange(step: Step, staged: DirName): FileProgram<void> {
  const { work } = step;
  const aside = yield* asideOf(step);
  yield* rename({ from: staged, to: aside, how: 'keep' });
  work.isUnsettled = true;
  try {
    yield* rename({ from: aside, to: step.at, how: 'exchange' });
  } catch (error) {
    yield* rename({ from: aside, to: staged, how: 'keep' });
    work.isUnsettled = false;
    throw error;
  }
  touch(step);
  yield* settleDisplaced(step, aside);
  work.isUnsettled = false;
}

/** Takes what stands there out of its place, to where it waits. */
export function* takeAway(step: Step): FileProgram<DirName> {
  const aside = yield* asideOf(step);
  yield* rename({ from: step.at, to: aside, how: 'keep' });
  step.work.isUnsettled = true;
  touch(step);
  return aside;
}

function asideOf({ work, item }: Step): FileProgram<DirName> {
  work.touched.add(DISPLACED_DIR);
  return placeAside(work.reach, item);
}

/** What was displaced is kept as a conflict copy if it loses the name, or if it is not what our row said. */
export function* settleDisplaced(step: Step, aside: DirName): FileProgram<void> {
  const { item } = step;
  const untouched = yield* isUntouched(aside, item.expected);
  if (untouched && item.conflictCopy === undefined) return;
  yield* keepAside(step, aside, untouched ? item.conflictCopy : undefined);
}

/** The conflict copy: under this name, or one of our own. */
export function* keepAside(
  step: Step,
  aside: DirName,
  chosen: RelPath | undefined,
): FileProgram<void> {
  const { path, diskPath } = step.item;
  const beside = { dir: step.at.dir, path, diskPath, self: step.work.self, chosen };
  step.made.push(yield* keepCopy(aside, beside));
}

/** The directory of the item has changed. */
export function touch(step: Step): void {
  step.work.touched.add(splitDisk(step.item.diskPath).parent);
}
