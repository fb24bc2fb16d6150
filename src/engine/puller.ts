/** Makes the folder hold what is global: plans what there is news of, has content staged, and applies what is ready in groups. */

import { Bell } from '../base/bell.ts';
import { toHex } from '../base/bytes.ts';
import { type ErrorCode, itemTrouble } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import type { RelPath } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { decide } from '../planner/decide.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { stageNameOf } from './applier.ts';
import { type Basis, basisAt } from './basis.ts';
import type { FolderContext } from './context.ts';
import { damageInTheWay, isUnlooked } from './damage-control.ts';
import { isHalfTold, sidesAt } from './directory-life.ts';
import { feasible } from './feasible.ts';
import { Fetcher } from './fetcher.ts';
import { Fetches } from './fetches.ts';
import { Groups } from './groups.ts';
import { Leftovers } from './leftovers.ts';
import { type Note, takeNotes } from './notes.ts';
import { ProblemBook } from './problem-book.ts';
import type { Sources } from './sources.ts';
import { ToPlan } from './to-plan.ts';

/** So long a directory that was taken away waits for news of what is in it; reviving it loses nothing, it may only be too much. */
const MOST_PATIENCE_MS = 30_000;

export interface PullerParts {
  readonly sources: Sources;
  /** Names in the staging area from an earlier run. */
  readonly leftover: readonly string[];
  readonly doubt: (diskPath: string) => void;
  /** True while something global is not held here. */
  readonly isLacking: () => boolean;
}

/** A fetch as it was planned. */
interface Wanted {
  readonly operation: Operation;
  readonly ours: OurEntry | undefined;
  readonly basedOn: Basis;
}

export class Puller {
  readonly problems = new ProblemBook();
  readonly #context: FolderContext;
  readonly #parts: PullerParts;
  readonly #fetcher: Fetcher;
  readonly #toPlan: ToPlan;
  readonly #fetches = new Fetches();
  readonly #leftovers: Leftovers;
  readonly #groups: Groups;
  readonly #wake = new Bell();
  #isPlanning = false;
  /** Nothing is begun while what was staged is thrown away. */
  #isStagingAnew = false;

  constructor(context: FolderContext, parts: PullerParts) {
    this.#context = context;
    this.#parts = parts;
    this.#fetcher = new Fetcher(context, parts.sources);
    this.#toPlan = new ToPlan(context.store);
    this.#leftovers = new Leftovers(context, parts.leftover);
    this.#groups = new Groups(context, {
      problems: this.problems,
      leftovers: this.#leftovers,
      isMoreComing: () => this.#fetches.hasSmall,
      consider: (paths) => this.consider(paths),
      doubt: parts.doubt,
      stageAnew: () => this.#stageAnew(),
      onOver: (operations) => this.#onApplied(operations),
      fail: (path, code) => this.#fail(path, code),
    });
  }

  /** There is news of these paths. */
  consider(paths: readonly RelPath[]): void {
    if (paths.length === 0) return;
    this.#toPlan.add(paths);
    this.#wake.ring();
  }

  /** Everything is planned again: a device came, or too much happened. */
  considerAll(): void {
    this.#toPlan.addAll();
    this.#wake.ring();
  }

  /** Nothing is planned, fetched or applied at this moment. */
  isResting = (): boolean => this.#isIdle() && !this.#isPlanning;

  /** Runs until the signal aborts. Throws what stops a folder. */
  async run(signal: AbortSignal): Promise<void> {
    const group = new TaskGroup(signal);
    // One listener for all fetches instead of one each: there are many, and each is short.
    const stop = (): void => this.#fetches.abortAll(group.signal.reason);
    group.signal.addEventListener('abort', stop, { once: true });
    try {
      group.start((inner) => this.#planLoop(inner, group));
      group.start((inner) => this.#groups.run(inner));
      await group.join();
    } finally {
      group.cancel(signal.reason);
    }
  }

  async #planLoop(signal: AbortSignal, group: TaskGroup): Promise<void> {
    const { clock } = this.#context.ports;
    while (!signal.aborted) {
      this.consider(this.problems.takeDue(clock.mono()) as readonly RelPath[]);
      const slice = this.#hasRoom() ? this.#toPlan.take(this.#fetches.room) : [];
      if (slice.length === 0) {
        await this.#endPass();
        this.#isPlanning = false;
        const due = this.problems.nextDueMs();
        const waitMs = due === undefined ? undefined : Math.max(1, due - clock.mono());
        await this.#wake.wait(clock, waitMs, signal);
        continue;
      }
      this.#isPlanning = true;
      const notes = slice.flatMap((path) => this.#planPath(path, group) ?? []);
      if (notes.length > 0) this.consider(await takeNotes(this.#context, notes));
      await clock.sleep(0, signal);
    }
  }

  #hasRoom(): boolean {
    if (this.#isStagingAnew || this.#context.firstLook.isAwaited) return false;
    return this.#fetches.hasRoom && this.#groups.hasRoom;
  }

  /** When nothing is lacking, what is still staged is not wanted any more. */
  async #endPass(): Promise<void> {
    if (!this.#isIdle()) return;
    if (!this.#leftovers.isEmpty) {
      if (this.#parts.isLacking()) await this.#leftovers.makeDurable();
      else await this.#leftovers.dropAll();
    }
    await this.#context.witness.release();
  }

  /** An error of the disk is told once, and not of which file: of all that is staged nothing is believed. */
  async #stageAnew(): Promise<void> {
    this.#isStagingAnew = true;
    try {
      await this.#fetches.endAll(new Error('staged anew'));
      const given = this.#groups.abandonAll();
      this.consider(given.map(({ path }) => path));
      for (const operation of given) this.#unpark(operation);
      await this.#leftovers.dropAll();
    } finally {
      this.#isStagingAnew = false;
    }
    this.#wake.ring();
  }

  #isIdle(): boolean {
    return this.#toPlan.isEmpty && this.#fetches.isEmpty && this.#groups.isIdle;
  }

  /** Starts what the path needs; the operation itself if only our row changes. */
  #planPath(path: RelPath, group: TaskGroup): Note | undefined {
    const { store, rules, busy, unsettled, superseded, disks } = this.#context;
    const ours = store.ours(path);
    if (unsettled.has(path) || superseded.has(path) || disks.mustWait(path)) return undefined;
    if (isUnlooked(this.#context, ours)) return undefined;
    if (busy.has(path) || this.#groups.hasTaken(path)) return this.#waitFor('busy', path);
    const basedOn = basisAt(this.#context, path);
    const decision = decide(sidesAt(this.#context, path, ours), rules);
    const operation = feasible(decision, this.problems.codeAt(path));
    if (this.#groups.holds(path, operation, basedOn)) return undefined;
    this.#abandon(path, operation);
    if (operation === undefined) return void this.problems.clear(path);
    const damage = damageInTheWay(this.#context, operation, ours);
    if (damage !== undefined) return void this.#parts.doubt(damage);
    const isRevived = operation.kind === 'revive' && ours !== undefined;
    if (isRevived && this.#awaitsMore(ours)) return this.#postpone(path);
    if (operation.kind === 'note' || operation.kind === 'revive') return { operation, basedOn };
    if (operation.kind === 'fetch') this.#startFetch({ operation, ours, basedOn }, group);
    else if (operation.kind !== 'delete' || !this.#isSourceOf(ours, path)) {
      this.#groups.add({ operation, basedOn, isFinished: false });
    }
    return undefined;
  }

  /** Planned again when that is over. */
  #waitFor(waited: string, path: RelPath): undefined {
    this.#fetches.park(waited, path);
    return undefined;
  }

  /** A device that has told all it had to tell may well keep what is in a directory that it took away: the wait ends. */
  #awaitsMore(ours: OurEntry): boolean {
    const sinceMs = this.problems.sinceMs(ours.path);
    const isOver =
      sinceMs !== undefined && this.#context.ports.clock.mono() - sinceMs >= MOST_PATIENCE_MS;
    return !isOver && isHalfTold(this.#context, ours);
  }

  /** Planned again in a moment, or as soon as something in it has gone. */
  #postpone(path: RelPath): undefined {
    this.problems.set(path, 'FILE_CHANGED', this.#context.ports.clock.mono());
    return undefined;
  }

  /** The content that a delete takes away is being copied to another name: the delete waits. */
  #isSourceOf(ours: OurEntry | undefined, path: RelPath): boolean {
    if (ours === undefined || ours.kind !== 'file') return false;
    const content = toHex(ours.contentHash);
    if (!this.#fetches.holds(content)) return false;
    this.#fetches.park(content, path);
    return true;
  }

  /** Another version is wanted by now: what was on its way is given up. */
  #abandon(path: RelPath, operation: Operation | undefined): void {
    this.#fetches.supersede(path, operation);
    const given = this.#groups.abandon(path);
    if (given !== undefined) this.#unpark(given);
  }

  #unpark({ target }: Operation): void {
    this.consider(this.#fetches.unpark(toHex(target.contentHash)));
  }

  #startFetch(wanted: Wanted, group: TaskGroup): void {
    const { operation } = wanted;
    const { path } = operation;
    if (this.#fetches.has(path)) return;
    const obstacle = this.#fetches.obstacle(operation);
    if (obstacle !== undefined) {
      this.#fetches.park(obstacle, path);
      return;
    }
    const given = this.#fetches.begin(operation);
    group.start(async (signal) => {
      try {
        signal.throwIfAborted();
        await this.#fetch(wanted, given);
      } catch (error) {
        if (!given.aborted) throw error;
      } finally {
        if (given.aborted) this.#toPlan.add([path]);
        this.#endFetch(operation);
      }
    });
  }

  #endFetch(operation: Operation): void {
    const freed = this.#fetches.end(operation);
    if (!this.#groups.has(operation)) this.#unpark(operation);
    this.consider(freed);
    if (this.#hasRoom()) this.#wake.ring();
    this.#groups.fetchEnded();
  }

  async #fetch({ operation, ours, basedOn }: Wanted, signal: AbortSignal): Promise<void> {
    const [stageName, { target }] = [stageNameOf(operation), operation];
    const mayBeStaged = this.#leftovers.take(stageName);
    const stagedPart = mayBeStaged ? undefined : this.#leftovers.takePart(target);
    try {
      await this.#context.witness.hold();
      const wanted = { target, stageName, ours, mayBeStaged, stagedPart };
      const fetched = await this.#fetcher.fetch(wanted, signal);
      if (stagedPart !== undefined) await this.#leftovers.drop([stagedPart]);
      if (fetched.outcome === 'staged') {
        return this.#groups.add({ operation, basedOn, isFinished: fetched.isFinished });
      }
      this.#leftovers.addPart(stageName, target);
      if (fetched.outcome === 'failed') this.#fail(operation.path, fetched.code);
    } catch (error) {
      // What has arrived stays staged, and is found by its name, or by its content, if it is wanted again.
      if (stagedPart !== undefined) this.#leftovers.add(stagedPart);
      this.#leftovers.addPart(stageName, target);
      this.#fail(operation.path, itemTrouble(error).code);
    }
  }

  #onApplied(operations: readonly Operation[]): void {
    for (const operation of operations) this.#unpark(operation);
    this.consider(this.#fetches.unpark('busy'));
    this.#wake.ring();
  }

  #fail(path: RelPath, code: ErrorCode): void {
    const { clock, log } = this.#context.ports;
    // A broken connection is no fault of the path: it is planned again when a device comes.
    if (code === 'CONNECTION_LOST') {
      if (this.#parts.sources.size > 0) this.consider([path]);
      return;
    }
    if (!this.problems.has(path)) {
      log.write('warn', 'path-held', { folder: this.#context.id, path, code });
    }
    this.problems.set(path, code, clock.mono());
  }
}
