/** Open files that were removed, on disks that give them another name until they are closed (FUSE, NFS). */

import type { DiskTraits } from './disk-traits.ts';
import type { EntryChange } from './file-journal.ts';
import type { DirEntry, Inode } from './inode.ts';

/** What of a tree is needed for it. */
interface HidingParts {
  readonly traits: DiskTraits;
  setNames(changes: readonly EntryChange[], facts: { readonly isUndated: boolean }): void;
  entryFor(name: string, inode: Inode): DirEntry;
  tell(dir: Inode, name: string, kind: 'settled'): void;
}

export class HiddenFiles {
  readonly #hidden = new Set<Inode>();

  /** Gives an open file its other name; false if the disk has no such names, or nobody has it open. */
  hide(
    tree: HidingParts,
    at: { readonly dir: Inode; readonly key: string },
    found: Inode,
  ): boolean {
    const { options, names } = tree.traits;
    if (options.hidesOpen === undefined || found.opens === 0) return false;
    if (found.kind === 'directory') return false;
    const was = at.dir.entries.get(at.key)?.name ?? at.key;
    const name = `${options.hidesOpen}${String(found.uid).padStart(8, '0')}${this.#hidden.size}`;
    const hidden = { dir: at.dir, key: names.keyOf(name), to: tree.entryFor(name, found) };
    const isUndated = options.renamesUndated === true;
    tree.setNames([{ ...at, to: undefined }, hidden], { isUndated });
    this.#hidden.add(found);
    for (const each of [was, name]) tree.tell(at.dir, each, 'settled');
    return true;
  }

  /** True once for a hidden file that nobody has open any more: it can go. */
  isOver(inode: Inode): boolean {
    return this.#hidden.size > 0 && inode.opens === 0 && this.#hidden.delete(inode);
  }
}
