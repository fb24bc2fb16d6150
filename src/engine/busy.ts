/** The paths of the group under way, and who waits for its end. */

import type { RelPath } from '../model/path.ts';

export class Busy {
  readonly #paths = new Set<RelPath>();
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

  /** Resolves when none of the paths is busy. */
  async allFree(paths: readonly RelPath[]): Promise<void> {
    while (this.#paths.size > 0 && paths.some((path) => this.#paths.has(path))) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}
