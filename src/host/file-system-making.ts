/** Why something new could not be made, where the system's word for it means two things. */

import fs from 'node:fs';
import { KithError } from '../base/error.ts';
import type { FileCall } from '../ports/file-system.ts';
import { errnoOf } from './errno.ts';

/** A call that makes a new name of a new thing. */
export type MakingCall = Extract<FileCall, { readonly call: 'makeDir' | 'makeLink' | 'openFile' }>;

/** True for a call that makes something. */
export function isMaking(call: FileCall): call is MakingCall {
  if (call.call === 'openFile') return call.for === 'create';
  return call.call === 'makeDir' || call.call === 'makeLink';
}

/** True if an open directory was removed, or if that cannot be told: then nothing can be made in it. */
export function isRemoved(dir: number): boolean {
  try {
    return fs.fstatSync(dir).nlink === 0;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return true;
  }
}

/** Some file systems (exFAT through FUSE) say ENOENT of a name that they cannot have, in a directory that is there. */
export function impossibleName(name: string, cause: unknown): KithError {
  return new KithError('FILE_NAME_IMPOSSIBLE', { name, errno: 'ENOENT' }, cause);
}

/** True if there is room on the file system of `dir`, but for no further file. Some keep no count: they say zero of zero. */
export function areInodesUsedUp(dir: number): boolean {
  try {
    const { files, ffree, bavail } = fs.statfsSync(`/proc/self/fd/${dir}`);
    return files > 0 && ffree === 0 && bavail > 0;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** The disk could take bytes, but no file more. */
export function inodesUsedUp(name: string, cause: unknown): KithError {
  return new KithError('FILE_NO_INODES', { name, errno: 'ENOSPC' }, cause);
}
