/** What the owner's bits of a mode allow, on disks whose programs must obey them. */

import { KithError } from '../../src/base/error.ts';
import type { DiskTraits } from './disk-traits.ts';
import type { Inode } from './inode.ts';

export const READ = 0o400;
export const WRITE = 0o200;
/** To use a directory on the way to a name. */
export const ENTER = 0o100;
/** To make and remove names in a directory. */
export const CHANGE = WRITE | ENTER;

/** What opening a file for reading, or for both, needs. */
export function accessFor(purpose: 'read' | 'write'): number {
  return purpose === 'read' ? READ : READ | WRITE;
}

/** FILE_DENIED unless all these bits are set. */
export function checkAccess(traits: DiskTraits, inode: Inode, bits: number): void {
  if (traits.options.obeysModes !== true || (inode.mode & bits) === bits) return;
  throw new KithError('FILE_DENIED', { mode: inode.mode });
}

/** True for what a call takes as a name. */
export function isOnePart(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  return !name.includes('/') && !name.includes('\0') && name.isWellFormed();
}
