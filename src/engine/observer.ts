/**
 * Notices what people change: looks at what events name, and at everything at the start, after an overflow and at long
 * intervals; reads what differs from our rows and records it. It never changes the disk.
 */

import { Bell } from '../base/bell.ts';
import type { ErrorCode } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import type { RelPath } from '../model/path.ts';
import type { WatchBatch } from '../ports/watcher.ts';
import { Burials } from './burials.ts';
import { classifyLook } from './classify-look.ts';
import type { FolderContext } from './context.ts';
import { repair, sortDamage } from './damage-control.ts';
import { Dirty, REST_MS, type ToLook } from './dirty.ts';
import { endDoubt } from './durability.ts';
import { type Findings, noFindings } from './findings.ts';
import { admitKnownDisks } from './known-disks.ts';
import { ObservedProblems } from './observed-problems.ts';
import type { ProblemBook } from './problem-book.ts';
import { Reader } from './reader.ts';
import { record, type Sighting, sightingOfGone } from './recorder.ts';
import { ScanPace } from './scan-pace.ts';
import { diskPathOf, isAmong, toPath } from './spelling.ts';

/** Directories and paths in one look. */
const LOOK_DIRS = 32;
const LOOK_PATHS = 256;
/** How soon a path is looked at again that changed under our eyes. */
const AGAIN_MS = 100;
const NONE: ReadonlySet<string> = new Set();

/** A look is over that the planning of these paths waited for. */
type OnLooked = (paths: readonly RelPath[] | 'all') => Promise<void>;

export class Observer {
  readonly #context: FolderContext;
  readonly #dirty = new Dirty();
  readonly #wake = new Bell();
  readonly #dirs: ToLook[] = [];
  readonly #observed: ObservedProblems;
  readonly #burials: Burials;
  readonly #reader: Reader;
  readonly #onLooked: OnLooked;
  readonly #pace = new ScanPace();
  #isWorking = false;

  constructor(context: FolderContext, onLooked: OnLooked) {
    this.#context = context;
    this.#onLooked = onLooked;
    this.#observed = new ObservedProblems(context);
    const fail = (path: string, code: ErrorCode): void => this.#observed.report(path, code);
    this.#burials = new Burials(context, { fail, back: (path) => this.#note(path, 0, true) });
    this.#reader = new Reader(context, {
      fail,
      record: (sightings) => this.#record(sightings),
      again: (path) => this.#note(path, AGAIN_MS, true),
      onEnd: () => this.#wake.ring(),
    });
  }

  get problems(): ProblemBook {
    return this.#observed.book;
  }

  /** Everything is to be looked at again, soon. With `mayEmpty` a folder that lost everything is believed. */
  rescan(options: { readonly mayEmpty: boolean }): void {
    this.#pace.ask();
    if (options.mayEmpty) this.#burials.confirm();
    this.problems.retryAll(this.#context.ports.clock.mono());
    this.#wake.ring();
  }

  /** A path on the disk that others have reason to doubt. */
  doubt(diskPath: string, options: { readonly isTree: boolean }): void {
    this.#note(diskPath, 0, options.isTree);
  }

  hear(batch: WatchBatch): void {
    if (this.#pace.setBlind(batch.blind)) this.#wake.ring();
    if (batch.overflow) this.rescan({ mayEmpty: false });
    for (const event of batch.events) {
      this.#note(event.path, event.kind === 'writing' ? REST_MS : 0, event.kind === 'tree');
    }
  }

  /** Disk paths of which nobody can say now what stands there; '' stands for all. */
  doubtful(): Iterable<string> {
    const all = this.#observed.book.isFull ? [''] : [];
    return [...this.#notLookedAt(), ...this.#dirs.map(({ path }) => path), ...all];
  }

  /** What the folder's state is made of. */
  state(): {
    readonly isScanning: boolean;
    readonly isResting: boolean;
    readonly isEmptied: boolean;
    readonly blind: string | undefined;
  } {
    const pending = this.#dirty.size + this.#dirs.length + this.#burials.size + this.#reader.size;
    const { isScanning, hasBegun, blind } = this.#pace;
    return {
      isScanning,
      isResting: pending === 0 && !isScanning && !this.#isWorking && hasBegun,
      isEmptied: this.#burials.isEmptied,
      blind,
    };
  }

  /** Runs until the signal aborts. Throws what stops a folder. */
  async run(signal: AbortSignal): Promise<void> {
    const group = new TaskGroup(signal);
    try {
      group.start((inner) => this.#loop(inner, group));
      await group.join();
    } finally {
      group.cancel(signal.reason);
    }
  }

  async #loop(signal: AbortSignal, group: TaskGroup): Promise<void> {
    while (!signal.aborted) {
      this.#isWorking = true;
      const worked = await this.#step(group);
      this.#isWorking = false;
      if (!worked) await this.#wake.wait(this.#context.ports.clock, this.#waitMs(), signal);
      else await this.#context.ports.clock.sleep(0, signal);
    }
  }

  /** One piece of work; false if there is none now. */
  async #step(group: TaskGroup): Promise<boolean> {
    const nowMs = this.#context.ports.clock.mono();
    if (nowMs >= this.#pace.dueMs() || this.#dirty.takeOverflow()) this.#beginScan(nowMs);
    for (const path of this.problems.takeDue(nowMs)) this.#lookAgain(path);
    this.#reader.startLarge(group);
    const due = this.#dirty.takeDue(nowMs, LOOK_PATHS);
    const dirs = this.#dirs.splice(Math.max(0, this.#dirs.length - LOOK_DIRS));
    if (due.length + dirs.length > 0) {
      await this.#look(due, dirs.reverse());
      return true;
    }
    const isBuried = await this.#bury(nowMs);
    if (this.#pace.isScanning && this.#reader.size + this.#burials.size === 0) {
      this.#pace.end(this.#context.ports.clock.mono());
      this.#context.disks.looked();
      this.#context.tally.endScan();
      this.#burials.forgetConfirmation();
    }
    if (!this.#pace.isScanning) await this.#endFirstLook(group.signal);
    if (!this.#pace.isScanning && this.#reader.size === 0) this.#context.tally.rest();
    return isBuried;
  }

  async #endFirstLook(signal: AbortSignal): Promise<void> {
    const owed = await endDoubt(this.#context, signal);
    const waiting = owed.length > 0 ? this.#notLookedAt() : NONE;
    for (const path of owed) if (!isAmong(waiting, path)) this.#note(path, 0, true);
    const { firstLook, superseded, disks } = this.#context;
    const { isOver, freed } = await superseded.release(() => this.#notLookedAt());
    // No more than these: what failed and waits for its time would be tried again at each end of a look.
    const paths = disks.takeFreed() || firstLook.isAwaited ? 'all' : freed;
    firstLook.isAwaited = false;
    if (isOver || paths.length > 0) await this.#onLooked(paths);
  }

  /** Disk paths of which nobody can say yet what stands there. */
  #notLookedAt(): ReadonlySet<string> {
    const { unsettled, store } = this.#context;
    const seen = [...this.#dirty.paths(), ...this.#reader.paths(), ...this.problems.paths()];
    return new Set([...seen, ...[...unsettled.keys()].map((path) => diskPathOf(store, path))]);
  }

  #beginScan(nowMs: number): void {
    this.#pace.begin(nowMs);
    this.#context.tally.beginScan(this.#context.ledger.entries);
    this.#dirs.length = 0;
    this.#dirs.push({ path: '', isTree: true });
  }

  #waitMs(): number {
    const nowMs = this.#context.ports.clock.mono();
    const times = [
      this.#pace.dueMs(),
      this.#dirty.nextDueMs(),
      this.problems.nextDueMs(),
      this.#burials.dueMs(),
      this.#context.unsynced.doubt.dueMs,
    ];
    return Math.max(1, Math.min(...times.filter((time) => time !== undefined)) - nowMs);
  }

  #lookAgain(diskPath: string): void {
    const dir = this.#observed.tellerOf(diskPath);
    if (dir === undefined) this.#note(diskPath, 0, true);
    else this.#listSoon(dir);
  }

  /** What is in it; unless it is a tree, of what is below it only what is new. */
  #listSoon(path: string, isTree = false): void {
    const at = this.#dirs.findIndex((each) => each.path === path);
    if (at < 0) this.#dirs.unshift({ path, isTree });
    else if (isTree) this.#dirs[at] = { path, isTree };
    this.#wake.ring();
  }

  #note(path: string, afterMs: number, isTree: boolean): void {
    // Of the root itself nothing is recorded; what matters is what stands in it.
    if (path === '') this.#listSoon(path, isTree);
    else this.#dirty.note(path, { nowMs: this.#context.ports.clock.mono(), afterMs, isTree });
    this.#wake.ring();
  }

  async #look(due: readonly ToLook[], toList: readonly ToLook[]): Promise<void> {
    const { disk, clock } = this.#context.ports;
    const wanted = due.filter((each) => this.#isWanted(each.path));
    const { isConfirmed } = this.#burials;
    const asked = { paths: wanted, dirs: toList, isConfirmed };
    const { paths, dirs, strange, first } = await admitKnownDisks(this.#context, asked);
    for (const path of strange) this.#observed.holdMount(path);
    for (const path of first) this.#listSoon(path, true);
    if (paths.length + dirs.length === 0) return;
    const readAtMs = clock.now();
    const sequence = this.#context.store.lastSequence();
    const args = {
      root: this.#context.root,
      dirs: dirs.map(({ path }) => path),
      paths: paths.map(({ path }) => path),
    };
    const found = await disk.run('look', args, { urgency: 1 });
    for (const dir of found.dirs) {
      if (dir.outcome === 'listed') this.#context.tally.looked(dir.entries.length);
    }
    const looked = { readAtMs, sequence, device: found.device, isConfirmed };
    const findings = noFindings();
    classifyLook(this.#context, { asked: { paths, dirs }, found, looked }, findings);
    await this.#act(findings);
  }

  #isWanted(diskPath: string): boolean {
    const path = toPath(diskPath);
    if (path !== undefined && this.#context.rules.isExcluded(path, undefined)) return false;
    if (path === undefined || !this.#context.busy.has(path)) return true;
    this.#note(diskPath, REST_MS, true);
    return false;
  }

  async #act(findings: Findings): Promise<void> {
    const nowMs = this.#context.ports.clock.mono();
    for (const { dir, problems } of findings.listings) this.#observed.takeListing(dir, problems);
    for (const path of findings.absent) this.#observed.forget(path);
    this.#observed.clear(findings.well);
    for (const path of [...findings.well, ...findings.there]) this.#burials.remove(path);
    for (const { path, code } of findings.problems) this.#observed.report(path, code);
    this.#dirs.push(...findings.directories.reverse().map((path) => ({ path, isTree: true })));
    for (const { path, isTree } of findings.doubts) this.#note(path, 0, isTree);
    for (const { path, isTree } of findings.toList) this.#listSoon(path, isTree);
    for (const path of findings.outrun) this.#note(path, AGAIN_MS, false);
    for (const row of findings.gone) this.#burials.add(row, nowMs);
    await this.#record(findings.sightings);
    await this.#reader.read(findings.unread);
  }

  async #record(sightings: readonly Sighting[]): Promise<void> {
    const { sound, damaged } = sortDamage(this.#context, sightings);
    for (const path of await record(this.#context, sound)) this.#note(path, AGAIN_MS, false);
    this.#observed.clear(sound.map(({ diskPath }) => diskPath));
    if (damaged.length === 0) return;
    for (const path of await repair(this.#context, damaged))
      this.#observed.report(path, 'CONTENT_DAMAGED');
  }

  /** Records deletions last: when nothing else is waiting, or when they have waited long. */
  async #bury(nowMs: number): Promise<boolean> {
    const proved = await this.#burials.take({ nowMs, isBusy: this.#reader.size > 0 });
    if (proved === undefined) return false;
    await this.#record(proved.map(sightingOfGone));
    return true;
  }
}
