/** Problems at paths, and when each is to be tried again by itself. */

import { backoffMs } from '../base/backoff.ts';
import { ERRORS, type ErrorCode } from '../base/error.ts';
import type { Problem } from '../model/problem.ts';

interface Kept {
  readonly problem: Problem;
  readonly attempt: number;
  readonly sinceMs: number;
  readonly retryAtMs: number;
}

/** What another device did not give: as long as the file changes there, that passes by itself. */
const MAY_PASS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['REQUEST_REFUSED', 'BLOCK_MISMATCH']);
const PASSES_MS = 30_000;
const RETRY = { firstMs: 1000, mostMs: 60_000 };
/** Problems kept one by one; of more only the count is known, and a whole look finds them again. */
const MOST = 10_000;

export class ProblemBook {
  readonly #kept = new Map<string, Kept>();

  /** Notes what went wrong at a path; the next try comes later than the one before. `nowMs` is monotonic. */
  set(path: string, code: ErrorCode, nowMs: number): void {
    const before = this.#kept.get(path);
    const attempt = (before?.attempt ?? -1) + 1;
    const sinceMs = before?.sinceMs ?? nowMs;
    if (attempt === 0 && this.#kept.size >= MOST) return;
    const problem = { path, code, text: ERRORS[code].text };
    const retryAtMs = nowMs + backoffMs(attempt, 1, RETRY);
    this.#kept.set(path, { problem, attempt, sinceMs, retryAtMs });
  }

  /** The path is well again. */
  clear(path: string): void {
    this.#kept.delete(path);
  }

  has(path: string): boolean {
    return this.#kept.has(path);
  }

  /** More went wrong than is kept one by one. */
  get isFull(): boolean {
    return this.#kept.size >= MOST;
  }

  paths(): Iterable<string> {
    return this.#kept.keys();
  }

  /** What is wrong at the path; undefined if nothing is known. */
  codeAt(path: string): ErrorCode | undefined {
    return this.#kept.get(path)?.problem.code;
  }

  /** Since when it has not been well, without a break; undefined if it is. */
  sinceMs(path: string): number | undefined {
    return this.#kept.get(path)?.sinceMs;
  }

  /** Paths whose time has come; each is put off as if it had failed again, until it is set or cleared. */
  takeDue(nowMs: number): readonly string[] {
    const due: string[] = [];
    for (const [path, kept] of this.#kept) {
      if (kept.retryAtMs > nowMs) continue;
      due.push(path);
      this.#kept.set(path, { ...kept, retryAtMs: nowMs + RETRY.mostMs });
    }
    return due;
  }

  /** When the next one is due; undefined if there is none. */
  nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const { retryAtMs } of this.#kept.values()) {
      if (next === undefined || retryAtMs < next) next = retryAtMs;
    }
    return next;
  }

  /** Makes everything due at once: what stood in the way may have changed. */
  retryAll(nowMs: number): void {
    for (const [path, kept] of this.#kept) this.#kept.set(path, { ...kept, retryAtMs: nowMs });
  }

  /** All but what may yet pass by itself, sorted by path. */
  list(nowMs: number): readonly Problem[] {
    const kept = [...this.#kept.values()].filter((each) => !mayPass(each, nowMs));
    const problems = kept.map(({ problem }) => problem);
    return problems.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Some may yet pass by itself, and is tried again soon. */
  isAnyPassing(nowMs: number): boolean {
    return [...this.#kept.values()].some((each) => mayPass(each, nowMs));
  }
}

/** What merely moved under our eyes, or is refused for the moment. */
function mayPass({ problem, sinceMs }: Kept, nowMs: number): boolean {
  if (problem.code === 'FILE_CHANGED') return true;
  return MAY_PASS.has(problem.code) && nowMs - sinceMs < PASSES_MS;
}
