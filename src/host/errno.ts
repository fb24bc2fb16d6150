/** The one place where the system's error numbers become Kith's codes. What is not in the table is FILE_FAILED. */

import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { type ErrorCode, KithError } from '../base/error.ts';

/** ENOENT is in it for calls that should find something; those that may find nothing look at it first. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'FILE_GONE',
  EEXIST: 'FILE_EXISTS',
  ENOTEMPTY: 'FILE_NOT_EMPTY',
  EACCES: 'FILE_DENIED',
  EPERM: 'FILE_DENIED',
  EROFS: 'FILE_READ_ONLY',
  ENOSPC: 'FILE_DISK_FULL',
  EDQUOT: 'FILE_DISK_FULL',
  EMFILE: 'FILE_TOO_MANY_OPEN',
  ENFILE: 'FILE_TOO_MANY_OPEN',
  ENAMETOOLONG: 'FILE_NAME_IMPOSSIBLE',
  EILSEQ: 'FILE_NAME_IMPOSSIBLE',
  EINVAL: 'FILE_NAME_IMPOSSIBLE',
  ENOTDIR: 'FILE_NOT_DIRECTORY',
  EISDIR: 'FILE_IS_DIRECTORY',
  ELOOP: 'FILE_IS_LINK',
  EXDEV: 'FILE_CROSS_DEVICE',
  EBUSY: 'FILE_BUSY',
  ETXTBSY: 'FILE_BUSY',
  EAGAIN: 'FILE_BUSY',
  ENOTSUP: 'FILE_UNSUPPORTED',
  EOPNOTSUPP: 'FILE_UNSUPPORTED',
  ENOSYS: 'FILE_UNSUPPORTED',
  ENXIO: 'FILE_UNSUPPORTED',
  ENODEV: 'FILE_UNSUPPORTED',
};

/** How Node calls a number that its library has no name for; EDQUOT is one of them. */
const UNNAMED = 'Unknown system error';

/** A system call made through the FFI that failed; shaped like Node's own errors. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly syscall: string;
  /** The symbolic name, such as `EEXIST`. */
  readonly code: string;

  constructor(syscall: string, errno: number) {
    const code = nameOf(errno);
    super(`${syscall}: ${code}`);
    this.syscall = syscall;
    this.code = code;
  }
}

/** What was being done when a call failed; a call on a name says which. */
export interface CallFacts {
  readonly call: string;
  readonly name?: string;
}

/** The symbolic errno of an error from Node or the FFI; undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  if (typeof error.code !== 'string') return undefined;
  const isNamed = !error.code.startsWith(UNNAMED) || !('errno' in error);
  return isNamed ? error.code : nameOf(-Number(error.errno));
}

/** A KithError unchanged, an errno by the table, anything else BUG; `data` holds the facts and the errno. */
export function toFileError(error: unknown, facts: CallFacts): KithError {
  if (error instanceof KithError) return error;
  const errno = errnoOf(error);
  if (errno === undefined)
    return new KithError('BUG', { what: 'a file call broke', ...facts }, error);
  return new KithError(codeFor(errno, facts), { ...facts, errno }, error);
}

function nameOf(errno: number): string {
  const name = errno > 0 ? getSystemErrorName(-errno) : UNNAMED;
  if (!name.startsWith(UNNAMED)) return name;
  const known = Object.entries(constants.errno).find(([, value]) => value === errno);
  return known?.[0] ?? name;
}

function codeFor(errno: string, facts: CallFacts): ErrorCode {
  // Without a name in the call EINVAL means that this kind of file cannot do it.
  if (errno === 'EINVAL' && facts.name === undefined) return 'FILE_UNSUPPORTED';
  return Object.hasOwn(CODES, errno) ? (CODES[errno] ?? 'FILE_FAILED') : 'FILE_FAILED';
}
