/**
 * Notices what people change: looks at what events name, and at everything at the start, after an overflow and at long
 * intervals; reads what differs from our rows and records it. It never changes the disk.
 */

import { asKithError } from '../base/error.ts';
import { concatBytes } from '../base/bytes.ts';
import { HASH_BYTES, sha256 } from '../base/sha256.ts';
import { TaskGroup } from '../base/task-group.ts';
import { blockCount, blockSizeFor } from '../model/block.ts';
import { parentPath, parseRelPath, type RelPath } from '../model/path.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import type { WatchBatch } from '../ports/watcher.ts';
import {
  classifyGone,
  classifyListed,
  classifyThere,
  type Findings,
  foundOf,
  noFindings,
  type Unread,
} from './classify.ts';
import { type FolderContext, seenOf } from './context.ts';
import { repair, sortDamage } from './damage-control.ts';
import { Dirty, REST_MS } from './dirty.ts';
import { ProblemBook } from './problem-book.ts';
import { splitDisk } from './programs/reach.ts';
import type { Studied } from './programs/study.ts';
import { record, type Sighting } from './recorder.ts';
import { Wake } from './wake.ts';

/** Everything is looked at this often, whatever the events say. */
const SCAN_EVERY_MS = 3_600_000;
/** Directories and paths in one look. */
const LOOK_DIRS = 32;
const LOOK_PATHS = 256;
/** Bytes read in one job. */
const JOB_BYTES = 8 * 1024 * 1024;
const JOB_FILES = 256;
/** Large files read at the same time. */
const LARGE_AT_ONCE = 2;
/** Deletes wait this long for company, so that a move is seen whole, and at most so long. */
const GONE_REST_MS = 100;
const GONE_PATIENCE_MS = 5000;
/** How often it is looked whether something has come back to an emptied folder. */
const ASK_EVERY_MS = 30_000;
/** How soon a path is looked at again that changed under our eyes. */
const AGAIN_MS = 100;

interface Gone {
  readonly row: OurEntry;
  readonly diskPath: string;
}

export class Observer {
  readonly problems = new ProblemBook();
  readonly #context: FolderContext;
  readonly #dirty = new Dirty();
  readonly #wake = new Wake();
  readonly #dirs: string[] = [];
  readonly #gone = new Map<string, Gone>();
  readonly #large = new Map<string, Unread>();
  readonly #reading = new Set<string>();
  #goneFirstMs = 0;
  #goneLastMs = 0;
  #scanDueMs = 0;
  #isScanning = false;
  #isWorking = false;
  #isEmptied = false;
  #mayEmpty = false;
  #blind: string | undefined;

  constructor(context: FolderContext) {
    this.#context = context;
  }

  /** Everything is to be looked at again, soon. With `mayEmpty` a folder that lost everything is believed. */
  rescan(options: { readonly mayEmpty: boolean }): void {
    this.#scanDueMs = 0;
    if (options.mayEmpty) {
      this.#mayEmpty = true;
      [this.#goneFirstMs, this.#goneLastMs] = [0, 0];
    }
    this.problems.retryAll(this.#context.ports.clock.mono());
    this.#wake.ring();
  }

  /** A path on the disk that others have reason to doubt. */
  doubt(diskPath: string, options: { readonly isTree: boolean }): void {
    this.#note(diskPath, 0, options.isTree);
  }

  hear(batch: WatchBatch): void {
    this.#blind = batch.blind;
    if (batch.overflow) this.rescan({ mayEmpty: false });
    for (const event of batch.events) {
      this.#note(event.path, event.kind === 'writing' ? REST_MS : 0, event.kind === 'tree');
    }
  }

  /** What the folder's state is made of. */
  state(): {
    readonly isScanning: boolean;
    readonly isResting: boolean;
    readonly isEmptied: boolean;
    readonly blind: string | undefined;
  } {
    const pending =
      this.#dirty.size + this.#dirs.length + this.#gone.size + this.#large.size + this.#reading.size;
    return {
      isScanning: this.#isScanning,
      isResting: pending === 0 && !this.#isScanning && !this.#isWorking && this.#scanDueMs > 0,
      isEmptied: this.#isEmptied,
      blind: this.#blind,
    };
  }

  /** True if a look at this path is due or under way. */
  isDoubted(diskPath: string): boolean {
    return this.#dirty.has(diskPath) || this.#reading.has(diskPath) || this.#large.has(diskPath);
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
    if (nowMs >= this.#scanDueMs || this.#dirty.takeOverflow()) this.#beginScan(nowMs);
    for (const path of this.problems.takeDue(nowMs)) this.#note(path, 0, true);
    this.#startLarge(group);
    const due = this.#dirty.takeDue(nowMs, LOOK_PATHS);
    const dirs = this.#dirs.splice(Math.max(0, this.#dirs.length - LOOK_DIRS));
    if (due.length + dirs.length > 0) {
      await this.#look(due, dirs.reverse());
      return true;
    }
    const isBuried = await this.#buryGone(nowMs);
    if (this.#isScanning && this.#large.size + this.#reading.size + this.#gone.size === 0) {
      this.#isScanning = false;
      // What was not damaged by now is not damaged by that power cut.
      if (this.problems.nextDueMs() === undefined) this.#context.unsynced.range = undefined;
    }
    return isBuried;
  }

  #beginScan(nowMs: number): void {
    this.#scanDueMs = nowMs + SCAN_EVERY_MS;
    this.#isScanning = true;
    this.#dirs.length = 0;
    this.#dirs.push('');
  }

  #waitMs(): number {
    const nowMs = this.#context.ports.clock.mono();
    const times = [this.#scanDueMs, this.#dirty.nextDueMs(), this.problems.nextDueMs()];
    if (this.#gone.size > 0) times.push(this.#goneDueMs());
    return Math.max(1, Math.min(...times.filter((time) => time !== undefined)) - nowMs);
  }

  #note(path: string, afterMs: number, isTree: boolean): void {
    if (path === '') {
      // Of the root itself nothing is recorded; what matters is what stands in it.
      if (!this.#dirs.includes('')) this.#dirs.unshift('');
    } else {
      this.#dirty.note(path, { nowMs: this.#context.ports.clock.mono(), afterMs, isTree });
    }
    this.#wake.ring();
  }

  async #look(
    due: readonly { readonly path: string; readonly isTree: boolean }[],
    dirs: readonly string[],
  ): Promise<void> {
    const { disk, clock } = this.#context.ports;
    const wanted = due.filter((each) => this.#isWanted(each.path));
    const readAtMs = clock.now();
    const paths = wanted.map((each) => each.path);
    const looked = await disk.run('look', { root: this.#context.root, dirs, paths }, { urgency: 1 });
    const findings = noFindings();
    for (const [index, found] of looked.paths.entries()) {
      const diskPath = paths[index] ?? '';
      const path = toPath(diskPath);
      if (path === undefined) findings.problems.push({ path: diskPath, code: 'PATH_INVALID' });
      else if (found.outcome === 'failed') findings.problems.push({ path: diskPath, code: found.code });
      else if (found.outcome === 'there') {
        this.#gone.delete(diskPath);
        this.#doubtParent(path, diskPath);
        classifyThere(this.#context, { path, diskPath, status: found.status, readAtMs }, findings);
      } else this.#noteGone(path, diskPath, findings);
    }
    const trees = wanted.filter((each) => each.isTree).map((each) => each.path);
    this.#dirs.push(...findings.directories.filter((dir) => trees.includes(dir)).reverse());
    findings.directories.length = 0;
    for (const [index, found] of looked.dirs.entries()) {
      const diskPath = dirs[index] ?? '';
      const path = diskPath === '' ? undefined : toPath(diskPath);
      if (found.outcome === 'failed') findings.problems.push({ path: diskPath, code: found.code });
      else if (found.outcome === 'listed') {
        classifyListed(this.#context, { path, diskPath, listed: found, readAtMs }, findings);
        this.problems.clear(diskPath);
      } else if (diskPath !== '') this.#note(diskPath, 0, true);
    }
    this.#dirs.push(...findings.directories.reverse());
    await this.#act(findings);
  }

  #isWanted(diskPath: string): boolean {
    const path = toPath(diskPath);
    if (path !== undefined && this.#context.rules.isExcluded(path)) return false;
    if (path === undefined || !this.#context.busy.has(path)) return true;
    this.#note(diskPath, REST_MS, false);
    return false;
  }

  /** What holds the path must be a directory by our rows too; its own event may have been missed. */
  #doubtParent(path: RelPath, diskPath: string): void {
    const parent = parentPath(path);
    const row = parent === undefined ? undefined : this.#context.store.ours(parent);
    const isKnown = row?.kind === 'directory' && !row.deleted;
    if (parent !== undefined && !isKnown) this.#note(splitDisk(diskPath).parent, 0, false);
  }

  #noteGone(path: RelPath, diskPath: string, findings: Findings): void {
    this.problems.clear(diskPath);
    const row = this.#context.store.ours(path);
    if (row === undefined || row.deleted) return;
    // Another spelling of the name may stand there, which this spelling's absence does not disprove.
    if ((row.diskPath ?? row.path) !== diskPath) this.#note(row.diskPath ?? row.path, 0, false);
    else classifyGone(this.#context, row, findings);
  }

  async #act(findings: Findings): Promise<void> {
    const nowMs = this.#context.ports.clock.mono();
    for (const path of findings.well) this.problems.clear(path);
    for (const { path, code } of findings.problems) this.#report(path, code, nowMs);
    for (const row of findings.gone) {
      const diskPath = row.diskPath ?? row.path;
      if (this.#gone.size === 0) this.#goneFirstMs = nowMs;
      this.#goneLastMs = nowMs;
      this.#gone.set(diskPath, { row, diskPath });
    }
    await this.#record(findings.sightings);
    const small: Unread[] = [];
    for (const unread of findings.unread) {
      if (unread.status.size > JOB_BYTES) this.#large.set(unread.diskPath, unread);
      else small.push(unread);
    }
    await this.#readSmall(small);
  }

  #report(path: string, code: Parameters<ProblemBook['set']>[1], nowMs: number): void {
    if (!this.problems.has(path)) {
      this.#context.ports.log.write('warn', 'path-held', { folder: this.#context.id, path, code });
    }
    this.problems.set(path, code, nowMs);
  }

  async #record(sightings: readonly Sighting[]): Promise<void> {
    const { sound, damaged } = sortDamage(this.#context, sightings);
    for (const path of await record(this.#context, sound)) this.#note(path, AGAIN_MS, false);
    if (damaged.length === 0) return;
    const nowMs = this.#context.ports.clock.mono();
    for (const path of await repair(this.#context, damaged)) {
      this.#report(path, 'CONTENT_DAMAGED', nowMs);
    }
  }

  async #readSmall(unread: readonly Unread[]): Promise<void> {
    const jobs = cut(unread);
    // Two jobs at once, for two workers; recorded in order as they come.
    for (let at = 0; at < jobs.length; at += 2) {
      const pair = jobs.slice(at, at + 2).map((job) => this.#readJob(job));
      for (const sightings of await Promise.all(pair)) await this.#record(sightings);
    }
  }

  async #readJob(job: readonly Unread[]): Promise<readonly Sighting[]> {
    const { disk, clock } = this.#context.ports;
    const readAtMs = clock.now();
    const paths = job.map((each) => each.diskPath);
    const studied = await disk.run('study', { root: this.#context.root, paths }, { urgency: 1 });
    const sightings: Sighting[] = [];
    for (const [index, found] of studied.entries()) {
      const unread = job[index];
      if (unread === undefined) continue;
      const sighting = sightingOf(unread, found, readAtMs);
      if (sighting !== undefined) {
        this.problems.clear(unread.diskPath);
        sightings.push(sighting);
      } else if (found.outcome === 'failed') {
        this.#report(unread.diskPath, found.code, clock.mono());
      } else this.#note(unread.diskPath, AGAIN_MS, true);
    }
    return sightings;
  }

  #startLarge(group: TaskGroup): void {
    for (const [diskPath, unread] of this.#large) {
      if (this.#reading.size >= LARGE_AT_ONCE) return;
      if (this.#reading.has(diskPath)) continue;
      this.#large.delete(diskPath);
      this.#reading.add(diskPath);
      group.start(async (signal) => {
        try {
          await this.#readLarge(unread, signal);
        } finally {
          this.#reading.delete(diskPath);
          this.#wake.ring();
        }
      });
    }
  }

  async #readLarge(unread: Unread, signal: AbortSignal): Promise<void> {
    const { clock, disk } = this.#context.ports;
    const readAtMs = clock.now();
    const blockSize = blockSizeFor(unread.status.size);
    const total = blockCount(unread.status.size, blockSize);
    const count = Math.max(1, Math.floor(JOB_BYTES / blockSize));
    const parts: Uint8Array[] = [];
    for (let first = 0; first < total; first += 2 * count) {
      signal.throwIfAborted();
      const starts = [first, first + count].filter((start) => start < total);
      const pair = await Promise.all(
        starts.map((start) =>
          disk.run(
            'studyPart',
            {
              root: this.#context.root,
              path: unread.diskPath,
              status: unread.status,
              blockSize,
              first: start,
              count: Math.min(count, total - start),
            },
            { urgency: 2 },
          ),
        ),
      );
      for (const part of pair) {
        if (part.outcome === 'failed') return this.#report(unread.diskPath, part.code, clock.mono());
        if (part.outcome === 'changed') return this.#note(unread.diskPath, AGAIN_MS, true);
        parts.push(part.blocks);
      }
    }
    const found = { outcome: 'file', status: unread.status, blockSize, blocks: concatBytes(parts) } as const;
    const sighting = sightingOf(unread, found, readAtMs);
    if (sighting !== undefined && found.blocks.length === total * HASH_BYTES) {
      await this.#record([sighting]);
    }
  }

  #goneDueMs(): number {
    return Math.min(this.#goneLastMs + GONE_REST_MS, this.#goneFirstMs + GONE_PATIENCE_MS);
  }

  /** Records deletions last: when nothing else is waiting, or when they have waited long; each proved once more. */
  async #buryGone(nowMs: number): Promise<boolean> {
    if (this.#gone.size === 0) {
      this.#isEmptied = false;
      return false;
    }
    const patient = nowMs < this.#goneFirstMs + GONE_PATIENCE_MS;
    if (nowMs < this.#goneDueMs() || (patient && this.#reading.size > 0)) return false;
    const all = [...this.#gone.values()].filter(({ row }) => this.#isStillOurs(row));
    this.#gone.clear();
    const proved = await this.#proveGone(all);
    if (this.#wouldEmpty(proved)) {
      this.#isEmptied = true;
      for (const gone of proved) this.#gone.set(gone.diskPath, gone);
      [this.#goneFirstMs, this.#goneLastMs] = [nowMs + ASK_EVERY_MS, nowMs + ASK_EVERY_MS];
      return false;
    }
    this.#isEmptied = false;
    this.#mayEmpty = false;
    await this.#record(
      proved.map(({ row, diskPath }) => ({
        path: row.path,
        diskPath,
        basedOn: row.sequence,
        found: undefined,
        seen: undefined,
      })),
    );
    return true;
  }

  #isStillOurs(row: OurEntry): boolean {
    return this.#context.store.ours(row.path)?.sequence === row.sequence;
  }

  async #proveGone(all: readonly Gone[]): Promise<readonly Gone[]> {
    const proved: Gone[] = [];
    for (let at = 0; at < all.length; at += LOOK_PATHS) {
      const part = all.slice(at, at + LOOK_PATHS);
      const paths = part.map((gone) => gone.diskPath);
      const args = { root: this.#context.root, dirs: [], paths };
      const looked = await this.#context.ports.disk.run('look', args, { urgency: 1 });
      for (const [index, found] of looked.paths.entries()) {
        const gone = part[index];
        if (gone === undefined) continue;
        if (found.outcome === 'gone') proved.push(gone);
        else if (found.outcome === 'there') this.#note(gone.diskPath, 0, true);
        else this.#report(gone.diskPath, found.code, this.#context.ports.clock.mono());
      }
    }
    return proved;
  }

  /** All that was in the folder is gone at one stroke: a person is asked before others are told. */
  #wouldEmpty(proved: readonly Gone[]): boolean {
    if (this.#mayEmpty || proved.length === 0) return false;
    const going = new Set(proved.map((gone) => gone.row.path));
    let live = 0;
    for (const row of this.#context.store.children(undefined)) {
      if (!row.deleted && !row.invalid && !going.has(row.path)) live++;
    }
    const files = proved.filter((gone) => gone.row.kind !== 'directory').length;
    return live === 0 && files > 0;
  }
}

function toPath(diskPath: string): RelPath | undefined {
  try {
    return parseRelPath(diskPath.normalize('NFC'));
  } catch (error) {
    if (asKithError(error, 'PATH_INVALID') === undefined) throw error;
    return undefined;
  }
}

/** Jobs of bounded bytes and files. */
function cut(unread: readonly Unread[]): readonly (readonly Unread[])[] {
  const jobs: Unread[][] = [];
  let bytes = 0;
  for (const each of unread) {
    const job = jobs.at(-1);
    if (job === undefined || job.length >= JOB_FILES || bytes + each.status.size > JOB_BYTES) {
      jobs.push([each]);
      bytes = each.status.size;
    } else {
      job.push(each);
      bytes += each.status.size;
    }
  }
  return jobs;
}

function sightingOf(unread: Unread, found: Studied, readAtMs: number): Sighting | undefined {
  const { path, diskPath, basedOn } = unread;
  if (found.outcome !== 'file' && found.outcome !== 'symlink') return undefined;
  const content =
    found.outcome === 'file'
      ? { blockSize: found.blockSize, blocks: found.blocks, contentHash: sha256(found.blocks) }
      : { target: found.target, contentHash: sha256(found.target) };
  const seen = seenOf(found.status, readAtMs);
  return { path, diskPath, basedOn, found: foundOf(path, found.status, content), seen };
}
