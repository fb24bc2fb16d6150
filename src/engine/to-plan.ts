/** The paths that are to be planned: those there is news of, and from time to time all of them. Bounded. */

import type { RelPath } from '../model/path.ts';
import type { FolderStore } from '../ports/folder-store.ts';

/** Paths kept apart; beyond, all are planned. */
const MOST_PATHS = 50_000;
/** Paths planned in one slice of the main thread. */
const SLICE = 200;

export class ToPlan {
  readonly #store: Pick<FolderStore, 'paths'>;
  readonly #paths = new Set<RelPath>();
  /** A walk over everything, and how far it has come. */
  #walk: { readonly after: RelPath | undefined } | undefined = { after: undefined };

  constructor(store: Pick<FolderStore, 'paths'>) {
    this.#store = store;
  }

  /** There is news of these. */
  add(paths: Iterable<RelPath>): void {
    for (const path of paths) {
      if (this.#paths.size >= MOST_PATHS) {
        this.addAll();
        return;
      }
      this.#paths.add(path);
    }
  }

  /** Everything is planned again, from the beginning. */
  addAll(): void {
    this.#walk = { after: undefined };
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0 && this.#walk === undefined;
  }

  /** Takes out the next paths, at most `most` and no more than one slice; what there is news of first. */
  take(most: number): readonly RelPath[] {
    const limit = Math.min(SLICE, most);
    const slice: RelPath[] = [];
    for (const path of this.#paths) {
      if (slice.length >= limit) return slice;
      this.#paths.delete(path);
      slice.push(path);
    }
    if (this.#walk === undefined || slice.length > 0) return slice;
    const more = this.#store.paths(this.#walk.after, limit);
    this.#walk = more.length === 0 ? undefined : { after: more.at(-1) };
    return more;
  }
}
