/**
 * ports/file-system on Node: synchronous calls on names in open directories. Anchored through `/proc/self/fd`, which
 * Linux alone has: elsewhere openRoot throws FILE_UNSUPPORTED, for without anchors a swapped link leads out of a folder.
 */

import fs from 'node:fs';
import { assert, assertNever } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import type { Timestamp } from '../model/entry.ts';
import type {
  DirHandle,
  DirName,
  FileCall,
  FileHandle,
  FileStatus,
  FileSystem,
  OpenFor,
  RenameHow,
} from '../ports/file-system.ts';
import { errnoOf, toFileError } from './errno.ts';
import { type SystemCalls, systemCalls } from './ffi.ts';
import { HandleTable } from './file-system-handles.ts';
import { listingAt } from './file-system-listing.ts';
import {
  areInodesUsedUp,
  impossibleName,
  inodesUsedUp,
  isMaking,
  isRemoved,
} from './file-system-making.ts';
import { openDirFd, openFileFd, openRootFd } from './file-system-opening.ts';
import { abilitiesAt, toFileStatus } from './file-system-status.ts';
import { statusFast } from './file-system-statx.ts';

const EXACT_STATS = { bigint: true, throwIfNoEntry: false } as const;

/** The real file system. Its handles belong to it alone; blocks its thread, so it belongs into a worker. */
export class NodeFileSystem implements FileSystem {
  readonly #handles = new HandleTable();

  execute(call: FileCall): unknown {
    try {
      return this.#dispatch(call);
    } catch (error) {
      throw toFileError(this.#named(call, error), factsOf(call));
    }
  }

  /** What an error of the system means that says less than can be found out. */
  #named(call: FileCall, error: unknown): unknown {
    if (!isMaking(call)) return error;
    const dir = this.#handles.fdOf(call.dir);
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return isRemoved(dir) ? error : impossibleName(call.name, error);
    return errno === 'ENOSPC' && areInodesUsedUp(dir) ? inodesUsedUp(call.name, error) : error;
  }

  /** Closes what programs left open. Throws the first error once all is closed. */
  closeAll(): void {
    try {
      this.#handles.closeAll();
    } catch (error) {
      throw toFileError(error, { call: 'close' });
    }
  }

  #dispatch(call: FileCall): unknown {
    switch (call.call) {
      case 'openRoot':
        return this.#openRoot(call.path);
      case 'openDir':
        return this.#openDir(call);
      case 'openFile':
        return this.#openFile(call, call.for);
      case 'close':
        return this.#handles.close(call.handle);
      case 'list':
        return listingAt(this.#handles.pathOf(call.dir));
      case 'status':
        return this.#status(call);
      case 'statusOf':
        return statusOfFd(this.#handles.fdOf(call.handle));
      case 'abilities':
        return abilitiesAt(this.#handles.pathOf(call.dir));
      case 'read':
        return readAll(this.#handles.fileOf(call.file), call.into, call.position);
      case 'write':
        return writeAll(this.#handles.fileOf(call.file), call.bytes, call.position);
      case 'truncate':
        return fs.ftruncateSync(this.#handles.fileOf(call.file), call.size);
      case 'sync':
        return fs.fsyncSync(this.#handles.fdOf(call.handle));
      case 'syncFileSystem':
        return this.#syncFileSystem(call.dir, call.witness);
      case 'setMode':
        return fs.fchmodSync(this.#handles.fdOf(call.handle), call.mode & 0o7777);
      case 'setTime':
        return setTime(this.#handles.fdOf(call.handle), call.mtime);
      case 'makeDir':
        return fs.mkdirSync(this.#handles.pathAt(call), 0o700);
      case 'makeLink':
        return makeLink(this.#handles.pathAt(call), call.target);
      case 'readLink':
        return readLink(this.#handles.pathAt(call));
      case 'rename':
        return this.#rename(call.from, call.to, call.how);
      case 'removeFile':
        return fs.unlinkSync(this.#handles.pathAt(call));
      case 'removeDir':
        return removeDir(this.#handles.pathAt(call));
      default:
        return assertNever(call);
    }
  }

  #openRoot(path: string): DirHandle | undefined {
    assert(path.startsWith('/') && !path.includes('\0'), 'a root is not an absolute path');
    if (process.platform !== 'linux') {
      const why = 'folders need Linux: only there can files be reached without following links';
      throw new KithError('FILE_UNSUPPORTED', { why });
    }
    const fd = openRootFd(path);
    if (fd === undefined) return undefined;
    const root = this.#handles.addDir(fd);
    try {
      this.#handles.proveAnchored(root);
    } catch (error) {
      this.#handles.close(root);
      throw error;
    }
    return root;
  }

  #openDir(at: DirName): DirHandle | undefined {
    const fd = openDirFd(this.#handles.pathAt(at));
    return fd === undefined ? this.#absent(at) : this.#handles.addDir(fd);
  }

  #openFile(at: DirName, purpose: OpenFor): FileHandle | undefined {
    const fd = openFileFd(this.#handles.pathAt(at), purpose);
    return fd === undefined ? this.#absent(at) : this.#handles.addFile(fd);
  }

  #status(at: DirName): FileStatus | undefined {
    const path = this.#handles.pathAt(at);
    const fast = statusFast(at.dir, at.name);
    if (fast !== undefined) return fast;
    const stats = fs.lstatSync(path, EXACT_STATS);
    return stats === undefined ? this.#absent(at) : toFileStatus(stats);
  }

  /** The answer "not there", once it is certain that the right directory was asked. */
  #absent(at: DirName): undefined {
    this.#handles.proveAnchored(at.dir);
  }

  #rename(from: DirName, to: DirName, how: RenameHow): void {
    // Checks both names and both handles; the call itself takes the descriptors.
    this.#handles.pathAt(from);
    this.#handles.pathAt(to);
    const calls = needCalls();
    try {
      calls.rename({ fd: from.dir, name: from.name }, { fd: to.dir, name: to.name }, how);
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL') throw error;
      // The file system knows no such rename, or a directory was to move into itself.
      throw new KithError('FILE_UNSUPPORTED', { call: 'rename', errno: 'EINVAL' }, error);
    }
  }

  #syncFileSystem(dir: DirHandle, witness: DirHandle | undefined): void {
    const { syncsAsOne } = abilitiesAt(this.#handles.pathOf(dir));
    if (!syncsAsOne) throw new KithError('FILE_UNSUPPORTED', { call: 'syncFileSystem' });
    // Descriptors are the process's: one that another thread opened serves here, if it is of the same file system.
    if (witness !== undefined && fs.fstatSync(dir).dev !== fs.fstatSync(witness).dev) {
      throw new KithError('FILE_CROSS_DEVICE', { call: 'syncFileSystem' });
    }
    needCalls().syncfs(witness ?? dir);
  }
}

function factsOf(call: FileCall): { readonly call: string; readonly name?: string } {
  if ('name' in call) return { call: call.call, name: call.name };
  return call.call === 'rename' ? { call: call.call, name: call.to.name } : { call: call.call };
}

function needCalls(): SystemCalls {
  const found = systemCalls();
  if (found.kind === 'found') return found.calls;
  throw new KithError('FILE_UNSUPPORTED', { why: found.why });
}

function readAll(fd: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const got = fs.readSync(fd, into, done, into.length - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const put = fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
    if (put === 0) throw new KithError('FILE_FAILED', { why: 'the system wrote nothing' });
    done += put;
  }
}

function setTime(fd: number, mtime: Timestamp): void {
  const found = systemCalls();
  if (found.kind === 'found') {
    found.calls.setTimes(fd, mtime.s, mtime.ns);
  } else {
    // Node's own call takes a double: some hundred nanoseconds off.
    const seconds = mtime.s + mtime.ns / 1e9;
    fs.futimesSync(fd, seconds, seconds);
  }
}

function makeLink(path: string, target: Uint8Array): void {
  // The system would say ENOENT of an empty target and read one with NUL in part.
  if (target.length === 0 || target.includes(0)) {
    throw new KithError('FILE_NAME_IMPOSSIBLE', { call: 'makeLink', why: 'the target' });
  }
  fs.symlinkSync(Buffer.from(target.buffer, target.byteOffset, target.byteLength), path);
}

function readLink(path: string): Uint8Array {
  try {
    return fs.readlinkSync(path, 'buffer');
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
    throw new KithError('FILE_CHANGED', { call: 'readLink', why: 'no link stands here' }, error);
  }
}

function removeDir(path: string): void {
  try {
    fs.rmdirSync(path);
  } catch (error) {
    // POSIX lets a system say either.
    if (errnoOf(error) !== 'EEXIST') throw error;
    throw new KithError('FILE_NOT_EMPTY', { call: 'removeDir' }, error);
  }
}

/** Of what is open. */
function statusOfFd(fd: number): FileStatus {
  return statusFast(fd, '') ?? toFileStatus(fs.fstatSync(fd, { bigint: true }));
}
