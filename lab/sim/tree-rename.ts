/** Renames on a simulated disk, each one atomic step. */

import { KithError } from '../../src/base/error.ts';
import { WRITE } from './access.ts';
import type { FileTree, Place } from './file-tree.ts';
import { checkUnmounted, type Inode, isWithin } from './inode.ts';

/** `replace` is what people's programs do: a file or empty directory at the target goes. */
export type RenameStyle = 'keep' | 'exchange' | 'replace';

interface Move {
  readonly from: Place;
  readonly to: Place;
  readonly style: RenameStyle;
  /** Throws if the mover may not change this directory; `bits` of its mode, those for changing names if none are given. */
  readonly mayWrite?: (dir: Inode, bits?: number) => void;
}

interface Found {
  readonly from: Place;
  readonly to: Place;
  readonly moved: Inode;
  readonly target: Inode | undefined;
}

/** Fails as the kernel does, in its order: FILE_CROSS_DEVICE, FILE_GONE, FILE_EXISTS, FILE_UNSUPPORTED for a directory into itself. */
export function renameEntry(tree: FileTree, renaming: Move): void {
  const { from, to, style } = renaming;
  tree.mayChange(from);
  if (from.dir.device !== to.dir.device) throw new KithError('FILE_CROSS_DEVICE', {});
  tree.traits.names.checkLength(from.name);
  const moved = tree.entry(from)?.inode;
  const target = tree.entry(to)?.inode;
  if (moved === undefined) throw new KithError('FILE_GONE', { name: from.name });
  tree.mayChange(to);
  tree.traits.names.checkLength(to.name);
  if (style === 'exchange' && target === undefined)
    throw new KithError('FILE_GONE', { name: to.name });
  if (style === 'keep' && target !== undefined)
    throw new KithError('FILE_EXISTS', { name: to.name });
  if (moved === target && !isRespelling(tree, { from, to, style })) return;
  const intoItself = isWithin(to.dir, moved);
  const overItself = target !== undefined && isWithin(from.dir, target);
  if (overItself && style === 'replace') throw new KithError('FILE_NOT_EMPTY', { name: to.name });
  if (intoItself || overItself) throw new KithError('FILE_UNSUPPORTED', { errno: 'EINVAL' });
  checkRights(renaming, moved, target);
  checkUnmounted(moved, target);
  const { renames = 'all' } = tree.traits.options;
  if (renames !== 'all' && style !== 'replace' && renames !== style)
    throw new KithError('FILE_UNSUPPORTED', { style });
  tree.traits.names.check(to.name);
  if (style === 'exchange' && target !== undefined) exchange(tree, { from, to, moved, target });
  else move(tree, { from, to, moved, target });
}

/** The kernel asks for both directories, and for a directory that is to have another one above it. */
function checkRights(
  { from, to, style, mayWrite }: Move,
  moved: Inode,
  target: Inode | undefined,
): void {
  if (mayWrite === undefined) return;
  for (const { dir } of [from, to]) mayWrite(dir);
  if (from.dir === to.dir) return;
  if (moved.kind === 'directory') mayWrite(moved, WRITE);
  if (style === 'exchange' && target?.kind === 'directory') mayWrite(target, WRITE);
}

/** Two names of one file: the kernel leaves both. One name in another spelling: on some disks the spelling changes. */
function isRespelling(tree: FileTree, { from, to, style }: Move): boolean {
  const { names, options } = tree.traits;
  const isOneName = from.dir === to.dir && names.keyOf(from.name) === names.keyOf(to.name);
  if (!isOneName || style === 'exchange' || options.respells === false) return false;
  return tree.entry(from)?.name !== names.spelling(to.name);
}

function move(tree: FileTree, { from, to, moved, target }: Found): void {
  const replaced = target === moved ? undefined : target;
  if (replaced !== undefined) checkReplaceable(moved, replaced);
  const isFree = replaced === undefined || tree.hideIfOpen(to, replaced);
  tree.setNames(
    [
      { ...tree.keyed(from), to: undefined },
      { ...tree.keyed(to), to: tree.entryFor(to.name, moved) },
    ],
    {
      ...(replaced?.kind === 'directory' ? { removed: replaced } : {}),
      isUndated: isFree && tree.traits.options.renamesUndated === true,
    },
  );
  moved.ctime = tree.traits.time();
  if (replaced !== undefined) replaced.ctime = moved.ctime;
  tree.tell(from.dir, from.name, 'settled');
  tree.tell(to.dir, to.name, kindOfArrival(moved));
}

function exchange(tree: FileTree, swap: Found & { readonly target: Inode }): void {
  const { from, to, moved, target } = swap;
  tree.setNames([
    { ...tree.keyed(from), to: tree.entryFor(tree.entry(from)?.name ?? from.name, target) },
    { ...tree.keyed(to), to: tree.entryFor(tree.entry(to)?.name ?? to.name, moved) },
  ]);
  for (const inode of [moved, target]) inode.ctime = tree.traits.time();
  tree.tell(from.dir, from.name, kindOfArrival(target));
  tree.tell(to.dir, to.name, kindOfArrival(moved));
}

function kindOfArrival(inode: Inode): 'tree' | 'settled' {
  return inode.kind === 'directory' ? 'tree' : 'settled';
}

function checkReplaceable(moved: Inode, target: Inode): void {
  const dirs = [moved.kind === 'directory', target.kind === 'directory'];
  if (!dirs[0] && dirs[1]) throw new KithError('FILE_IS_DIRECTORY', {});
  if (dirs[0] && !dirs[1]) throw new KithError('FILE_NOT_DIRECTORY', {});
  if (target.entries.size > 0) throw new KithError('FILE_NOT_EMPTY', {});
}
