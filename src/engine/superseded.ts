/**
 * Versions that news has replaced while one of them may stand on the disk and nobody has recorded it: put in place by a run
 * that broke off, or by a group that did. Without them it would be taken for an edit of a person here. Durable, for the
 * next run may break off as well before it has looked.
 */

import type { Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import { compareVersions } from '../model/version.ts';
import { chooseGlobal } from '../planner/global.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import type { Ledger } from './ledger.ts';
import { diskPathOf, isAmong, toPath } from './spelling.ts';

/** Paths gone through at a time. */
const SLICE = 1000;

/** What came of a look. */
export interface Released {
  /** Nothing has to be kept from now on. */
  readonly isOver: boolean;
  /** Nothing is kept of these any more, and they can be planned. */
  readonly freed: readonly RelPath[];
}

export class Superseded {
  readonly #store: FolderStore;
  readonly #ledger: Ledger;
  /** Something may stand on the disk that nobody has recorded. */
  #isOpen: boolean;
  #isAny: boolean;

  /** `isAfterBreak`: the last run did not come to its clean end, or left something unfinished. */
  constructor(
    { store, ledger }: { readonly store: FolderStore; readonly ledger: Ledger },
    { isAfterBreak }: { readonly isAfterBreak: boolean },
  ) {
    this.#store = store;
    this.#ledger = ledger;
    this.#isOpen = isAfterBreak;
    this.#isAny = store.supersededPaths(undefined, 1).length > 0;
  }

  /** True until everything has been looked at that may have been put in place and not recorded. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A group broke off: what it put in place is to be looked at, and is pending from now on. */
  reopen(): void {
    this.#isOpen = true;
  }

  /**
   * News of these paths is about to be taken: what has to be kept of them with it. To be asked for while the change that
   * takes it is built.
   */
  outrun(paths: readonly RelPath[]): readonly Entry[] {
    if (!this.#isOpen) return [];
    const kept = paths.flatMap((path) => (this.has(path) ? [] : (this.#candidate(path) ?? [])));
    if (kept.length > 0) this.#isAny = true;
    return kept;
  }

  /** What was kept of a path. */
  at(path: RelPath): readonly Entry[] {
    const entry = this.#isAny ? this.#store.superseded(path) : undefined;
    return entry === undefined ? [] : [entry];
  }

  /** Something is kept of the path: it is not to be planned before it has been looked at. */
  has(path: RelPath): boolean {
    return this.at(path).length > 0;
  }

  /** Everything has been looked at, but for these disk paths and what is below them. */
  async release(pending: () => ReadonlySet<string>): Promise<Released> {
    if (!this.#isOpen && !this.#isAny) return { isOver: false, freed: [] };
    const waiting = pending();
    const wasOpen = this.#isOpen;
    this.#isOpen = [...waiting].some((diskPath) => this.#mayHide(diskPath));
    const freed = this.#isAny ? await this.#drop(waiting) : [];
    return { isOver: wasOpen && !this.#isOpen, freed };
  }

  /** The version that may stand at the path: what was wanted here, and newer than our row. */
  #candidate(path: RelPath): Entry | undefined {
    const announced = this.#store.announced(path).map(({ entry }) => entry);
    const wanted = chooseGlobal(announced)?.entry;
    if (wanted === undefined || wanted.deleted || wanted.invalid) return undefined;
    const ours = this.#store.ours(path);
    const isNews =
      ours === undefined ||
      ours.invalid ||
      compareVersions(wanted.version, ours.version) === 'newer';
    return isNews ? wanted : undefined;
  }

  /** What may have been put in place stands there, or below. */
  #mayHide(diskPath: string): boolean {
    const path = toPath(diskPath);
    if (path === undefined) return false;
    const ours = this.#store.ours(path);
    if (ours?.kind === 'directory' && !ours.deleted) return true;
    return this.has(path) || this.#candidate(path) !== undefined;
  }

  /** In the ledger's order: what is about to be kept is there by then, or comes after. The paths of which nothing is kept any more. */
  async #drop(waiting: ReadonlySet<string>): Promise<readonly RelPath[]> {
    const freed: RelPath[] = [];
    let [isAnyLeft, after] = [false, undefined as RelPath | undefined];
    do {
      await this.#ledger.change(() => {
        const paths = this.#store.supersededPaths(after, SLICE);
        const over = paths.filter((path) => !isAmong(waiting, diskPathOf(this.#store, path)));
        freed.push(...over);
        isAnyLeft ||= over.length < paths.length;
        after = paths.at(-1);
        if (after === undefined) this.#isAny = isAnyLeft;
        return over.length > 0 ? { dropSuperseded: over } : undefined;
      });
    } while (after !== undefined);
    return freed;
  }
}
