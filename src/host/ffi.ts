/**
 * System calls that Node lacks, through koffi. The only module that calls foreign functions: a mistake here ends the
 * process, so every pointer is a buffer of fixed size made in this file or checked in it. Linux on 64 bits only.
 */

import { createRequire } from 'node:module';
import { assert } from '../base/assert.ts';
import { errnoOf, SystemCallError } from './errno.ts';

/** Names as the kernel has them; the numbers are the same on every Linux architecture. */
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const POLLIN = 1;
const IN_NONBLOCK = 0o4000;
const IN_CLOEXEC = 0o2000000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;
const AT_EMPTY_PATH = 0x1000;

/** Size of struct statx. */
export const STATX_BYTES = 256;

/** A name in an open directory, by descriptor. */
export interface FdName {
  readonly fd: number;
  readonly name: string;
}

/** Each throws SystemCallError. Names must not contain NUL: C would cut them there. */
export interface SystemCalls {
  /** renameat2; never replaces: with `keep` EEXIST, with `exchange` both swap. */
  rename(from: FdName, to: FdName, how: 'keep' | 'exchange'): void;
  /** Waits until everything on the file system of `fd` is on the disk; reports errors since `fd` was opened. */
  syncfs(fd: number): void;
  /** Sets atime and mtime of an open file to the nanosecond. */
  setTimes(fd: number, seconds: number, nanoseconds: number): void;
  /** Fills `into` with struct statx of a name, not followed, or with '' of what is open. False for every failure, whose reason is not told. */
  statx(at: FdName, into: Uint8Array, mask: number): boolean;
  /** A new inotify descriptor: non-blocking, closed on exec. */
  inotifyInit(): number;
  /** Closes an inotify descriptor; Node's own close would complain of one that it did not open. */
  inotifyClose(fd: number): void;
  /** The watch descriptor; the same one for a directory that is watched already. */
  inotifyAdd(fd: number, path: string, mask: number): number;
  /** False if the kernel had dropped the watch already. */
  inotifyRemove(fd: number, watch: number): boolean;
  /** Waits at most `ms` until `fd` can be read; false if it cannot. A signal counts as time over. */
  pollReadable(fd: number, ms: number): boolean;
}

/** The calls, or why there are none here. */
export type SystemCallsFound =
  | { readonly kind: 'found'; readonly calls: SystemCalls }
  | { readonly kind: 'missing'; readonly why: string };

let found: SystemCallsFound | undefined;

/** Loads the calls on first use; never throws. The answer stays the same for the life of the thread. */
export function systemCalls(): SystemCallsFound {
  found ??= load();
  return found;
}

function load(): SystemCallsFound {
  if (process.platform !== 'linux') {
    return {
      kind: 'missing',
      why: `system calls are known on Linux alone, not ${process.platform}`,
    };
  }
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    return { kind: 'missing', why: `system calls are not laid out for ${process.arch}` };
  }
  try {
    return { kind: 'found', calls: bind() };
  } catch (error) {
    return { kind: 'missing', why: `koffi does not load: ${String(error)}` };
  }
}

function bind(): SystemCalls {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi').default;
  // The C library that Node itself runs on, whatever its name is.
  const libc = koffi.load(null);
  const c = {
    renameat2: libc.func('int renameat2(int, const char *, int, const char *, unsigned int)'),
    syncfs: libc.func('int syncfs(int fd)'),
    futimens: libc.func('int futimens(int fd, const void *times)'),
    statx: libc.func('int statx(int, const char *, int, unsigned int, _Out_ void *)'),
    init: libc.func('int inotify_init1(int flags)'),
    close: libc.func('int close(int fd)'),
    add: libc.func('int inotify_add_watch(int fd, const char *path, uint32_t mask)'),
    remove: libc.func('int inotify_rm_watch(int fd, int wd)'),
    poll: libc.func('int poll(_Inout_ void *fds, unsigned long nfds, int timeout)'),
  };
  const check = (syscall: string, result: number): number => {
    if (result < 0) throw new SystemCallError(syscall, koffi.errno());
    return result;
  };
  const times = Buffer.alloc(32);
  const waiting = Buffer.alloc(8);
  return {
    rename(from, to, how) {
      const flags = how === 'keep' ? RENAME_NOREPLACE : RENAME_EXCHANGE;
      check('renameat2', c.renameat2(from.fd, from.name, to.fd, to.name, flags));
    },
    syncfs: (fd) => void check('syncfs', c.syncfs(fd)),
    setTimes(fd, seconds, nanoseconds) {
      putTime(times, 0, seconds, nanoseconds);
      putTime(times, 16, seconds, nanoseconds);
      check('futimens', c.futimens(fd, times));
    },
    statx(at, into, mask) {
      assert(into.byteLength === STATX_BYTES, 'statx needs room');
      const flags = at.name === '' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
      return c.statx(at.fd, at.name, flags, mask, into) === 0;
    },
    inotifyInit: () => check('inotify_init1', c.init(IN_NONBLOCK | IN_CLOEXEC)),
    inotifyClose: (fd) => void check('close', c.close(fd)),
    inotifyAdd: (fd, path, mask) => check('inotify_add_watch', c.add(fd, path, mask)),
    inotifyRemove: (fd, watch) =>
      !meets('EINVAL', () => check('inotify_rm_watch', c.remove(fd, watch))),
    pollReadable(fd, ms) {
      waiting.writeInt32LE(fd, 0);
      waiting.writeInt16LE(POLLIN, 4);
      waiting.writeInt16LE(0, 6);
      let ready = 0;
      const isInterrupted = meets('EINTR', () => {
        ready = check('poll', c.poll(waiting, 1, ms));
      });
      return !isInterrupted && ready > 0;
    },
  };
}

/** struct timespec: two 64-bit integers. The seconds are split by hand, since a bigint for each call is slow. */
function putTime(into: Buffer, at: number, seconds: number, nanoseconds: number): void {
  const high = Math.floor(seconds / 2 ** 32);
  into.writeUInt32LE(seconds - high * 2 ** 32, at);
  into.writeInt32LE(high, at + 4);
  into.writeUInt32LE(nanoseconds, at + 8);
  into.writeUInt32LE(0, at + 12);
}

/** True if `act` fails with this errno, false if it succeeds; every other failure is thrown. */
function meets(errno: string, act: () => void): boolean {
  try {
    act();
  } catch (error) {
    if (errnoOf(error) === errno) return true;
    throw error;
  }
  return false;
}
