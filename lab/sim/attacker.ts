/**
 * Another user of the same computer, or a program that means no good, at work in a shared directory between any two calls of
 * Kith. Paths are relative to the shared root; each act is one step.
 */

import { KithError } from '../../src/base/error.ts';
import { OUTSIDE } from './canary.ts';
import type { FileTree, Place } from './file-tree.ts';
import type { Inode } from './inode.ts';
import { placeOf, resolvePath } from './resolve-path.ts';
import { renameEntry } from './tree-rename.ts';

/** Where the attacker keeps what is not in its place. */
const ASIDE = '.attacker';

export class SimAttacker {
  readonly #tree: FileTree;
  readonly #root: string;
  #count = 0;

  /** `root`: absolute path of the shared directory. */
  constructor(tree: FileTree, root: string) {
    this.#tree = tree;
    this.#root = root;
  }

  /** Swaps what stands there for a link out of the shared directory, in one step; the result swaps it back. */
  swapForLink(path: string, target = `${OUTSIDE}/${path}`): () => void {
    const aside = this.#aside();
    const bytes = new TextEncoder().encode(target);
    this.#tree.make(aside, 'symlink', { mode: 0o777, target: bytes });
    const swap = (): void =>
      renameEntry(this.#tree, { from: aside, to: this.#place(path), style: 'exchange' });
    swap();
    return () => {
      swap();
      this.#tree.removeFile(aside);
    };
  }

  /** Puts another file in the place of a file or of nothing, by one rename. */
  replace(path: string, content: string): void {
    const from = this.#aside();
    const inode = this.#tree.make(from, 'file', { mode: 0o644 });
    this.#tree.write(inode, new TextEncoder().encode(content), 0);
    this.#tree.closedAfterWriting(inode);
    renameEntry(this.#tree, { from, to: this.#place(path), style: 'replace' });
  }

  /** Gives a file a second name, which may be outside if it begins with a slash. FILE_EXISTS if it is taken. */
  hardLink(path: string, name: string): void {
    const place = name.startsWith('/') ? placeOf(this.#tree, name) : this.#place(name);
    this.#tree.hardLink(this.#inode(path), place);
  }

  /** Changes bytes as through mapped memory before the kernel dates it: size and times stay, nobody is told. */
  editUnseen(path: string, content: string, position = 0): void {
    const inode = this.#inode(path);
    const bytes = new TextEncoder().encode(content);
    if (position + bytes.length > inode.size) throw new KithError('BUG', { what: 'would grow' });
    inode.put(bytes, position);
    this.#tree.journal.changed(inode, { bytes, offset: position });
  }

  /** Changes bytes and puts mtime back; ctime tells of it, as far as the disk has one. */
  editBackdated(path: string, content: string, position = 0): void {
    const inode = this.#inode(path);
    const { mtime } = inode;
    this.#tree.write(inode, new TextEncoder().encode(content), position);
    this.#tree.setTime(inode, mtime);
  }

  /** Shuts something against everybody (mode 000); the result opens it again, unless the power was cut. */
  shut(path: string): () => void {
    const inode = this.#inode(path);
    const { mode } = inode;
    const { generation } = this.#tree;
    this.#tree.setMode(inode, 0);
    return () => {
      if (this.#tree.generation === generation) this.#tree.setMode(inode, mode);
    };
  }

  /** Another disk hides a directory ('' is the shared one itself): empty and, if said, not a disk of its own. */
  hide(path: string, device?: bigint): () => void {
    const dir = this.#inode(path);
    this.#tree.mount(dir, device ?? dir.device);
    return () => this.#tree.unmount(this.#inode(path));
  }

  /** Deletes one file of Kith's own, such as the marker. */
  deleteMarker(): void {
    this.#tree.removeFile(this.#place('.kith/marker'));
  }

  #aside(): Place {
    return { dir: this.#directory(), name: `${ASIDE}-${this.#count++}` };
  }

  /** Beside the shared directory, so that nothing of it is ever in it. */
  #directory(): Inode {
    return placeOf(this.#tree, this.#root).dir;
  }

  #place(path: string): Place {
    return placeOf(this.#tree, `${this.#root}/${path}`);
  }

  #inode(path: string): Inode {
    const found =
      path === '' ? resolvePath(this.#tree, this.#root) : this.#tree.at(this.#place(path));
    if (found === undefined) throw new KithError('FILE_GONE', { path });
    return found;
  }
}
