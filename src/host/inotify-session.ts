/**
 * One inotify descriptor over one root: watches a tree that changes while it is walked. A directory is watched before it
 * is listed, so what appears in between is either listed or told.
 */

import fs from 'node:fs';
import { errnoOf } from './errno.ts';
import type { SystemCalls } from './ffi.ts';
import type { Unwatched } from './inotify-blind.ts';
import { directoriesIn, fdPath, openBelow } from './inotify-look.ts';
import type { InotifyNews } from './inotify-news.ts';
import { IN, type InotifyRecord, parseRecords, WATCH_MASK } from './inotify-record.ts';
import { InotifyTree, joinPath } from './inotify-tree.ts';

const READ_BYTES = 65_536;
/** Reads in a row: under a storm of changes walking goes on too. */
const READS_AT_ONCE = 8;

/** A part of the tree that is being walked; `end` is called when the last directory of it is watched. */
interface Walk {
  left: number;
  readonly end: () => void;
}

export interface SessionParts {
  readonly calls: SystemCalls;
  /** Owned by the session from here on. */
  readonly rootFd: number;
  readonly news: InotifyNews;
  readonly unwatched: Unwatched;
}

/** Constructing throws SystemCallError if there is no inotify; `rootFd` is then still the caller's. */
export class InotifySession {
  readonly #parts: SessionParts;
  readonly #tree = new InotifyTree();
  readonly #todo: { readonly path: string; readonly walk: Walk }[] = [];
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  readonly fd: number;
  #isLost = false;
  #hasOverflown = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.fd = parts.calls.inotifyInit();
  }

  get rootFd(): number {
    return this.#parts.rootFd;
  }

  /** True once the root itself went away: nothing more is heard of it. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** True while directories wait to be watched. */
  get isWalking(): boolean {
    return this.#todo.length > 0 || this.#hasOverflown;
  }

  /** Directories with a watch. */
  get size(): number {
    return this.#tree.size;
  }

  /** Begins to watch a directory and all below it; `end` is called when that is done. */
  walk(path: string, end: () => void): void {
    this.#todo.push({ path, walk: { left: 1, end } });
  }

  /** Watches at most `limit` directories that wait for it. */
  step(limit: number): void {
    for (let i = 0; i < limit; i++) {
      const next = this.#todo.pop();
      if (next === undefined) {
        this.#catchUp();
        return;
      }
      for (const name of this.#watchOne(next.path)) {
        next.walk.left++;
        this.#todo.push({ path: joinPath(next.path, name), walk: next.walk });
      }
      if (--next.walk.left === 0) next.walk.end();
    }
  }

  /** Takes what the kernel has to say now. */
  read(): void {
    for (let i = 0; i < READS_AT_ONCE; i++) {
      const length = this.#readOnce();
      if (length === 0) return;
      for (const record of parseRecords(this.#buffer, length)) this.hear(record);
    }
  }

  /** One record; public, since a kernel cannot be made to lose records on purpose. */
  hear(record: InotifyRecord): void {
    if ((record.mask & IN.overflow) !== 0) {
      this.#hasOverflown = true;
      return;
    }
    const dir = this.#tree.pathOf(record.watch);
    if (dir === undefined) return;
    if (record.name === '') this.#hearOfDir(dir, record);
    else if (record.name === undefined) this.#parts.news.add(dir, 'tree');
    else if (!isControl(dir, record.name))
      this.#hearOfName(joinPath(dir, record.name), record.mask);
  }

  close(): void {
    this.#parts.calls.inotifyClose(this.fd);
    fs.closeSync(this.#parts.rootFd);
  }

  /** After an overflow new directories may have been missed: only when all are watched is it time to look. */
  #catchUp(): void {
    if (!this.#hasOverflown) return;
    this.#hasOverflown = false;
    this.walk('', () => this.#parts.news.lose());
  }

  #readOnce(): number {
    try {
      return fs.readSync(this.fd, this.#buffer, 0, READ_BYTES, null);
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN') return 0;
      throw error;
    }
  }

  /** What a directory says of itself is told by the one above it too, except of the root. */
  #hearOfDir(dir: string, { mask, watch }: InotifyRecord): void {
    if ((mask & IN.ignored) !== 0) this.#tree.forget(watch);
    if ((mask & IN.unmount) !== 0) this.#parts.news.add(dir, 'tree');
    const isEnd = (mask & (IN.ignored | IN.deleteSelf | IN.moveSelf | IN.unmount)) !== 0;
    if (dir === '' && isEnd) this.#isLost = true;
  }

  #hearOfName(path: string, mask: number): void {
    const { news } = this.#parts;
    if ((mask & IN.isDir) !== 0) this.#hearOfSubdir(path, mask);
    else if ((mask & IN.create) !== 0) news.add(path, 'created');
    else news.add(path, (mask & IN.modify) === 0 ? 'settled' : 'writing');
  }

  #hearOfSubdir(path: string, mask: number): void {
    const { news, unwatched } = this.#parts;
    const hasCome = (mask & (IN.create | IN.movedTo)) !== 0;
    // A change of mode may make readable what could not be watched.
    if (hasCome || unwatched.has(path)) this.walk(path, () => news.add(path, 'tree'));
    else news.add(path, 'settled');
    if ((mask & (IN.delete | IN.movedFrom)) !== 0) this.#drop(path);
  }

  /** Watches a directory and gives the names of those in it; a directory that is gone or cannot be watched has none. */
  #watchOne(path: string): readonly string[] {
    const { rootFd, unwatched } = this.#parts;
    try {
      const fd = openBelow(rootFd, path);
      unwatched.delete(path);
      if (fd === undefined) {
        this.#drop(path);
        return [];
      }
      try {
        return this.#watchOpen(path, fd);
      } finally {
        fs.closeSync(fd);
      }
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      unwatched.set(path, errno);
      return [];
    }
  }

  #watchOpen(path: string, fd: number): readonly string[] {
    const watch = this.#parts.calls.inotifyAdd(this.fd, fdPath(fd), WATCH_MASK);
    this.#tree.set(path, watch);
    const names = directoriesIn(fd).filter((name) => !isControl(path, name));
    const there = new Set(names);
    for (const name of this.#tree.childrenOf(path)) {
      if (!there.has(name)) this.#drop(joinPath(path, name));
    }
    return names;
  }

  #drop(path: string): void {
    if (path === '') {
      this.#isLost = true;
      return;
    }
    this.#parts.unwatched.drop(path);
    for (const watch of this.#tree.remove(path)) this.#parts.calls.inotifyRemove(this.fd, watch);
  }
}

/** Names that are Kith's own, under any spelling that a folding file system takes for them. */
function isControl(dir: string, name: string): boolean {
  if (!name.startsWith('.')) return false;
  const folded = name.toLowerCase();
  return (dir === '' && folded === '.kith') || /^\.kith-[0-9a-f]{32}$/.test(folded);
}
