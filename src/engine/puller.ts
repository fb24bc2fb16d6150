/**
 * Makes the folder hold what is global: plans the paths that there is news of, has their content staged, and applies what
 * is ready in groups. Queues are bounded; a large file never holds up a small one.
 */

import { toHex } from '../base/bytes.ts';
import { asKithError, type ErrorCode } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import { parentPath, type RelPath } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { versionKey } from '../model/version.ts';
import { decide } from '../planner/decide.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { applyGroup, type GroupResult, type Ready, stageNameOf } from './applier.ts';
import { diskPathOf, type FolderContext } from './context.ts';
import { isFilled, isHalfTold, sidesAt } from './directory-life.ts';
import { type Fetched, Fetcher } from './fetcher.ts';
import { type Note, takeNotes } from './notes.ts';
import { ProblemBook } from './problem-book.ts';
import { recoverIntents } from './recovery.ts';
import type { Sources } from './sources.ts';
import { Wake } from './wake.ts';

/** Paths kept apart; beyond, all are planned. */
const MOST_PATHS = 50_000;
/** Paths planned in one slice of the main thread. */
const SLICE = 200;
/** Fetches under way: small files, and files that are long enough to have a lane of their own. */
const SMALL_AT_ONCE = 512;
const LARGE_AT_ONCE = 4;
const LARGE_BYTES = 8 * 1024 * 1024;
/** As long as fewer fetches than this have room, planning waits: paths are planned in slices, not one by one. */
const ROOM_LEAST = 64;
/** So long a directory that was taken away waits for news of what is in it; reviving it loses nothing, it may only be too much. */
const MOST_PATIENCE_MS = 30_000;
/** What tells that a person has changed something that was not noticed. */
const REFUTES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FILE_NOT_EMPTY',
  'FILE_IS_LINK',
  'FILE_NOT_DIRECTORY',
  'FILE_IS_DIRECTORY',
]);
/** A group closes at so many operations, or when it has waited so long for fetches under way. */
const GROUP_MOST = 2048;
const GROUP_WAIT_MS = 40;

interface Fetching {
  readonly key: string;
  readonly content: string;
  readonly isLarge: boolean;
  readonly abort: AbortController;
}

export class Puller {
  readonly problems = new ProblemBook();
  readonly #context: FolderContext;
  readonly #sources: Sources;
  readonly #fetcher: Fetcher;
  readonly #planning = new Wake();
  readonly #applying = new Wake();
  readonly #paths = new Set<RelPath>();
  readonly #fetching = new Map<RelPath, Fetching>();
  /** How many fetches are under way, by content and of large files. */
  readonly #contents = new Map<string, number>();
  #large = 0;
  readonly #ready = new Map<RelPath, Ready>();
  /** Paths that wait for a fetch to end: of the same content, or for a lane. */
  readonly #parked = new Map<string, Set<RelPath>>();
  readonly #leftover: Set<string>;
  #cursor: { after: RelPath | undefined } | undefined = { after: undefined };
  #isApplying = false;
  /** A group is being gathered. */
  #isGathering = false;
  #isPlanning = false;
  readonly #doubt: (diskPath: string) => void;
  readonly #isLacking: () => boolean;

  constructor(
    context: FolderContext,
    parts: {
      readonly sources: Sources;
      /** Names in the staging area from an earlier run. */
      readonly leftover: readonly string[];
      readonly doubt: (diskPath: string) => void;
      /** True while something global is not held here. */
      readonly isLacking: () => boolean;
    },
  ) {
    this.#context = context;
    this.#sources = parts.sources;
    this.#leftover = new Set(parts.leftover);
    this.#doubt = parts.doubt;
    this.#isLacking = parts.isLacking;
    this.#fetcher = new Fetcher(context, parts.sources);
  }

  /** There is news of these paths. */
  consider(paths: readonly RelPath[]): void {
    if (paths.length === 0) return;
    for (const path of paths) {
      if (this.#paths.size >= MOST_PATHS) {
        this.considerAll();
        return;
      }
      this.#paths.add(path);
    }
    this.#planning.ring();
  }

  /** Everything is planned again: a device came, or too much happened. */
  considerAll(): void {
    this.#cursor = { after: undefined };
    this.#planning.ring();
  }

  /** True if nothing is planned, fetched or applied at this moment. */
  isResting(): boolean {
    return this.#isIdle() && !this.#isPlanning;
  }

  /** Runs until the signal aborts. Throws what stops a folder. */
  async run(signal: AbortSignal): Promise<void> {
    const group = new TaskGroup(signal);
    // One listener for all fetches instead of one each: there are many, and each is short.
    const stop = (): void => {
      for (const { abort } of this.#fetching.values()) abort.abort(group.signal.reason);
    };
    group.signal.addEventListener('abort', stop, { once: true });
    try {
      group.start((inner) => this.#planLoop(inner, group));
      group.start((inner) => this.#applyLoop(inner));
      await group.join();
    } finally {
      group.cancel(signal.reason);
    }
  }

  async #planLoop(signal: AbortSignal, group: TaskGroup): Promise<void> {
    const { clock } = this.#context.ports;
    while (!signal.aborted) {
      this.consider(this.problems.takeDue(clock.mono()) as readonly RelPath[]);
      const slice = this.#takeSlice();
      if (slice.length === 0) {
        await this.#endPass();
        this.#isPlanning = false;
        const due = this.problems.nextDueMs();
        const waitMs = due === undefined ? undefined : Math.max(1, due - clock.mono());
        await this.#planning.wait(clock, waitMs, signal);
        continue;
      }
      this.#isPlanning = true;
      const notes = slice.flatMap((path) => this.#planPath(path, group) ?? []);
      if (notes.length > 0) this.consider(await takeNotes(this.#context, notes));
      await clock.sleep(0, signal);
    }
  }

  #takeSlice(): readonly RelPath[] {
    if (!this.#hasRoom()) return [];
    const room = SMALL_AT_ONCE - this.#fetching.size;
    const slice: RelPath[] = [];
    for (const path of this.#paths) {
      if (slice.length >= Math.min(SLICE, room)) return slice;
      this.#paths.delete(path);
      slice.push(path);
    }
    if (this.#cursor === undefined || slice.length > 0) return slice;
    const more = this.#context.store.paths(this.#cursor.after, Math.min(SLICE, room));
    this.#cursor = more.length === 0 ? undefined : { after: more.at(-1) };
    return more;
  }

  #hasRoom(): boolean {
    return this.#fetching.size + ROOM_LEAST <= SMALL_AT_ONCE && this.#ready.size < 2 * GROUP_MOST;
  }

  /** When nothing is lacking, what is still staged is not wanted any more. */
  async #endPass(): Promise<void> {
    if (this.#leftover.size === 0 || this.#isLacking() || !this.#isIdle()) return;
    const names = [...this.#leftover];
    this.#leftover.clear();
    await this.#drop(names);
  }

  /** What cannot be removed stays until the next start, and is reported. */
  async #drop(names: readonly string[]): Promise<void> {
    const { root, ports, id: folder } = this.#context;
    const left = await ports.disk.run('dropStage', { root, names }, { urgency: 2 });
    for (const { name, code } of left) {
      ports.log.write('warn', 'staged-not-removed', { folder, name, code });
    }
  }

  #isIdle(): boolean {
    const pending = this.#paths.size + this.#fetching.size + this.#ready.size + this.#parked.size;
    return pending === 0 && this.#cursor === undefined && !this.#isApplying;
  }

  /** Starts what the path needs; the operation itself if only our row changes. */
  #planPath(path: RelPath, group: TaskGroup): Note | undefined {
    const { store, rules } = this.#context;
    if (this.#context.busy.has(path)) return this.#later(path);
    const ours = store.ours(path);
    const decision = decide(sidesAt(this.#context, path, ours), rules);
    const operation = decision.kind === 'do' ? decision.operation : undefined;
    if (this.#isReady(path, operation, ours?.sequence ?? 0)) return undefined;
    this.#abandon(path, operation);
    if (operation === undefined) {
      this.problems.clear(path);
      return undefined;
    }
    const isRevived = operation.kind === 'revive' && ours !== undefined;
    if (isRevived && this.#awaitsMore(ours)) return this.#postpone(path);
    const basedOn = ours?.sequence ?? 0;
    if (operation.kind === 'note' || operation.kind === 'revive') return { operation, basedOn };
    if (operation.kind === 'fetch') this.#startFetch({ operation, ours, basedOn }, group);
    else if (operation.kind !== 'delete' || !this.#isSourceOf(ours, path)) {
      this.#makeReady({ operation, basedOn, isFinished: false });
    }
    return undefined;
  }

  #isReady(path: RelPath, operation: Operation | undefined, basedOn: number): boolean {
    const ready = this.#ready.get(path);
    if (ready === undefined || operation === undefined) return false;
    return ready.basedOn === basedOn && keyOf(ready.operation) === keyOf(operation);
  }

  /** A group is changing the path: planned again when it is done. */
  #later(path: RelPath): undefined {
    this.#park('busy', path);
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
    if (!this.#contents.has(content)) return false;
    this.#park(content, path);
    return true;
  }

  /** Another version is wanted by now: what was on its way is given up. */
  #abandon(path: RelPath, operation: Operation | undefined): void {
    const key = operation === undefined ? undefined : keyOf(operation);
    const fetching = this.#fetching.get(path);
    if (fetching !== undefined && fetching.key !== key)
      fetching.abort.abort(new Error('superseded'));
    const ready = this.#ready.get(path);
    this.#ready.delete(path);
    if (ready === undefined) return;
    if (ready.operation.kind === 'fetch') this.#leftover.add(stageNameOf(ready.operation));
    this.#unpark(toHex(ready.operation.target.contentHash));
  }

  #startFetch(
    wanted: {
      readonly operation: Operation;
      readonly ours: OurEntry | undefined;
      readonly basedOn: number;
    },
    group: TaskGroup,
  ): void {
    const { operation } = wanted;
    const { path, target } = operation;
    const content = toHex(target.contentHash);
    const isLarge = target.size > LARGE_BYTES;
    if (this.#fetching.has(path)) return;
    if (this.#contents.has(content) && target.size > 0) {
      this.#park(content, path);
      return;
    }
    if (isLarge && this.#large >= LARGE_AT_ONCE) {
      this.#park('large', path);
      return;
    }
    const abort = new AbortController();
    const fetching = { key: keyOf(operation), content, isLarge, abort };
    this.#begin(path, fetching);
    group.start(async (signal) => {
      try {
        signal.throwIfAborted();
        await this.#fetch(wanted, abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        if (abort.signal.aborted) this.#paths.add(path);
        this.#end(path, fetching);
      }
    });
  }

  #begin(path: RelPath, fetching: Fetching): void {
    const { content, isLarge } = fetching;
    this.#fetching.set(path, fetching);
    this.#contents.set(content, (this.#contents.get(content) ?? 0) + 1);
    if (isLarge) this.#large++;
  }

  #end(path: RelPath, { content, isLarge }: Fetching): void {
    this.#fetching.delete(path);
    const others = (this.#contents.get(content) ?? 1) - 1;
    if (others > 0) this.#contents.set(content, others);
    else this.#contents.delete(content);
    if (isLarge) this.#large--;
    if (!this.#ready.has(path)) this.#unpark(content);
    if (isLarge) this.#unpark('large');
    if (this.#hasRoom()) this.#planning.ring();
    if (!this.#isGathering || !this.#isWorthWaiting(0)) this.#applying.ring();
  }

  async #fetch(
    wanted: {
      readonly operation: Operation;
      readonly ours: OurEntry | undefined;
      readonly basedOn: number;
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { operation, ours, basedOn } = wanted;
    const stageName = stageNameOf(operation);
    const mayBeStaged = this.#leftover.delete(stageName);
    let fetched: Fetched;
    try {
      const { target } = operation;
      fetched = await this.#fetcher.fetch({ target, stageName, ours, mayBeStaged }, signal);
    } catch (error) {
      // What has arrived stays staged, and is found by its name if it is wanted again.
      this.#leftover.add(stageName);
      const known = asKithError(error);
      if (known === undefined || known.kind === 'bug' || known.kind === 'corrupt') throw error;
      fetched = { outcome: 'failed', code: known.code };
    }
    if (fetched.outcome === 'staged') {
      return this.#makeReady({ operation, basedOn, isFinished: fetched.isFinished });
    }
    this.#leftover.add(stageName);
    if (fetched.outcome === 'failed') this.#fail(operation.path, fetched.code);
  }

  #makeReady(ready: Ready): void {
    this.#ready.set(ready.operation.path, ready);
    if (!this.#isGathering || !this.#isWorthWaiting(0)) this.#applying.ring();
  }

  #fail(path: RelPath, code: ErrorCode): void {
    const { clock, log } = this.#context.ports;
    // A broken connection is no fault of the path: it is planned again when a device comes.
    if (code === 'CONNECTION_LOST') {
      if (this.#sources.size > 0) this.consider([path]);
      return;
    }
    if (!this.problems.has(path)) {
      log.write('warn', 'path-held', { folder: this.#context.id, path, code });
    }
    this.problems.set(path, code, clock.mono());
  }

  #park(reason: string, path: RelPath): void {
    const parked = this.#parked.get(reason) ?? new Set();
    parked.add(path);
    this.#parked.set(reason, parked);
  }

  #unpark(reason: string): void {
    const parked = this.#parked.get(reason);
    this.#parked.delete(reason);
    if (parked !== undefined) this.consider([...parked]);
  }

  async #applyLoop(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context.ports;
    while (!signal.aborted) {
      if (this.#ready.size === 0) {
        await this.#applying.wait(clock, undefined, signal);
        continue;
      }
      // Company on its way makes the group cheaper; a single change does not wait.
      const since = clock.mono();
      this.#isGathering = true;
      while (this.#isWorthWaiting(clock.mono() - since)) {
        await this.#applying.wait(clock, GROUP_WAIT_MS, signal);
      }
      this.#isGathering = false;
      this.#isApplying = true;
      await this.#applyReady();
      this.#isApplying = false;
    }
  }

  #isWorthWaiting(waitedMs: number): boolean {
    if (waitedMs >= GROUP_WAIT_MS || this.#ready.size >= GROUP_MOST) return false;
    return this.#fetching.size > this.#large;
  }

  async #applyReady(): Promise<void> {
    const group: Ready[] = [];
    for (const [path, ready] of this.#ready) {
      if (group.length >= GROUP_MOST) break;
      this.#ready.delete(path);
      group.push(ready);
    }
    try {
      const result = await applyGroup(this.#context, group);
      this.#keepStaged(group, result);
      this.#report(result);
      if (result.isUnfinished) await this.#recover();
    } catch (error) {
      const known = asKithError(error);
      if (known === undefined || known.kind === 'bug' || known.kind === 'corrupt') throw error;
      for (const { operation } of group) this.#fail(operation.path, known.code);
      await this.#recover();
      await this.#stageAnew(group);
    }
    for (const { operation } of group) this.#unpark(toHex(operation.target.contentHash));
    this.#unpark('busy');
    this.#planning.ring();
  }

  /** The path and what it stands in are not as our rows say. */
  #doubtAround(path: RelPath): void {
    const parent = parentPath(path);
    this.#doubt(diskPathOf(this.#context.store, path));
    if (parent !== undefined) this.#doubt(diskPathOf(this.#context.store, parent));
  }

  /** What was not applied stays staged; what was dropped because our row has changed is planned again. */
  #keepStaged(group: readonly Ready[], result: GroupResult): void {
    const settled = new Set([
      ...result.done,
      ...result.changed,
      ...result.failed.map((f) => f.path),
    ]);
    const done = new Set(result.done);
    for (const { operation } of group) {
      if (operation.kind === 'fetch' && !done.has(operation.path)) {
        this.#leftover.add(stageNameOf(operation));
      }
      if (!settled.has(operation.path)) this.consider([operation.path]);
    }
  }

  async #recover(): Promise<void> {
    for (const path of await recoverIntents(this.#context)) this.#doubt(path);
  }

  /** A sync failed: nothing of the group is believed, not even what a second sync would say. */
  async #stageAnew(group: readonly Ready[]): Promise<void> {
    const names = group
      .filter((ready) => ready.operation.kind === 'fetch')
      .map((ready) => stageNameOf(ready.operation));
    for (const { operation } of group) this.#doubt(diskPathOf(this.#context.store, operation.path));
    await this.#drop(names);
  }

  #report(result: GroupResult): void {
    for (const path of result.done) {
      this.problems.clear(path);
      const parent = parentPath(path);
      // The directory may have waited for its last file to go.
      if (parent !== undefined && this.#context.store.ours(path)?.deleted === true)
        this.consider([parent]);
    }
    for (const { path, code } of result.failed) {
      if (code === 'FILE_GONE') this.consider([path]);
      else if (code === 'FILE_NOT_EMPTY' && isFilled(this.#context, path)) this.#postpone(path);
      else this.#fail(path, code);
      if (REFUTES.has(code)) this.#doubtAround(path);
    }
    for (const path of result.doubted) this.#doubt(path);
    const nowMs = this.#context.ports.clock.mono();
    for (const path of result.changed) this.problems.set(path, 'FILE_CHANGED', nowMs);
  }
}

function keyOf(operation: Operation): string {
  return `${operation.kind} ${versionKey(operation.target.version)}`;
}
