/** The inode numbers of a simulated disk: which are free to be used again. */

import type { DiskOptions } from './disk-options.ts';
import type { Inode } from './inode.ts';

export class InodeNumbers {
  readonly #areReused: boolean;
  #next = 2n;
  #free: bigint[] = [];

  constructor({ inodeNumbers = 'reused' }: DiskOptions) {
    this.#areReused = inodeNumbers !== 'fresh';
  }

  /** The one that was freed last, or a new one. */
  take(): bigint {
    return this.#free.pop() ?? this.#next++;
  }

  free(ino: bigint): void {
    if (this.#areReused) this.#free.push(ino);
  }

  /** Begins anew after a power cut. */
  reset(next: bigint): void {
    this.#next = next;
    this.#free = [];
  }

  /** New numbers, which nothing had before, for all that is below. */
  renew(root: Inode): void {
    this.#free = [];
    const done = new Set<Inode>();
    const open = [root];
    for (let inode = open.pop(); inode !== undefined; inode = open.pop()) {
      if (done.has(inode)) continue;
      done.add(inode);
      inode.ino = this.#next++;
      if (inode.mounted !== undefined) open.push(inode.mounted);
      for (const entry of inode.entries.values()) open.push(entry.inode);
    }
  }
}
