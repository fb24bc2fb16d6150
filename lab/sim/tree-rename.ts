/** Renames on a simulated disk, each one atomic step. */

import { KithError } from '../../src/base/error.ts';
import type { FileTree, Place } from './file-tree.ts';
import { checkUnmounted, type Inode, isWithin } from './inode.ts';

/** `replace` is what people's programs do: a file or empty directory at the target goes. */
export type RenameStyle = 'keep' | 'exchange' | 'replace';

interface Move {
  readonly from: Place;
  readonly to: Place;
  readonly style: RenameStyle;
}

interface Found {
  readonly from: Place;
  readonly to: Place;
  readonly moved: Inode;
  readonly target: Inode | undefined;
}

/** Fails as the kernel does, in its order: FILE_CROSS_DEVICE, FILE_GONE, FILE_EXISTS, FILE_UNSUPPORTED for a directory into itself. */
export function renameEntry(tree: FileTree, { from, to, style }: Move): void {
  tree.mayChange(from);
  tree.mayChange(to);
  if (from.dir.device !== to.dir.device) throw new KithError('FILE_CROSS_DEVICE', {});
  tree.traits.names.checkLength(from.name);
  const moved = tree.entry(from)?.inode;
  const target = tree.entry(to)?.inode;
  if (moved === undefined) throw new KithError('FILE_GONE', { name: from.name });
  tree.traits.names.check(to.name);
  if (style === 'exchange' && target === undefined)
    throw new KithError('FILE_GONE', { name: to.name });
  if (style === 'keep' && target !== undefined)
    throw new KithError('FILE_EXISTS', { name: to.name });
  const intoItself = isWithin(to.dir, moved);
  const overItself = target !== undefined && isWithin(from.dir, target);
  if (overItself && style === 'replace') throw new KithError('FILE_NOT_EMPTY', { name: to.name });
  if (intoItself || overItself) throw new KithError('FILE_UNSUPPORTED', { errno: 'EINVAL' });
  checkUnmounted(moved, target);
  const { renames = 'all' } = tree.traits.options;
  if (renames !== 'all' && style !== 'replace' && renames !== style)
    throw new KithError('FILE_UNSUPPORTED', { style });
  if (style === 'exchange' && target !== undefined) exchange(tree, { from, to, moved, target });
  else move(tree, { from, to, moved, target });
}

function move(tree: FileTree, { from, to, moved, target }: Found): void {
  const spelling = tree.entry(from)?.name;
  const isOneName = from.dir === to.dir && tree.keyed(from).key === tree.keyed(to).key;
  const isRespelled = isOneName && spelling !== tree.traits.names.spelling(to.name);
  // Two names of one file: the kernel leaves both. One name in another spelling: the spelling changes.
  if (target === moved && !isRespelled) return;
  const replaced = target === moved ? undefined : target;
  if (replaced !== undefined) checkReplaceable(moved, replaced);
  tree.setNames(
    [
      { ...tree.keyed(from), to: undefined },
      { ...tree.keyed(to), to: tree.entryFor(to.name, moved) },
    ],
    replaced?.kind === 'directory' ? replaced : undefined,
  );
  moved.ctime = tree.traits.time();
  if (replaced !== undefined) replaced.ctime = moved.ctime;
  tree.tell(from.dir, from.name, 'settled');
  tree.tell(to.dir, to.name, kindOfArrival(moved));
}

function exchange(tree: FileTree, swap: Found & { readonly target: Inode }): void {
  const { from, to, moved, target } = swap;
  if (moved === target) return;
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
