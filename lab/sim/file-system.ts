/** ports/file-system over a simulated disk, for one life of a program: its handles die with it, the disk does not. */

import { assert } from '../../src/base/assert.ts';
import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type {
  DirHandle,
  DirListing,
  DirName,
  FileCall,
  FileHandle,
  FileStatus,
  FileSystem,
  FileSystemAbilities,
} from '../../src/ports/file-system.ts';
import { accessFor, CHANGE, checkAccess, ENTER, isOnePart, READ } from './access.ts';
import { errorOf, type FaultOrder, type FileFaults } from './file-faults.ts';
import { FileStatuses } from './file-status.ts';
import type { FileTree, Place } from './file-tree.ts';
import type { Inode } from './inode.ts';
import { OpenHandles } from './open-handles.ts';
import { resolvePath } from './resolve-path.ts';
import { renameEntry } from './tree-rename.ts';

const OPENS: ReadonlySet<FileCall['call']> = new Set(['openRoot', 'openDir', 'openFile']);

type CallOf<Name extends FileCall['call']> = Extract<FileCall, { call: Name }>;

export class SimFileSystem implements FileSystem {
  readonly #tree: FileTree;
  readonly #faults: FileFaults | undefined;
  readonly #open: OpenHandles;
  readonly #statuses: FileStatuses;

  constructor(tree: FileTree, faults?: FileFaults) {
    this.#tree = tree;
    this.#open = new OpenHandles(tree);
    this.#statuses = new FileStatuses(tree.traits.options, (inode) => tree.isMountRoot(inode));
    this.#faults = faults;
  }

  /** Handles that are open: a program that ended should have left none. */
  get openHandles(): number {
    return this.#open.size;
  }

  /** What an open handle is on, for those who look on. */
  inodeOf(handle: number): Inode {
    return this.#open.of(handle).inode;
  }

  /** The program dies: the kernel closes what it had open. Not after a power cut, when nothing is left to close. */
  die(): void {
    for (const handle of this.#open.all()) this.#open.close(handle);
  }

  execute(call: FileCall): unknown {
    const order = this.#faults?.check(call);
    return order === undefined ? this.#execute(call) : this.#fail(call, order);
  }

  /** What a call that was ordered to fail does nevertheless, and its error. */
  #fail(call: FileCall, order: FaultOrder): never {
    if (call.call === 'sync') this.#tree.journal.syncFailed(this.#open.of(call.handle).inode);
    if (call.call === 'syncFileSystem') {
      this.#tree.journal.syncFailed(undefined);
      this.#tellErrors(call);
    }
    if (order.late === true) {
      const done = this.#execute(call);
      if (OPENS.has(call.call) && done !== undefined) this.#open.close(done as number);
    } else if (call.call === 'write' && order.part !== undefined) {
      const bytes = call.bytes.subarray(0, Math.floor(call.bytes.length * order.part));
      this.#execute({ ...call, bytes });
    }
    throw errorOf(order, call);
  }

  #execute(call: FileCall): unknown {
    const tree = this.#tree;
    switch (call.call) {
      case 'openRoot':
        return this.#openRoot(call.path);
      case 'openDir':
        return this.#openDir(call);
      case 'openFile':
        return this.#openFile(call);
      case 'close':
        return this.#open.close(call.handle);
      case 'list':
        return this.#list(this.#dir(call.dir));
      case 'status':
        return this.#status(call);
      case 'statusOf':
        return this.#statuses.of(this.#open.of(call.handle).inode);
      case 'abilities':
        return this.#abilities(call.dir);
      case 'read':
        return this.#read(call);
      case 'write':
        return this.#write(call);
      case 'truncate':
        return tree.truncate(this.#writable(call.file, 'FILE_UNSUPPORTED'), call.size);
      case 'sync':
        return this.#sync(this.#open.of(call.handle).inode);
      case 'syncFileSystem':
        assert(tree.traits.options.syncsAsOne ?? true, 'syncFileSystem where it does nothing');
        tree.journal.syncAll();
        if (this.#tellErrors(call)) throw new KithError('FILE_FAILED', { call: call.call });
        return undefined;
      case 'setMode':
        return tree.setMode(this.#open.of(call.handle).inode, call.mode);
      case 'setTime':
        return tree.setTime(this.#open.of(call.handle).inode, call.mtime);
      case 'makeDir':
        tree.make(this.#making(call), 'directory', { mode: 0o700 });
        return undefined;
      case 'makeLink':
        tree.make(this.#making(call), 'symlink', { mode: 0o777, target: call.target.slice() });
        return undefined;
      case 'readLink':
        return this.#readLink(call);
      case 'rename':
        return this.#rename(call);
      case 'removeFile':
        return tree.removeFile(this.#removing(call));
      case 'removeDir':
        return tree.removeDir(this.#removing(call));
    }
  }

  #rename({ from, to, how }: CallOf<'rename'>): void {
    renameEntry(this.#tree, {
      from: this.#entered(from),
      to: this.#entered(to),
      style: how,
      mayWrite: (inode, bits = CHANGE) => this.#check(inode, bits),
    });
  }

  #abilities(handle: DirHandle): FileSystemAbilities {
    this.#dir(handle);
    const { options, freeBytes } = this.#tree.traits;
    return { syncsAsOne: options.syncsAsOne ?? true, freeBytes };
  }

  #openRoot(path: string): DirHandle | undefined {
    this.#open.checkRoom();
    const found = resolvePath(this.#tree, path, (dir) => this.#check(dir, ENTER));
    if (found === undefined) return undefined;
    if (found.kind !== 'directory') throw new KithError('FILE_NOT_DIRECTORY', { path });
    this.#check(found, ENTER);
    return this.#openFound(found);
  }

  #openDir(call: CallOf<'openDir'>): DirHandle | undefined {
    this.#open.checkRoom();
    const found = this.#tree.at(this.#place(call));
    if (found === undefined) return undefined;
    const { name } = call;
    if (found.kind === 'symlink') throw new KithError('FILE_IS_LINK', { name });
    if (found.kind !== 'directory') throw new KithError('FILE_NOT_DIRECTORY', { name });
    return this.#openFound(found);
  }

  #openFile(call: CallOf<'openFile'>): FileHandle | undefined {
    this.#open.checkRoom();
    const { name } = call;
    if (call.for === 'create') {
      const made = this.#tree.make(this.#making(call), 'file', { mode: 0o600 });
      return this.#open.add(made, 'create') as FileHandle;
    }
    const found = this.#tree.at(this.#place(call));
    if (found === undefined) return undefined;
    if (found.kind === 'symlink') throw new KithError('FILE_IS_LINK', { name });
    const isDirectory = found.kind === 'directory';
    // A directory is refused to writers at once, to readers when it has been opened.
    if (!isDirectory || call.for === 'read') this.#check(found, accessFor(call.for));
    if (isDirectory) throw new KithError('FILE_IS_DIRECTORY', { name });
    if (found.kind === 'other') throw new KithError('FILE_UNSUPPORTED', { name });
    if (call.for === 'write') this.#tree.traits.checkWritable();
    return this.#open.add(found, call.for) as FileHandle;
  }

  #openFound(dir: Inode): DirHandle {
    this.#check(dir, READ);
    return this.#open.add(dir, 'directory') as DirHandle;
  }

  #sync(inode: Inode): void {
    this.#tree.journal.sync(inode);
    if (this.#tree.journal.takeError(inode)) throw new KithError('FILE_FAILED', { call: 'sync' });
  }

  /** As Linux does it: a handle tells of errors since it was opened, each once, and of one before that nobody was told of. */
  #tellErrors({ dir, witness }: CallOf<'syncFileSystem'>): boolean {
    const open = this.#open.of(witness ?? dir);
    const { errors } = this.#tree.journal;
    const isNews = open.told < errors.count;
    open.told = errors.count;
    errors.tell();
    return isNews;
  }

  #list(dir: Inode): DirListing {
    // The host opens the directory anew for it.
    this.#check(dir, READ);
    const names: string[] = [];
    const undecodable: string[] = [];
    for (const entry of dir.entries.values()) {
      if (entry.undecodable) undecodable.push(entry.name);
      else names.push(entry.name);
    }
    // In no order that a program could come to rely on, yet the same in every telling.
    const turn = names.length === 0 ? 0 : (dir.uid * 7) % names.length;
    return { names: [...names.slice(turn), ...names.slice(0, turn)], undecodable };
  }

  #status(call: CallOf<'status'>): FileStatus | undefined {
    const found = this.#tree.at(this.#place(call));
    return found && this.#statuses.of(found);
  }

  #read({ file, into, position }: CallOf<'read'>): number {
    const { inode, purpose } = this.#open.of(file);
    assert(purpose !== 'directory', 'a directory handle where a file is needed');
    const part = inode.bytes().subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  #write({ file, bytes, position }: CallOf<'write'>): void {
    // Nothing is written by no call at all.
    if (bytes.length > 0) this.#tree.write(this.#writable(file), bytes, position);
    else this.#open.of(file);
  }

  #readLink(call: CallOf<'readLink'>): Uint8Array {
    const found = this.#tree.at(this.#place(call));
    if (found === undefined) throw new KithError('FILE_GONE', { name: call.name });
    if (found.kind !== 'symlink') throw new KithError('FILE_CHANGED', { name: call.name });
    return found.target.slice();
  }

  #dir(handle: DirHandle): Inode {
    const { inode, purpose } = this.#open.of(handle);
    assert(purpose === 'directory', 'a file handle where a directory is needed');
    return inode;
  }

  /** What the kernel says of a handle for reading alone is EBADF to a write and EINVAL to a cut. */
  #writable(handle: FileHandle, otherwise: ErrorCode = 'FILE_FAILED'): Inode {
    const open = this.#open.of(handle);
    if (open.purpose !== 'write' && open.purpose !== 'create') {
      throw new KithError(otherwise, { what: 'not open for writing' });
    }
    open.wrote = true;
    return open.inode;
  }

  /** The kernel first sees whether the name is taken, then whether it may be made. */
  #making(at: DirName): Place {
    const place = this.#place(at);
    if (place.dir.links > 0 && this.#tree.entry(place) === undefined)
      this.#check(place.dir, CHANGE);
    return place;
  }

  /** And so for a name that is to go. */
  #removing(at: DirName): Place {
    const place = this.#place(at);
    if (this.#tree.entry(place) !== undefined) this.#check(place.dir, CHANGE);
    return place;
  }

  #place(at: DirName): Place {
    const place = this.#entered(at);
    // In a directory that was removed the kernel does not look at the name.
    if (place.dir.links > 0) this.#tree.traits.names.checkLength(place.name);
    return place;
  }

  #entered({ dir: handle, name }: DirName): Place {
    assert(isOnePart(name), 'a name is one part of a path');
    const dir = this.#dir(handle);
    this.#check(dir, ENTER);
    return { dir, name };
  }

  #check(inode: Inode, bits: number): void {
    checkAccess(this.#tree.traits, inode, bits);
  }
}
