/** What was complained of already: each path and code is told once, until the path is well again. Bounded. */

import type { ErrorCode } from '../base/error.ts';
import type { Log } from '../ports/log.ts';

/** Complaints kept; beyond, nothing new is told until one of them is over. */
const MOST = 1000;

/** Who complains, and where to. */
export interface ComplaintsParts {
  readonly log: Log;
  /** The event, and what every line of it says. */
  readonly event: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export class Complaints {
  readonly #parts: ComplaintsParts;
  readonly #told = new Map<string, ErrorCode>();

  constructor(parts: ComplaintsParts) {
    this.#parts = parts;
  }

  /** A path on the disk, '' for the folder as a whole, failed with this code. */
  tell(path: string, code: ErrorCode): void {
    if (this.#told.get(path) === code) return;
    if (!this.#told.has(path) && this.#told.size >= MOST) return;
    this.#told.set(path, code);
    const { log, event, facts } = this.#parts;
    log.write('warn', event, { ...facts, path, code });
  }

  /** The path is well. */
  forget(path: string): void {
    this.#told.delete(path);
  }
}
