/**
 * Versions that news has replaced before everything was looked at once, after a run that broke off. One of them may be what
 * that run had put in place and not recorded any more: without them it would be taken for an edit of a person here.
 */

import type { Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import { compareVersions } from '../model/version.ts';
import type { FolderStore } from '../ports/folder-store.ts';

/** Versions kept. Beyond that a copy too many may be made, which is no loss. */
const MOST = 10_000;

export class Superseded {
  readonly #byPath = new Map<RelPath, Entry[]>();
  #isOver: boolean;
  #count = 0;

  /** `isAfterBreak`: the last run did not end cleanly. */
  constructor({ isAfterBreak }: { readonly isAfterBreak: boolean }) {
    this.#isOver = !isAfterBreak;
  }

  /** News of this path is about to be taken: what is announced of it until now, and newer than our row, is kept. */
  note(store: FolderStore, path: RelPath): void {
    if (this.#isOver || this.#count >= MOST) return;
    const ours = store.ours(path);
    const base = ours?.invalid ? undefined : ours;
    for (const { entry } of store.announced(path)) {
      const isNews = base === undefined || compareVersions(entry.version, base.version) === 'newer';
      if (entry.deleted || entry.invalid || !isNews) continue;
      this.#byPath.set(path, [...this.at(path), entry]);
      this.#count += 1;
    }
  }

  /** What was kept of a path, the oldest first. */
  at(path: RelPath): readonly Entry[] {
    return this.#byPath.get(path) ?? [];
  }

  /** Something is kept of the path: it is not to be planned before it has been looked at. */
  has(path: RelPath): boolean {
    return this.#byPath.has(path);
  }

  /** Everything has been looked at, but for paths that still have to be. True if something is not kept any more. */
  release(isPending: (path: RelPath) => boolean): boolean {
    this.#isOver = true;
    const over = [...this.#byPath.keys()].filter((path) => !isPending(path));
    for (const path of over) this.#byPath.delete(path);
    return over.length > 0;
  }
}
