/** Paths on the disk that may have changed, and when each is at rest enough to be looked at. Bounded: beyond, all is doubted. */

/** Unchanged for this long, a file that is being written counts as at rest. */
export const REST_MS = 50;
/** A file that never rests is taken after this long. */
const PATIENCE_MS = 60_000;
/** Paths kept apart. */
const MOST = 65_536;

interface Doubt {
  readonly dueMs: number;
  readonly sinceMs: number;
  readonly isTree: boolean;
}

/** A disk path. `isTree`: with all below it. */
export interface ToLook {
  readonly path: string;
  readonly isTree: boolean;
}

export class Dirty {
  readonly #doubts = new Map<string, Doubt>();
  /** None is at rest before: asked at every step, when most of the time nothing is. */
  #earliestMs = Number.POSITIVE_INFINITY;
  #isOverflown = false;

  /** Notes a path; `afterMs` is how long it has to stay unmentioned. `nowMs` is monotonic. */
  note(
    path: string,
    when: { readonly nowMs: number; readonly afterMs: number; readonly isTree: boolean },
  ): void {
    const before = this.#doubts.get(path);
    if (before === undefined && this.#doubts.size >= MOST) {
      this.#isOverflown = true;
      return;
    }
    const sinceMs = before?.sinceMs ?? when.nowMs;
    const dueMs = Math.min(when.nowMs + when.afterMs, sinceMs + PATIENCE_MS);
    this.#doubts.set(path, { dueMs, sinceMs, isTree: when.isTree || before?.isTree === true });
    this.#earliestMs = Math.min(this.#earliestMs, dueMs);
  }

  /** True once after paths were dropped: everything has to be looked at. */
  takeOverflow(): boolean {
    const was = this.#isOverflown;
    this.#isOverflown = false;
    return was;
  }

  get size(): number {
    return this.#doubts.size;
  }

  paths(): Iterable<string> {
    return this.#doubts.keys();
  }

  /** At most `limit` paths that are at rest by now, taken out. */
  takeDue(nowMs: number, limit: number): readonly ToLook[] {
    const due: ToLook[] = [];
    if (this.#earliestMs > nowMs) return due;
    for (const [path, doubt] of this.#doubts) {
      if (doubt.dueMs > nowMs) continue;
      this.#doubts.delete(path);
      due.push({ path, isTree: doubt.isTree });
      if (due.length >= limit) return due;
    }
    this.#earliestMs = this.nextDueMs() ?? Number.POSITIVE_INFINITY;
    return due;
  }

  /** When the next one is at rest; undefined if nothing is dirty. */
  nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const { dueMs } of this.#doubts.values())
      if (next === undefined || dueMs < next) next = dueMs;
    return next;
  }
}
