/** Which descriptors are open, and the paths that lead through them. */

import fs from 'node:fs';
import { assert } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import type { DirHandle, DirName, FileHandle } from '../ports/file-system.ts';

/**
 * The descriptors that one file system opened; a handle is the descriptor's number. Linux offers every descriptor as
 * `/proc/self/fd/N`: a path through it starts at that very directory, wherever it was moved and whatever stands in its
 * place. A number that is not open would give ENOENT there, which would be taken for absence: so each use is checked.
 */
export class HandleTable {
  readonly #dirs = new Map<number, string>();
  readonly #files = new Set<number>();

  /** Takes over the open descriptor of a directory. */
  addDir(fd: number): DirHandle {
    const path = `/proc/self/fd/${fd}`;
    this.#dirs.set(fd, path);
    return fd as DirHandle;
  }

  /** Takes over the open descriptor of a file. */
  addFile(fd: number): FileHandle {
    this.#files.add(fd);
    return fd as FileHandle;
  }

  /** The path of an open directory, without a slash at the end; BUG if it is not open. */
  pathOf(dir: DirHandle): string {
    const path = this.#dirs.get(dir);
    assert(path !== undefined, 'a directory handle is used that is not open');
    return path;
  }

  /** The path of a name in an open directory; BUG if the name is not one part of a path. */
  pathAt(at: DirName): string {
    const dir = this.pathOf(at.dir);
    checkName(at.name);
    return `${dir}/${at.name}`;
  }

  /** The descriptor of an open file; BUG if it is not open. */
  fileOf(file: FileHandle): number {
    assert(this.#files.has(file), 'a file handle is used that is not open');
    return file;
  }

  /** The descriptor of an open file or directory; BUG if it is not open. */
  fdOf(handle: DirHandle | FileHandle): number {
    const isOpen = this.#files.has(handle) || this.#dirs.has(handle);
    assert(isOpen, 'a handle is used that is not open');
    return handle;
  }

  /** Closes one. The descriptor is gone even if closing reports an error, as a network file system may. */
  close(handle: DirHandle | FileHandle): void {
    const fd = this.fdOf(handle);
    this.#dirs.delete(fd);
    this.#files.delete(fd);
    fs.closeSync(fd);
  }

  /** Closes everything that is open; the first error is thrown when all are closed. */
  closeAll(): void {
    const failures: unknown[] = [];
    for (const fd of [...this.#files, ...this.#dirs.keys()]) {
      try {
        this.close(fd as FileHandle);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /**
   * ENOENT on a name in `dir` is absence only while `/proc` leads to `dir`; FILE_UNSUPPORTED where it does not (no
   * `/proc` is mounted, or it is another process's).
   */
  proveAnchored(dir: DirHandle): void {
    const through = fs.statSync(`${this.pathOf(dir)}/.`, { bigint: true, throwIfNoEntry: false });
    const itself = fs.fstatSync(dir, { bigint: true });
    if (through?.ino === itself.ino && through.dev === itself.dev) return;
    throw new KithError('FILE_UNSUPPORTED', { why: '/proc does not lead to open files here' });
  }
}

function checkName(name: string): void {
  const isPart = name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
  // An unpaired surrogate would silently become another name.
  assert(isPart && name.isWellFormed(), 'a name is not one part of a path');
}
