/** A person's programs at work on a device's disk, at once and without asking Kith. Paths are relative to the shared root. */

import { KithError } from '../../src/base/error.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import type { FileKind } from '../../src/ports/file-system.ts';
import type { FileTree, Place } from './file-tree.ts';
import type { Inode } from './inode.ts';
import { placeOf, resolvePath } from './resolve-path.ts';
import { renameEntry } from './tree-rename.ts';

/** What stands at a path. `content`: a file's text, a link's target, '' else. */
export interface Standing {
  readonly kind: FileKind;
  readonly content: string;
  readonly mode: number;
  readonly mtime: Timestamp;
}

/** A file that a program holds open for writing. It is of no use after a power cut. */
export interface HeldFile {
  /** Writes behind what is there. */
  append(content: string): void;
  /** Writes over what is there. */
  overwrite(content: string, position: number): void;
  close(): void;
}

export class SimPerson {
  readonly #tree: FileTree;
  /** Absolute path of the shared directory. */
  readonly root: string;

  constructor(tree: FileTree, root: string) {
    this.#tree = tree;
    this.root = root;
  }

  /** Writes in place: cuts the file and writes it anew, or makes it, with the directories above it. */
  write(path: string, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const place = this.#place(path);
    const found = this.#tree.at(place);
    if (found !== undefined && found.kind !== 'file')
      throw new KithError('FILE_IS_DIRECTORY', { path });
    const inode = found ?? this.#tree.make(place, 'file', { mode: 0o644 });
    if (found !== undefined) this.#tree.truncate(inode, 0);
    this.#tree.write(inode, bytes, 0);
    this.#tree.closedAfterWriting(inode);
  }

  /** As editors save: a new file beside it, then a rename over it. */
  save(path: string, content: string): void {
    const place = this.#place(path);
    const beside = { dir: place.dir, name: `.${place.name}.swp` };
    const inode = this.#tree.make(beside, 'file', { mode: 0o644 });
    this.#tree.write(inode, new TextEncoder().encode(content), 0);
    this.#tree.closedAfterWriting(inode);
    renameEntry(this.#tree, { from: beside, to: place, style: 'replace' });
  }

  /** Opens for writing, making the file if need be, and keeps it open. */
  hold(path: string): HeldFile {
    const tree = this.#tree;
    const place = this.#place(path);
    const inode = tree.at(place) ?? tree.make(place, 'file', { mode: 0o644 });
    if (inode.kind !== 'file') throw new KithError('FILE_IS_DIRECTORY', { path });
    const generation = tree.generation;
    const put = (content: string, position: number): void => {
      if (tree.generation !== generation)
        throw new KithError('BUG', { what: 'held over a power cut' });
      tree.write(inode, new TextEncoder().encode(content), position);
    };
    tree.hold(inode);
    return {
      append: (content) => put(content, inode.size),
      overwrite: put,
      close: () => {
        if (tree.generation !== generation) return;
        tree.closedAfterWriting(inode);
        tree.letGo(inode);
      },
    };
  }

  /** Moves, replacing what a rename replaces. */
  rename(from: string, to: string): void {
    const style = 'replace';
    renameEntry(this.#tree, { from: this.#place(from), to: this.#place(to), style });
  }

  /** Removes it with all below it. FILE_GONE if it is not there. */
  delete(path: string): void {
    this.#deleteAt(this.#place(path));
  }

  /** Makes a directory, with those above it. */
  makeDir(path: string): void {
    this.#dir(path);
  }

  makeLink(path: string, target: string): void {
    const bytes = new TextEncoder().encode(target);
    this.#tree.make(this.#place(path), 'symlink', { mode: 0o777, target: bytes });
  }

  makeFifo(path: string): void {
    this.#tree.make(this.#place(path), 'other', { mode: 0o644 });
  }

  /** A file whose name is no UTF-8; `escaped` names it for people. */
  makeUndecodable(escaped: string): void {
    this.#tree.makeUndecodable(this.#dir(''), escaped);
  }

  setMode(path: string, mode: number): void {
    this.#tree.setMode(this.#inode(path), mode);
  }

  setTime(path: string, mtime: Timestamp): void {
    this.#tree.setTime(this.#inode(path), mtime);
  }

  /** A file's text, or undefined if nothing is there. */
  read(path: string): string | undefined {
    const found = resolvePath(this.#tree, `${this.root}/${path}`);
    return found?.text();
  }

  /** All below the root but Kith's own, sorted by path. Links are not followed. */
  tree(): ReadonlyMap<string, Standing> {
    const found = new Map<string, Standing>();
    const root = resolvePath(this.#tree, this.root);
    if (root !== undefined) collect(root, '', found);
    return sorted(found);
  }

  /** What the tree holds at this path, in whatever letters; links are not followed. */
  standing(path: string): Standing | undefined {
    const inode = this.#standingInode(path);
    return inode && standingOf(inode);
  }

  /** What the tree holds at this path and below it, sorted by path. Names below it are in their own letters. */
  below(path: string): ReadonlyMap<string, Standing> {
    const inode = this.#standingInode(path);
    const found = new Map<string, Standing>();
    if (inode === undefined) return found;
    found.set(path, standingOf(inode));
    if (inode.kind === 'directory') collect(inode, `${path}/`, found);
    return sorted(found);
  }

  /** Files by path with their text, sorted. */
  contents(): ReadonlyMap<string, string> {
    const files = [...this.tree()].filter(([, { kind }]) => kind === 'file');
    return new Map(files.map(([path, { content }]) => [path, content]));
  }

  /** What `sync` does on the command line: all so far outlasts a power cut. */
  sync(): void {
    this.#tree.journal.syncAll();
  }

  #deleteAt(place: Place): void {
    const found = this.#tree.entry(place)?.inode;
    if (found?.kind !== 'directory') {
      this.#tree.removeFile(place);
      return;
    }
    // By key: it finds names that are no UTF-8 too.
    for (const name of [...found.entries.keys()]) this.#deleteAt({ dir: found, name });
    this.#tree.removeDir(place);
  }

  #standingInode(path: string): Inode | undefined {
    if (isOwn(path)) return undefined;
    let at = resolvePath(this.#tree, this.root);
    for (const name of path.split('/')) {
      if (at?.kind !== 'directory') return undefined;
      at = this.#tree.at({ dir: at, name });
    }
    return at;
  }

  #inode(path: string): Inode {
    const found = this.#tree.at(this.#place(path));
    if (found === undefined) throw new KithError('FILE_GONE', { path });
    return found;
  }

  #place(path: string): Place {
    const at = path.lastIndexOf('/');
    if (at >= 0) this.#dir(path.slice(0, at));
    return placeOf(this.#tree, `${this.root}/${path}`);
  }

  #dir(path: string): Inode {
    let dir = resolvePath(this.#tree, this.root);
    if (dir === undefined) throw new KithError('FILE_GONE', { path: this.root });
    for (const name of path.split('/').filter((part) => part !== '')) {
      const found = this.#tree.at({ dir, name });
      dir = found ?? this.#tree.make({ dir, name }, 'directory', { mode: 0o755 });
    }
    return dir;
  }
}

function collect(dir: Inode, above: string, into: Map<string, Standing>): void {
  for (const { name, inode: entry } of dir.entries.values()) {
    const path = `${above}${name}`;
    if (isOwn(path)) continue;
    const inode = entry.mounted ?? entry;
    into.set(path, standingOf(inode));
    if (inode.kind === 'directory') collect(inode, `${path}/`, into);
  }
}

function standingOf(inode: Inode): Standing {
  const { kind, mode, mtime } = inode;
  return { kind, content: inode.text(), mode, mtime };
}

/** Kith's own directory, and files of its own elsewhere. */
function isOwn(path: string): boolean {
  return path.includes('.kith') && /^\.kith(?:$|\/)|(?:^|\/)\.kith-[0-9a-f]{32}$/.test(path);
}

function sorted(found: ReadonlyMap<string, Standing>): ReadonlyMap<string, Standing> {
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
