/**
 * What is put into a directory that a person moves away at that very moment goes with it. It must not be recorded where it does
 * not stand: it would count as deleted there.
 */

import type { FileProgram } from '../../ports/file-system.ts';
import type { Applied, ApplyItem } from './change.ts';
import { type Reach, splitDisk } from './reach.ts';

export class Placements {
  /** Disk paths of directories that were found to be somewhere else. */
  readonly #moved = new Set<string>();
  /** The directory that got something, and whose place was not asked for since; several items in a row share it. */
  #filled: string | undefined;

  /** The directory of the last item, to be kept open. */
  get filled(): string | undefined {
    return this.#filled;
  }

  /**
   * The open directory does not stand at its path any more. Was it removed, it was emptied before: then what was put there is
   * gone, and nothing can follow it.
   */
  *hasGone(dir: string, reach: Reach): FileProgram<void> {
    if (yield* reach.isSomewhere(dir)) this.#moved.add(dir);
  }

  /** Called before an item that goes into `next`, and after the last one. */
  *proceedTo(next: string | undefined, reach: Reach): FileProgram<void> {
    const dir = this.#filled;
    if (dir === undefined || dir === next) return;
    this.#filled = undefined;
    if (!(yield* reach.isInPlace(dir))) yield* this.hasGone(dir, reach);
  }

  /** Called after an item. */
  note(item: ApplyItem, applied: Applied): void {
    if (isPlaced(item, applied)) this.#filled = splitDisk(item.diskPath).parent;
  }

  /** What became of it, now that all is done. */
  settled(item: ApplyItem, applied: Applied): Applied {
    if (!isPlaced(item, applied) || !this.#hasFollowed(item)) return applied;
    const waits = applied.isDisplaced ? { isDisplaced: true as const } : {};
    return { outcome: 'changed', made: applied.made, ...waits };
  }

  #hasFollowed({ diskPath }: ApplyItem): boolean {
    if (this.#moved.size === 0) return false;
    for (let dir = diskPath; dir !== ''; ) {
      dir = splitDisk(dir).parent;
      if (this.#moved.has(dir)) return true;
    }
    return false;
  }
}

function isPlaced(
  { kind }: ApplyItem,
  applied: Applied,
): applied is Applied & { readonly outcome: 'done' } {
  return kind !== 'delete' && applied.outcome === 'done';
}
