/**
 * A simulated disk as its programs see it. The port (sim/file-system) and the people (sim/person) both work on it; every
 * change is noted in the journal, dated by the device's clock and told to those who watch. It is long because names, mounts
 * and contents share that one way of changing; what does not change anything is in the files beside it.
 */

import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import type { FileKind } from '../../src/ports/file-system.ts';
import type { WatchEvent } from '../../src/ports/watcher.ts';
import type { DiskOptions } from './disk-options.ts';
import { DiskTraits } from './disk-traits.ts';
import { type EntryChange, FileJournal, type NamingOptions } from './file-journal.ts';
import { HiddenFiles } from './hidden-files.ts';
import { checkUnmounted, type DirEntry, Inode, kindOfBirth } from './inode.ts';
import { InodeNumbers } from './inode-numbers.ts';
import { MountTable } from './mount-table.ts';
import type { PowerCut } from './power-cut.ts';
import { regrow } from './regrow.ts';
import { setModeOf, setTimeOf, truncateContent, writeContent } from './tree-content.ts';

/** A name in a directory. */
export interface Place {
  readonly dir: Inode;
  readonly name: string;
}

/** Something changed at a name in a directory. */
export type TreeListener = (dir: Inode, name: string, kind: WatchEvent['kind']) => void;

export class FileTree {
  readonly journal = new FileJournal();
  readonly traits: DiskTraits;
  readonly listeners = new Set<TreeListener>();
  #root: Inode;
  #nextUid = 1;
  readonly #numbers: InodeNumbers;
  readonly #table = new MountTable();
  readonly #hidden = new HiddenFiles();
  /** Counts power cuts: what was opened before one is of no use after it. */
  #generation = 0;

  /** `wallMs` is the device's wall clock. */
  constructor(wallMs: () => number, options: DiskOptions = {}) {
    this.traits = new DiskTraits(wallMs, options);
    this.#numbers = new InodeNumbers(options);
    this.#root = this.#newInode('directory', { mode: 0o755, device: 1n });
    this.#root.links = 1;
  }

  get root(): Inode {
    return this.#root;
  }

  get generation(): number {
    return this.#generation;
  }

  /** The entry at a name, whatever the spelling, as far as the disk folds names. */
  entry({ dir, name }: Place): DirEntry | undefined {
    return dir.entries.get(this.traits.names.keyOf(name));
  }

  /** What stands at a name; a mounted root in place of what it hides. */
  at(place: Place): Inode | undefined {
    const found = this.entry(place)?.inode;
    return found?.mounted ?? found;
  }

  /** Makes something new. FILE_EXISTS if the name is taken. */
  make(place: Place, kind: FileKind, facts: { mode: number; target?: Uint8Array }): Inode {
    const isUnknown = kind === 'symlink' && this.traits.options.symlinks === false;
    this.#mayMake(place, isUnknown ? 'FILE_UNSUPPORTED' : undefined);
    const inode = this.#newInode(kind, { ...facts, device: place.dir.device });
    this.setNames([{ ...this.keyed(place), to: this.entryFor(place.name, inode) }]);
    this.tell(place.dir, place.name, kindOfBirth(kind));
    return inode;
  }

  /** Makes a file under a name whose bytes are no UTF-8. */
  makeUndecodable(dir: Inode, escaped: string): Inode {
    this.mayChange({ dir, name: escaped });
    const inode = this.#newInode('file', { mode: 0o600, device: dir.device });
    const to = { name: escaped, inode, undecodable: true };
    this.setNames([{ dir, key: this.traits.names.keyOf(`\0${escaped}`), to }]);
    return inode;
  }

  /** A second name for a file. */
  hardLink(inode: Inode, place: Place): void {
    const isDenied = inode.kind === 'directory' || this.traits.options.hardLinks === false;
    this.#mayMake(place, isDenied ? 'FILE_DENIED' : undefined);
    this.setNames([{ ...this.keyed(place), to: this.entryFor(place.name, inode) }]);
    inode.ctime = this.traits.time();
    this.tell(place.dir, place.name, 'settled');
  }

  /** Writes all, or as much as fits and throws FILE_DISK_FULL. */
  write(inode: Inode, bytes: Uint8Array, position: number): void {
    writeContent(this, inode, { bytes, position });
  }

  /** Cuts, or extends with zeros. */
  truncate(inode: Inode, size: number): void {
    truncateContent(this, inode, size);
  }

  setMode(inode: Inode, mode: number): void {
    setModeOf(this, inode, mode);
  }

  setTime(inode: Inode, mtime: Timestamp): void {
    setTimeOf(this, inode, mtime);
  }

  /** A program closed a file it had written to. */
  closedAfterWriting(inode: Inode): void {
    this.tellOf(inode, 'settled');
  }

  /** Removes a name that is no directory. */
  removeFile(place: Place): void {
    this.mayChange(place);
    const found = this.#found(place);
    if (found.kind === 'directory') throw new KithError('FILE_IS_DIRECTORY', { name: place.name });
    if (this.hideIfOpen(place, found)) return;
    this.setNames([{ ...this.keyed(place), to: undefined }]);
    found.ctime = this.traits.time();
    this.tell(place.dir, place.name, 'settled');
  }

  /** On some disks an open file gets another name instead of none; false if it may go. */
  hideIfOpen(place: Place, found: Inode): boolean {
    return this.#hidden.hide(this, this.keyed(place), found);
  }

  /** Removes an empty directory. */
  removeDir(place: Place): void {
    this.mayChange(place);
    const found = this.#found(place);
    if (found.kind !== 'directory') throw new KithError('FILE_NOT_DIRECTORY', { name: place.name });
    checkUnmounted(found, undefined);
    if (found.entries.size > 0) throw new KithError('FILE_NOT_EMPTY', { name: place.name });
    this.setNames([{ ...this.keyed(place), to: undefined }], { removed: found });
    found.ctime = this.traits.time();
    this.tell(place.dir, place.name, 'settled');
  }

  /** Another, empty file system hides what is below this directory. */
  mount(dir: Inode, device: bigint): Inode {
    const root = this.#born('directory', { mode: 0o755, device });
    root.links = 1;
    this.mountAgain(dir, root);
    return root;
  }

  /** Mounts a file system that was unmounted, with what is on it. */
  mountAgain(dir: Inode, root: Inode): void {
    this.#table.add(dir, root);
  }

  /** Something is mounted, of which this is the root. */
  isMountRoot(inode: Inode): boolean {
    return this.#table.mounts.some(({ root }) => root === inode.uid);
  }

  /** Shows again what was hidden. */
  unmount(root: Inode): void {
    const hidden = root.parent && this.entry({ dir: root.parent, name: root.name })?.inode;
    this.#table.remove(root, hidden);
  }

  /** A handle on it was opened. */
  hold(inode: Inode): void {
    inode.opens += 1;
  }

  /** A handle on it was closed. */
  letGo(inode: Inode): void {
    inode.opens -= 1;
    const { parent, name } = inode;
    if (this.#hidden.isOver(inode) && parent !== undefined) this.removeFile({ dir: parent, name });
    this.#freeIfUnused(inode);
  }

  /** The power fails and comes back: everything is as the platters have it. */
  powerCut(cut: PowerCut): void {
    const { mounts } = this.#table;
    const roots = [this.#root.uid, ...mounts.map(({ root }) => root)];
    const durable = this.journal.cut(cut, roots);
    const grown = regrow(durable, { root: this.#root.uid, mounts });
    this.#generation += 1;
    this.#root = grown.root;
    this.#table.mounts = grown.mounts;
    this.#numbers.reset(grown.nextIno);
    this.traits.resetUsed(grown.used);
  }

  /** A program begins: on a disk whose inode numbers are not stable all have new ones. */
  begun(): void {
    if (this.traits.options.inodeNumbers === 'unstable') this.#numbers.renew(this.#root);
  }

  /** Tells those who watch. */
  tell(dir: Inode, name: string, kind: WatchEvent['kind']): void {
    for (const listener of this.listeners) listener(dir, name, kind);
  }

  #found(place: Place): Inode {
    const found = this.entry(place)?.inode;
    if (found === undefined) throw new KithError('FILE_GONE', { name: place.name });
    return found;
  }

  /** What speaks against a new name, in the kernel's order; `refusal` is why no such thing can be made here. */
  #mayMake(place: Place, refusal?: ErrorCode): void {
    const { name } = place;
    if (place.dir.links === 0) throw new KithError('FILE_GONE', { what: 'directory was removed' });
    this.traits.names.checkLength(name);
    if (this.entry(place) !== undefined) throw new KithError('FILE_EXISTS', { name });
    this.traits.checkWritable();
    if (refusal !== undefined) throw new KithError(refusal, { name });
    this.traits.names.check(name);
  }

  /** FILE_READ_ONLY, or FILE_GONE if the directory itself was removed. */
  mayChange({ dir }: Place): void {
    this.traits.checkWritable();
    if (dir.links === 0) throw new KithError('FILE_GONE', { what: 'directory was removed' });
  }

  /** The place by the key under which the disk finds the name. */
  keyed({ dir, name }: Place): { readonly dir: Inode; readonly key: string } {
    return { dir, key: this.traits.names.keyOf(name) };
  }

  /** A name as the disk keeps it. */
  entryFor(name: string, inode: Inode): DirEntry {
    return { name: this.traits.names.spelling(name), inode, undecodable: false };
  }

  #newInode(kind: FileKind, facts: { mode: number; device: bigint; target?: Uint8Array }): Inode {
    this.traits.takeInode();
    return this.#born(kind, facts);
  }

  #born(kind: FileKind, facts: { mode: number; device: bigint; target?: Uint8Array }): Inode {
    const { options } = this.traits;
    const inode = new Inode({
      uid: this.#nextUid++,
      ino: this.#numbers.take(),
      kind,
      time: this.traits.time(),
      ...facts,
    });
    if (options.fixedModes !== undefined) {
      inode.mode = kind === 'directory' ? options.fixedModes.directory : options.fixedModes.file;
    }
    this.journal.born(inode);
    return inode;
  }

  /** The one place where names change: links, parents, times and the journal go with them. */
  setNames(changes: readonly EntryChange[], facts: NamingOptions = {}): void {
    const { removed, isUndated = false } = facts;
    const time = isUndated ? undefined : this.traits.time();
    const unnamed: Inode[] = [];
    for (const { dir, key, to } of changes) {
      const old = dir.entries.get(key)?.inode;
      if (old !== undefined) {
        old.links -= 1;
        unnamed.push(old);
      }
      if (to === undefined) dir.entries.delete(key);
      else dir.entries.set(key, to);
      if (time === undefined) continue;
      dir.mtime = time;
      dir.ctime = time;
    }
    for (const { dir, to } of changes) {
      if (to === undefined) continue;
      to.inode.links += 1;
      to.inode.parent = dir;
      to.inode.name = to.name;
    }
    this.journal.renamed(changes, { time, removed });
    for (const inode of unnamed) this.#freeIfUnused(inode);
  }

  #freeIfUnused(inode: Inode): void {
    if (inode.links > 0) return;
    inode.parent = undefined;
    if (inode.opens > 0) return;
    this.traits.release(inode.size, 0);
    this.journal.died(inode);
    this.traits.releaseInode();
    this.#numbers.free(inode.ino);
  }

  /** The same for every name that leads to it would be too much: for the one it was given last. */
  tellOf(inode: Inode, kind: WatchEvent['kind']): void {
    if (inode.parent !== undefined) this.tell(inode.parent, inode.name, kind);
  }
}
