/** Absolute paths on a simulated disk, links followed as the kernel does. */

import { KithError } from '../../src/base/error.ts';
import type { FileTree, Place } from './file-tree.ts';
import type { Inode } from './inode.ts';

/** Links followed before the kernel takes them for a loop. */
const MAX_LINKS = 40;

/**
 * What stands at the path, the last part followed too; undefined if it, or a directory on the way, is not there. `mayEnter`
 * throws where the way through a directory is closed.
 */
export function resolvePath(
  tree: FileTree,
  path: string,
  mayEnter?: (dir: Inode) => void,
): Inode | undefined {
  let open = partsOf(path);
  let at: Inode = tree.root;
  let links = 0;
  for (let next = 0; next < open.length; next++) {
    const part = open[next] as string;
    if (at.kind !== 'directory') throw new KithError('FILE_NOT_DIRECTORY', { path });
    mayEnter?.(at);
    if (part === '..') {
      at = at.parent ?? tree.root;
      continue;
    }
    tree.traits.names.checkLength(part);
    const found = tree.at({ dir: at, name: part });
    if (found === undefined) return undefined;
    if (found.kind !== 'symlink') {
      at = found;
      continue;
    }
    if (++links > MAX_LINKS) throw new KithError('FILE_IS_LINK', { path, errno: 'ELOOP' });
    const target = new TextDecoder().decode(found.target);
    if (target.startsWith('/')) at = tree.root;
    open = [...partsOf(target), ...open.slice(next + 1)];
    next = -1;
  }
  return at;
}

/** The directory that holds the path's last part, and that part. FILE_GONE if the directory is not there. */
export function placeOf(tree: FileTree, path: string): Place {
  const at = path.lastIndexOf('/');
  const dir = resolvePath(tree, path.slice(0, at));
  if (dir === undefined) throw new KithError('FILE_GONE', { path });
  if (dir.kind !== 'directory') throw new KithError('FILE_NOT_DIRECTORY', { path });
  return { dir, name: path.slice(at + 1) };
}

/** The same few paths are asked for again and again. */
const known = new Map<string, readonly string[]>();
const MOST_KNOWN = 1_000;

function partsOf(path: string): readonly string[] {
  const before = known.get(path);
  if (before !== undefined) return before;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(path, parts);
  return parts;
}
