/**
 * On which disk a value stands. For each value that was asked for it is kept where it was found last: as long as it still stands
 * there, nothing has to be looked through.
 */

import type { FileTree } from '../sim/file-tree.ts';
import type { Inode } from '../sim/inode.ts';

/** A file, and the disk that it is on. */
interface Found {
  readonly tree: FileTree;
  readonly inode: Inode;
}

export class ValuePlaces {
  readonly #trees: readonly FileTree[];
  #found = new Map<string, Found>();

  constructor(trees: readonly FileTree[]) {
    this.#trees = trees;
  }

  /**
   * True if a file on any of the disks, but not this one, has the value as its content, wherever it stands. Cost: that of a
   * look at one file, or at all if it is not where it was.
   */
  isAnywhere(value: string, but?: Inode): boolean {
    if (this.#isWhereItWas(value, but)) return true;
    const found = new Map<string, Found>();
    for (const tree of this.#trees) collect(tree, { dir: tree.root, but, into: found });
    this.#found = found;
    return found.has(value);
  }

  #isWhereItWas(value: string, but: Inode | undefined): boolean {
    const known = this.#found.get(value);
    if (known === undefined || known.inode === but || known.inode.text() !== value) return false;
    return isThere(known);
  }
}

/** From name to name it is still reached from the root of its disk. */
function isThere({ tree, inode }: Found): boolean {
  for (let at = inode; at !== tree.root; ) {
    const dir = at.parent;
    if (dir === undefined || at.links === 0) return false;
    const entry = tree.entry({ dir, name: at.name })?.inode;
    if (entry !== at && entry?.mounted !== at) return false;
    at = dir;
  }
  return true;
}

function collect(
  tree: FileTree,
  { dir, but, into }: { dir: Inode; but: Inode | undefined; into: Map<string, Found> },
): void {
  if (dir.mounted !== undefined) collect(tree, { dir: dir.mounted, but, into });
  for (const { inode } of dir.entries.values()) {
    if (inode.kind === 'directory') collect(tree, { dir: inode, but, into });
    else if (inode.kind === 'file' && inode !== but) into.set(inode.text(), { tree, inode });
  }
}
