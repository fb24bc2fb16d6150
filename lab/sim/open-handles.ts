/** What one program has open on a simulated disk. */

import { assert } from '../../src/base/assert.ts';
import { KithError } from '../../src/base/error.ts';
import type { OpenFor } from '../../src/ports/file-system.ts';
import type { FileTree } from './file-tree.ts';
import type { Inode } from './inode.ts';

/** An open file or directory. */
export interface Open {
  readonly inode: Inode;
  readonly purpose: 'directory' | OpenFor;
  wrote: boolean;
  /** Write errors of the disk up to this one it will not tell of. */
  told: number;
  /** Of the disk when it was opened. */
  readonly staleness: number;
}

export class OpenHandles {
  readonly #tree: FileTree;
  readonly #open = new Map<number, Open>();
  #next = 1;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  get size(): number {
    return this.#open.size;
  }

  all(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** FILE_TOO_MANY_OPEN if no more can be opened: the kernel says so before it looks for the name. */
  checkRoom(): void {
    if (this.#open.size < this.#tree.traits.handleLimit) return;
    throw new KithError('FILE_TOO_MANY_OPEN', { errno: 'EMFILE' });
  }

  add(inode: Inode, purpose: Open['purpose']): number {
    const handle = this.#next++;
    const { told } = this.#tree.journal.errors;
    const { staleness } = this.#tree.traits;
    this.#tree.hold(inode);
    this.#open.set(handle, { inode, purpose, wrote: purpose === 'create', told, staleness });
    return handle;
  }

  /** FILE_FAILED if the disk has become another since it was opened. */
  of(handle: number): Open {
    const open = this.#known(handle);
    const { staleness, options } = this.#tree.traits;
    if (open.staleness !== staleness) throw new KithError('FILE_FAILED', { errno: 'ESTALE' });
    if (open.inode.links === 0 && options.forgetsRemoved === true) {
      throw new KithError('FILE_GONE', { what: 'what is open was removed' });
    }
    return open;
  }

  close(handle: number): undefined {
    const open = this.#known(handle);
    this.#open.delete(handle);
    if (open.wrote) this.#tree.closedAfterWriting(open.inode);
    this.#tree.letGo(open.inode);
    return undefined;
  }

  #known(handle: number): Open {
    const open = this.#open.get(handle);
    assert(open !== undefined, `handle ${handle} is not open`);
    return open;
  }
}
