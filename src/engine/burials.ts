/** Rows that are proved gone, until they are recorded: together, so that a move is seen whole, and each proved once more. */

import type { ErrorCode } from '../base/error.ts';
import type { RelPath } from '../model/path.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { isSuspect } from './classify.ts';
import type { FolderContext } from './context.ts';
import { isHidden } from './mounts.ts';
import { splitDisk } from './programs/reach.ts';
import { diskPathOf } from './spelling.ts';

/** A row whose path is gone. */
export interface Gone {
  readonly row: OurEntry;
  readonly diskPath: string;
}

export interface BurialEvents {
  readonly fail: (diskPath: string, code: ErrorCode) => void;
  /** It is there after all, or may be: it is to be looked at. */
  readonly back: (diskPath: string) => void;
}

/** They wait this long for company, and at most so long. */
const REST_MS = 100;
const PATIENCE_MS = 5000;
/** How often it is looked whether something has come back to an emptied folder. */
const ASK_EVERY_MS = 30_000;
/** Of more it is believed that one is there. */
const LEFT_MOST = 8;
/** Paths proved in one job. */
const LOOK_PATHS = 256;

export class Burials {
  readonly #context: FolderContext;
  readonly #events: BurialEvents;
  readonly #gone = new Map<string, Gone>();
  #firstMs = 0;
  /** Our last sequence when the first of them was gone. */
  #firstSequence = 0;
  #lastMs = 0;
  #isEmptied = false;
  #mayEmpty = false;

  constructor(context: FolderContext, events: BurialEvents) {
    this.#context = context;
    this.#events = events;
  }

  get size(): number {
    return this.#gone.size;
  }

  /** Everything that was in the folder is gone: a person is asked. */
  get isEmptied(): boolean {
    return this.#isEmptied && this.#gone.size > 0;
  }

  /** When the next ones are due; undefined if none wait. */
  dueMs(): number | undefined {
    if (this.#gone.size === 0) return undefined;
    return Math.min(this.#lastMs + REST_MS, this.#firstMs + PATIENCE_MS);
  }

  /** A person has said that what is gone is gone. */
  get isConfirmed(): boolean {
    return this.#mayEmpty;
  }

  /** That everything is gone was meant. */
  confirm(): void {
    this.#mayEmpty = true;
    [this.#firstMs, this.#lastMs] = [0, 0];
  }

  /** A confirmation is for what was gone then, not for what may go later. */
  forgetConfirmation(): void {
    this.#mayEmpty = false;
  }

  add(row: OurEntry, nowMs: number): void {
    const diskPath = row.diskPath ?? row.path;
    if (this.#gone.size === 0) {
      this.#firstMs = nowMs;
      this.#firstSequence = this.#context.store.lastSequence();
    }
    this.#lastMs = nowMs;
    this.#gone.set(diskPath, { row, diskPath });
  }

  /** The path is there. */
  remove(diskPath: string): void {
    this.#gone.delete(diskPath);
  }

  /** Those that are due, each proved gone once more; undefined if it is too early. `isBusy`: what is gone here may turn up elsewhere. */
  async take(now: {
    readonly nowMs: number;
    readonly isBusy: boolean;
  }): Promise<readonly Gone[] | undefined> {
    const due = this.dueMs();
    if (due === undefined) {
      this.#isEmptied = false;
      return undefined;
    }
    const isPatient = now.nowMs < this.#firstMs + PATIENCE_MS;
    if (now.nowMs < due || (isPatient && now.isBusy)) return undefined;
    const all = [...this.#gone.values()];
    this.#gone.clear();
    const proved = await this.#prove(all.filter((gone) => this.#isStillOurs(gone)));
    // Of a row that is another by now nothing is known but that its path has to be looked at.
    for (const gone of all) if (!this.#isStillOurs(gone)) this.#events.back(gone.diskPath);
    if (await this.#wouldEmpty(proved)) {
      this.#isEmptied = true;
      for (const gone of proved) this.#gone.set(gone.diskPath, gone);
      [this.#firstMs, this.#lastMs] = [now.nowMs + ASK_EVERY_MS, now.nowMs + ASK_EVERY_MS];
      return undefined;
    }
    this.#isEmptied = false;
    this.#mayEmpty = false;
    return proved;
  }

  /** By our rows it is what it was, and stands where it is gone: not in another spelling. */
  #isStillOurs({ row, diskPath }: Gone): boolean {
    const now = this.#context.store.ours(row.path);
    return now?.sequence === row.sequence && (now.diskPath ?? now.path) === diskPath;
  }

  async #prove(all: readonly Gone[]): Promise<readonly Gone[]> {
    const proved: Gone[] = [];
    for (let at = 0; at < all.length; at += LOOK_PATHS) {
      const part = all.slice(at, at + LOOK_PATHS);
      const paths = part.map((gone) => gone.diskPath);
      const args = { root: this.#context.root, dirs: [], paths };
      const looked = await this.#context.ports.disk.run('look', args, { urgency: 1 });
      for (const [index, found] of looked.paths.entries()) {
        const gone = part[index];
        if (gone === undefined) continue;
        if (found.outcome === 'gone' && this.#isProof(gone.row, found.isForeign)) proved.push(gone);
        else if (found.outcome === 'gone') this.#events.back(splitDisk(gone.diskPath).parent);
        else if (found.outcome === 'there') this.#events.back(gone.diskPath);
        else this.#events.fail(gone.diskPath, found.code);
      }
    }
    return this.#mayEmpty ? proved : await this.#onKnownDisks(proved);
  }

  /** Without those below a mount point at which by now nothing stands that we know: another disk is mounted there, perhaps. */
  async #onKnownDisks(proved: readonly Gone[]): Promise<readonly Gone[]> {
    const { disks, store } = this.#context;
    const mounts = new Map<RelPath, boolean>();
    const kept: Gone[] = [];
    for (const gone of proved) {
      const mount = disks.above(gone.row.path)?.mount;
      const known = mount && (mounts.get(mount) ?? (await disks.examine(mount)) === 'known');
      if (mount !== undefined && known !== undefined) {
        if (!mounts.has(mount) && !known) this.#events.back(diskPathOf(store, mount));
        mounts.set(mount, known);
      }
      if (known !== false) kept.push(gone);
    }
    return kept;
  }

  #isProof(row: OurEntry, isForeign: boolean | undefined): boolean {
    return this.#mayEmpty || !isHidden(this.#context.store, row, isForeign);
  }

  /** What another device put here since tells nothing of what was here before. */
  #speaks({ sequence, modifiedBy }: OurEntry): boolean {
    return sequence <= this.#firstSequence || modifiedBy === this.#context.self.shortId;
  }

  /** All that was in the folder is gone at one stroke: a person is asked before others are told. */
  async #wouldEmpty(proved: readonly Gone[]): Promise<boolean> {
    if (this.#mayEmpty || proved.length === 0) return false;
    // What a power cut took will be fetched again from whoever has it: nobody has to be asked.
    const isContentGone = proved.some(
      (gone) => gone.row.kind !== 'directory' && !isSuspect(this.#context, gone.row),
    );
    return isContentGone && !(await this.#isAnyLeft(new Set(proved.map(({ row }) => row.path))));
  }

  /** Something else stands in the root. Where little should, it is looked at: it may be gone as well, and nobody knows it yet. */
  async #isAnyLeft(going: ReadonlySet<RelPath>): Promise<boolean> {
    const left: string[] = [];
    for (const row of this.#context.store.children(undefined)) {
      if (row.deleted || row.invalid || going.has(row.path) || !this.#speaks(row)) continue;
      if (left.push(row.diskPath ?? row.path) > LEFT_MOST) return true;
    }
    if (left.length === 0) return false;
    const args = { root: this.#context.root, dirs: [], paths: left };
    const { paths } = await this.#context.ports.disk.run('look', args, { urgency: 1 });
    return paths.some(({ outcome }) => outcome !== 'gone');
  }
}
