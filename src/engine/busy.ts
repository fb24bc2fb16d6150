/** The paths of the group under way, and who waits for its end. */

import type { RelPath } from '../model/path.ts';

export class Busy {
  readonly #paths = new Set<RelPath>();
  /** News waits to be taken of these; how often each is named. */
  readonly #awaited = new Map<RelPath, number>();
  #waiting: (() => void)[] = [];

  add(path: RelPath): void {
    this.#paths.add(path);
  }

  has(path: RelPath): boolean {
    return this.#paths.has(path);
  }

  /** The group is over, or the folder is. */
  clear(): void {
    this.#paths.clear();
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** News of the path waits to be taken: nothing more is put in place there meanwhile. */
  isAwaited(path: RelPath): boolean {
    return this.#awaited.has(path);
  }

  /** Runs `work` when none of the paths is busy; none becomes so before it is over. */
  async whileFree(paths: readonly RelPath[], work: () => Promise<void>): Promise<void> {
    for (const path of paths) this.#awaited.set(path, (this.#awaited.get(path) ?? 0) + 1);
    try {
      await this.#allFree(paths);
      await work();
    } finally {
      for (const path of paths) this.#release(path);
    }
  }

  #release(path: RelPath): void {
    const others = (this.#awaited.get(path) ?? 1) - 1;
    if (others > 0) this.#awaited.set(path, others);
    else this.#awaited.delete(path);
  }

  async #allFree(paths: readonly RelPath[]): Promise<void> {
    while (this.#paths.size > 0 && paths.some((path) => this.#paths.has(path))) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}
