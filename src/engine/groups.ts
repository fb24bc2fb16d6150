/** Applies what is ready in groups, and says what each path needs afterwards. Company on its way makes a group cheaper. */

import { backoffMs } from '../base/backoff.ts';
import { Bell } from '../base/bell.ts';
import { type ErrorCode, itemTrouble } from '../base/error.ts';
import { parentPath, type RelPath } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { isKept } from '../planner/kept.ts';
import { applyGroup, type GroupResult, type Ready, stageNameOf } from './applier.ts';
import { type Basis, isSameBasis } from './basis.ts';
import type { FolderContext } from './context.ts';
import { isFilled } from './directory-life.ts';
import { keyOf } from './fetches.ts';
import type { Leftovers } from './leftovers.ts';
import type { ProblemBook } from './problem-book.ts';
import { recoverIntents } from './recovery.ts';
import { diskPathOf } from './spelling.ts';

/** A group closes at so many operations, or when it has waited so long for fetches under way. */
const GROUP_MOST = 2048;
const GROUP_WAIT_MS = 40;
const SETTLE_AGAIN = { firstMs: 1000, mostMs: 60_000 };
/** What tells that a person has changed something that was not noticed. */
const REFUTES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FILE_NOT_EMPTY',
  'FILE_IS_LINK',
  'FILE_NOT_DIRECTORY',
  'FILE_IS_DIRECTORY',
]);

/** What says that the directory of a path is not there. */
const HAS_NO_PLACE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FILE_GONE',
  'FILE_NOT_DIRECTORY',
]);

export interface GroupsParts {
  readonly problems: ProblemBook;
  readonly leftovers: Leftovers;
  /** Fetches under way will be ready soon. */
  readonly isMoreComing: () => boolean;
  /** To be planned again. */
  readonly consider: (paths: readonly RelPath[]) => void;
  /** To be looked at again. */
  readonly doubt: (diskPath: string) => void;
  /** These are no longer on their way: whoever waited for them is planned. */
  readonly onOver: (operations: readonly Operation[]) => void;
  /** What is staged is not believed any more, in a group or not: it is to go, and to be fetched again. */
  readonly stageAnew: () => Promise<void>;
  /** The path could not be brought about. */
  readonly fail: (path: RelPath, code: ErrorCode) => void;
}

export class Groups {
  readonly #context: FolderContext;
  readonly #parts: GroupsParts;
  readonly #ready = new Map<RelPath, Ready>();
  /** Of the group under way, also while it waits for its turn and is not busy yet. */
  readonly #taken = new Set<RelPath>();
  readonly #wake = new Bell();
  #isGathering = false;
  #isApplying = false;
  /** When what recovery could not settle is tried again, and how often it was. */
  #settleAtMs: number | undefined;
  #attempts = 0;

  constructor(context: FolderContext, parts: GroupsParts) {
    this.#context = context;
    this.#parts = parts;
  }

  get isIdle(): boolean {
    return this.#ready.size === 0 && !this.#isApplying;
  }

  get hasRoom(): boolean {
    return this.#ready.size < 2 * GROUP_MOST;
  }

  /** Just this is ready, and not something else at its path. */
  has(operation: Operation): boolean {
    const ready = this.#ready.get(operation.path);
    return ready !== undefined && keyOf(ready.operation) === keyOf(operation);
  }

  /** Just this is ready at the path, and planned from the same. */
  holds(path: RelPath, operation: Operation | undefined, basedOn: Basis): boolean {
    const ready = this.#ready.get(path);
    if (ready === undefined || operation === undefined) return false;
    return isSameBasis(ready.basedOn, basedOn) && keyOf(ready.operation) === keyOf(operation);
  }

  /** A group with this path is under way: what is staged for it is about to be put in place, and must not be written any more. */
  hasTaken(path: RelPath): boolean {
    return this.#taken.has(path);
  }

  add(ready: Ready): void {
    this.#ready.set(ready.operation.path, ready);
    this.fetchEnded();
  }

  /** A fetch less that a group could wait for. */
  fetchEnded(): void {
    if (!this.#isGathering || !this.#isWorthWaiting(0)) this.#wake.ring();
  }

  /** Another version is wanted at the path by now. Gives what was ready; what is staged for it may be wanted again. */
  abandon(path: RelPath): Operation | undefined {
    const ready = this.#ready.get(path);
    this.#ready.delete(path);
    if (ready !== undefined) this.#context.tally.over(path);
    if (ready?.operation.kind === 'fetch') this.#parts.leftovers.add(stageNameOf(ready.operation));
    return ready?.operation;
  }

  /** Applies group after group until the signal aborts. Throws what stops a folder. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context.ports;
    // Left by the recovery of the start.
    this.#tellUnsettled([]);
    while (!signal.aborted) {
      const waitMs = this.#settleAtMs === undefined ? undefined : this.#settleAtMs - clock.mono();
      if (waitMs !== undefined && waitMs <= 0) {
        this.#isApplying = true;
        await this.#recover();
        this.#isApplying = false;
        continue;
      }
      if (this.#ready.size === 0) {
        await this.#wake.wait(clock, waitMs, signal);
        continue;
      }
      // A single change does not wait.
      const since = clock.mono();
      this.#isGathering = true;
      while (this.#isWorthWaiting(clock.mono() - since)) {
        await this.#wake.wait(clock, GROUP_WAIT_MS, signal);
      }
      this.#isGathering = false;
      this.#isApplying = true;
      await this.#apply(this.#take());
      this.#isApplying = false;
    }
  }

  #isWorthWaiting(waitedMs: number): boolean {
    if (waitedMs >= GROUP_WAIT_MS || this.#ready.size >= GROUP_MOST) return false;
    return this.#parts.isMoreComing();
  }

  #take(): readonly Ready[] {
    const group: Ready[] = [];
    for (const [path, ready] of this.#ready) {
      if (group.length >= GROUP_MOST) break;
      this.#ready.delete(path);
      this.#taken.add(path);
      group.push(ready);
    }
    return group;
  }

  async #apply(group: readonly Ready[]): Promise<void> {
    try {
      const result = await applyGroup(this.#context, group);
      this.#keepStaged(group, result);
      this.#report(result);
      if (result.isUnfinished) await this.#recoverOpenly();
    } catch (error) {
      const known = itemTrouble(error);
      this.#context.unsynced.hadWriteError ||= known.code === 'FILE_FAILED';
      for (const { operation } of group) this.#giveUp(operation, known.code);
      await this.#recoverOpenly();
      await this.#parts.stageAnew();
    }
    this.#context.busy.clear();
    this.#taken.clear();
    for (const { operation } of group) this.#context.tally.over(operation.path);
    this.#parts.onOver(group.map(({ operation }) => operation));
  }

  /** What was not applied stays staged; what was dropped because our row has changed is planned again. */
  #keepStaged(group: readonly Ready[], { done, changed, failed }: GroupResult): void {
    const isDone = new Set(done);
    const isSettled = new Set([...done, ...changed, ...failed.map(({ path }) => path)]);
    for (const { operation } of group) {
      if (operation.kind === 'fetch' && !isDone.has(operation.path)) {
        this.#parts.leftovers.add(stageNameOf(operation));
      }
      if (!isSettled.has(operation.path)) this.#parts.consider([operation.path]);
    }
  }

  /** A sync failed: nothing of the group is believed, not even what a second sync would say. */
  #giveUp(operation: Operation, code: ErrorCode): void {
    this.#parts.fail(operation.path, code);
    this.#parts.doubt(diskPathOf(this.#context.store, operation.path));
    if (operation.kind === 'fetch') this.#parts.leftovers.add(stageNameOf(operation));
  }

  /** What the group left on the disk, and nobody recorded, is looked at; until then no news may hide it. */
  async #recoverOpenly(): Promise<void> {
    this.#context.superseded.reopen();
    await this.#recover();
  }

  async #recover(): Promise<void> {
    const before = [...this.#context.unsettled.keys()];
    for (const path of await recoverIntents(this.#context)) this.#parts.doubt(path);
    this.#tellUnsettled(before);
  }

  /** What is unsettled is held, and tried again by itself; what was until now is planned. */
  #tellUnsettled(before: readonly RelPath[]): void {
    const { problems, fail, consider } = this.#parts;
    const { unsettled, ports } = this.#context;
    const over = before.filter((path) => !unsettled.has(path));
    for (const path of over) problems.clear(path);
    for (const [path, code] of unsettled) fail(path, code);
    this.#attempts = unsettled.size === 0 ? 0 : this.#attempts + 1;
    const afterMs = backoffMs(this.#attempts, 1, SETTLE_AGAIN);
    this.#settleAtMs = unsettled.size === 0 ? undefined : ports.clock.mono() + afterMs;
    consider(over);
  }

  /** Takes out all that is ready; what is staged for it stays where it is. */
  abandonAll(): readonly Operation[] {
    const operations = [...this.#ready.values()].map(({ operation }) => operation);
    for (const { path } of operations) this.abandon(path);
    return operations;
  }

  #report({ done, failed, doubted, changed }: GroupResult): void {
    const { problems, doubt } = this.#parts;
    for (const path of done) this.#reportDone(path);
    for (const { path, code } of failed) this.#reportFailed(path, code);
    for (const path of doubted) doubt(path);
    const nowMs = this.#context.ports.clock.mono();
    for (const path of changed) problems.set(path, 'FILE_CHANGED', nowMs);
  }

  #reportDone(path: RelPath): void {
    this.#parts.problems.clear(path);
    const parent = parentPath(path);
    // The directory may have waited for its last file to go.
    if (parent !== undefined && this.#context.store.ours(path)?.deleted === true)
      this.#parts.consider([parent]);
  }

  #reportFailed(path: RelPath, code: ErrorCode): void {
    const { problems, consider, fail } = this.#parts;
    const parent = parentPath(path);
    // A directory that was taken away here, and is kept away, has to come back first.
    if (HAS_NO_PLACE.has(code) && parent !== undefined && this.#isTakenAway(parent)) {
      consider([parent]);
      problems.set(path, 'FILE_CHANGED', this.#context.ports.clock.mono());
    } else if (code === 'FILE_GONE') consider([path]);
    else if (code === 'FILE_NOT_EMPTY' && isFilled(this.#context, path)) {
      problems.set(path, 'FILE_CHANGED', this.#context.ports.clock.mono());
    } else fail(path, code);
    if (REFUTES.has(code)) this.#doubtAround(path);
  }

  #isTakenAway(dir: RelPath): boolean {
    const row = this.#context.store.ours(dir);
    return row !== undefined && isKept(row) && (row.deleted || row.kind !== 'directory');
  }

  /** The path and what it stands in are not as our rows say. */
  #doubtAround(path: RelPath): void {
    const parent = parentPath(path);
    this.#parts.doubt(diskPathOf(this.#context.store, path));
    if (parent !== undefined) this.#parts.doubt(diskPathOf(this.#context.store, parent));
  }
}
