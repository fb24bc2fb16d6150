/** Opening without following links, without blocking on a fifo, and with absence told apart from failure. */

import fs from 'node:fs';
import { KithError } from '../base/error.ts';
import type { OpenFor } from '../ports/file-system.ts';
import { errnoOf } from './errno.ts';
import { kindOf } from './file-system-status.ts';

const C = fs.constants;
const UNFOLLOWED = C.O_NOFOLLOW | C.O_NONBLOCK;
const FILE_FLAGS: Readonly<Record<OpenFor, number>> = {
  read: C.O_RDONLY | UNFOLLOWED,
  write: C.O_RDWR | UNFOLLOWED,
  create: C.O_RDWR | C.O_CREAT | C.O_EXCL | UNFOLLOWED,
};

/** Descriptor of a directory, links followed; undefined for ENOENT. */
export function openRootFd(path: string): number | undefined {
  return unlessAbsent(() => fs.openSync(path, C.O_RDONLY | C.O_DIRECTORY | C.O_NONBLOCK));
}

/** Descriptor of a directory, never through a link: FILE_IS_LINK. undefined for ENOENT. */
export function openDirFd(path: string): number | undefined {
  try {
    return unlessAbsent(() => fs.openSync(path, C.O_RDONLY | C.O_DIRECTORY | UNFOLLOWED));
  } catch (error) {
    // Linux says ENOTDIR of a link too.
    if (errnoOf(error) === 'ENOTDIR' && fs.lstatSync(path).isSymbolicLink()) {
      throw new KithError('FILE_IS_LINK', {}, error);
    }
    throw error;
  }
}

/** Descriptor of a regular file and of nothing else. undefined for ENOENT, which for `create` is thrown. */
export function openFileFd(path: string, purpose: OpenFor): number | undefined {
  if (purpose === 'create') return fs.openSync(path, FILE_FLAGS.create, 0o600);
  const fd = unlessAbsent(() => fs.openSync(path, FILE_FLAGS[purpose]));
  if (fd === undefined) return undefined;
  try {
    checkRegular(fs.fstatSync(fd));
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fd;
}

function checkRegular(stats: fs.Stats): void {
  const kind = kindOf(stats.mode);
  if (kind === 'directory') throw new KithError('FILE_IS_DIRECTORY');
  if (kind !== 'file') throw new KithError('FILE_UNSUPPORTED', { why: 'not a regular file' });
}

function unlessAbsent(open: () => number): number | undefined {
  try {
    return open();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
