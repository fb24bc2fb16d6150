/**
 * Rows that a power cut may have made untrue: each until what stands at its path has been looked at, however long that takes.
 * What could not be looked at together with everything else stays in doubt, and is asked for again from time to time.
 */

import type { RelPath } from '../model/path.ts';
import type { Rules } from '../planner/rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';

/** Sequences above `after`, up to `upTo`. */
export interface SequenceRange {
  readonly after: number;
  readonly upTo: number;
}

/** Rows gone through at a time. */
const SLICE = 1000;
/** How often it is seen to that what is left waits for a look. */
const ASK_EVERY_MS = 30_000;

export class Doubt {
  readonly #store: Pick<FolderStore, 'ours' | 'oursAfter'>;
  readonly #rules: Rules;
  readonly #range: SequenceRange | undefined;
  /** Sequences of rows that were looked at before the first look was over. */
  readonly #proved = new Set<number>();
  /** What the first look left out. By path: whoever writes such a row anew has not looked. */
  #left: Set<RelPath> | undefined;
  #dueMs = 0;

  /** `range`: undefined if there was no power cut. */
  constructor(
    { store, rules }: { readonly store: FolderStore; readonly rules: Rules },
    range: SequenceRange | undefined,
  ) {
    this.#store = store;
    this.#rules = rules;
    this.#range = range;
  }

  /** What it is about, as long as anything is left of it. */
  get range(): SequenceRange | undefined {
    return this.#left?.size === 0 ? undefined : this.#range;
  }

  /** The row tells of something that may never have reached the disk. */
  has(row: OurEntry | undefined): boolean {
    if (this.#range === undefined || row === undefined || row.deleted || row.invalid) return false;
    if (this.#left !== undefined) return this.#left.has(row.path);
    const { after, upTo } = this.#range;
    return row.sequence > after && row.sequence <= upTo && !this.#proved.has(row.sequence);
  }

  /** What stands at the row's path was compared with it, and nothing speaks against it; or it is replaced by what does stand there. */
  prove(row: OurEntry): void {
    if (this.#left !== undefined) this.#left.delete(row.path);
    else if (this.#range !== undefined) this.#proved.add(row.sequence);
  }

  /** Everything was looked at, as far as that could be done: what was not stays in doubt. Only the first call tells anything. */
  async endFirstLook(clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#range === undefined || this.#left !== undefined) return;
    const rows = new Map<number, RelPath>();
    let { after } = this.#range;
    for (;;) {
      const slice = this.#store.oursAfter(after, SLICE);
      for (const row of slice) if (this.#isOwed(row)) rows.set(row.sequence, row.path);
      const last = slice.at(-1)?.sequence ?? this.#range.upTo;
      if (last >= this.#range.upTo) break;
      after = last;
      await clock.sleep(0, signal);
    }
    for (const sequence of this.#proved) rows.delete(sequence);
    this.#proved.clear();
    this.#left = new Set(rows.values());
    this.#dueMs = clock.mono() + ASK_EVERY_MS;
  }

  /** When `takeDue` has something to say; monotonic. undefined: never. */
  get dueMs(): number | undefined {
    return this.#left === undefined || this.#left.size === 0 ? undefined : this.#dueMs;
  }

  /** What is left, if its time has come: whoever may be of another mind by now is to look. */
  takeDue(nowMs: number): readonly RelPath[] {
    if (this.#left === undefined || nowMs < this.#dueMs) return [];
    this.#dueMs = nowMs + ASK_EVERY_MS;
    // What was taken for gone, or given up, since.
    for (const path of this.#left) if (!this.has(this.#store.ours(path))) this.#left.delete(path);
    return [...this.#left];
  }

  /** The first look owed it a look. */
  #isOwed(row: OurEntry): boolean {
    return this.has(row) && !this.#rules.isExcluded(row.path, row.kind);
  }
}
