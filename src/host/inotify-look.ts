/** How the watcher opens and lists directories below its root: never through a link, not even one swapped in. */

import fs from 'node:fs';
import { errnoOf } from './errno.ts';

const C = fs.constants;

/** Errors that say that no directory of ours stands there now. */
const GONE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

function saysGone(error: unknown): boolean {
  return GONE.has(errnoOf(error));
}

/** The path of an open descriptor itself. */
export function fdPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** Opens the root, links on the way followed; undefined if no directory stands there. Throws Node's error else. */
export function openWatchRoot(root: string): number | undefined {
  try {
    return fs.openSync(root, C.O_RDONLY | C.O_DIRECTORY | C.O_NONBLOCK);
  } catch (error) {
    if (saysGone(error)) return undefined;
    throw error;
  }
}

/** Opens a directory below the root; undefined if none stands there. The descriptor is the caller's. */
export function openBelow(rootFd: number, path: string): number | undefined {
  const from = path === '' ? fdPath(rootFd) : `${fdPath(rootFd)}/${path}`;
  const nofollow = path === '' ? 0 : C.O_NOFOLLOW;
  let fd: number;
  try {
    fd = fs.openSync(from, C.O_RDONLY | C.O_DIRECTORY | C.O_NONBLOCK | nofollow);
  } catch (error) {
    if (saysGone(error)) return undefined;
    throw error;
  }
  if (isWhereItSays(rootFd, fd, path)) return fd;
  fs.closeSync(fd);
  return undefined;
}

/** Names of the directories in an open directory; links to directories are none. */
export function directoriesIn(fd: number): string[] {
  const names: string[] = [];
  for (const entry of fs.readdirSync(fdPath(fd), { withFileTypes: true })) {
    if (entry.isDirectory()) names.push(entry.name);
  }
  return names;
}

/** What a name that appeared is: a new file is written next, a link or a second name of a file is complete. */
export function lookAtNew(rootFd: number, path: string): 'writing' | 'settled' {
  try {
    const stats = fs.lstatSync(`${fdPath(rootFd)}/${path}`);
    return stats.isFile() && stats.nlink === 1 ? 'writing' : 'settled';
  } catch (error) {
    // Whatever is the matter with it, a look at it will tell; a hint needs no more.
    if (errnoOf(error) !== undefined) return 'settled';
    throw error;
  }
}

/** True if the root's path still leads to the directory that is open; false if that cannot be told. */
export function isStillRoot(root: string, rootFd: number): boolean {
  try {
    const now = fs.statSync(root, { bigint: true });
    const ours = fs.fstatSync(rootFd, { bigint: true });
    return now.ino === ours.ino && now.dev === ours.dev;
  } catch (error) {
    if (errnoOf(error) !== undefined) return false;
    throw error;
  }
}

/** The kernel's own word for where both are: a link swapped into the way would have led elsewhere. */
function isWhereItSays(rootFd: number, fd: number, path: string): boolean {
  if (path === '') return true;
  const root = fs.readlinkSync(fdPath(rootFd));
  return fs.readlinkSync(fdPath(fd)) === `${root === '/' ? '' : root}/${path}`;
}
