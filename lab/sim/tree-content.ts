/** Bytes and metadata of files on a simulated disk: each change takes room, is dated, goes into the journal and is told. */

import { KithError } from '../../src/base/error.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import type { WatchEvent } from '../../src/ports/watcher.ts';
import type { DiskTraits } from './disk-traits.ts';
import type { FileJournal } from './file-journal.ts';
import type { Inode } from './inode.ts';

const SET_USER = 0o4000;
const SET_IDS = 0o6000;
const GROUP_MAY_RUN = 0o010;

/** Of the tree whose file it is. */
interface ContentParts {
  readonly traits: DiskTraits;
  readonly journal: FileJournal;
  tellOf(inode: Inode, kind: WatchEvent['kind']): void;
}

/** Writes all, or as much as fits and throws FILE_DISK_FULL. */
export function writeContent(
  tree: ContentParts,
  inode: Inode,
  { bytes, position }: { readonly bytes: Uint8Array; readonly position: number },
): void {
  tree.traits.checkWritable();
  if (bytes.length === 0) return;
  const fits = tree.traits.take(inode.size, position + bytes.length);
  const isWhole = fits >= position + bytes.length;
  const written = isWhole ? bytes : bytes.subarray(0, Math.max(0, fits - position));
  if (written.length > 0) {
    inode.put(written, position);
    touch(tree, inode);
    tree.journal.changed(inode, { bytes: written, offset: position });
    tree.tellOf(inode, 'writing');
  }
  if (!isWhole) throw new KithError('FILE_DISK_FULL', {});
}

/** Cuts, or extends with zeros. */
export function truncateContent(tree: ContentParts, inode: Inode, size: number): void {
  tree.traits.checkWritable();
  if (size === inode.size && tree.traits.options.ignoresEqualCuts === true) return;
  const fits = tree.traits.take(inode.size, size);
  if (fits < size) {
    tree.traits.release(fits, inode.size);
    throw new KithError('FILE_DISK_FULL', {});
  }
  if (size < inode.size) tree.traits.release(inode.size, size);
  inode.resize(size);
  touch(tree, inode);
  tree.journal.changed(inode);
  tree.tellOf(inode, 'writing');
}

export function setModeOf(tree: ContentParts, inode: Inode, mode: number): void {
  tree.traits.checkWritable();
  if (tree.traits.options.fixedModes !== undefined) {
    if (mode > 0o777) throw new KithError('FILE_DENIED', { mode });
    return;
  }
  inode.mode = mode & 0o7777;
  noteMetadata(tree, inode);
}

export function setTimeOf(tree: ContentParts, inode: Inode, mtime: Timestamp): void {
  tree.traits.checkWritable();
  inode.mtime = tree.traits.cut(mtime);
  noteMetadata(tree, inode);
}

function touch(tree: ContentParts, inode: Inode): void {
  inode.mtime = tree.traits.time();
  inode.ctime = inode.mtime;
  // Who is not root loses the bits that give a program rights by changing it.
  if ((inode.mode & SET_IDS) !== 0 && tree.traits.options.obeysModes === true) {
    inode.mode &= (inode.mode & GROUP_MAY_RUN) === 0 ? ~SET_USER : ~SET_IDS;
  }
}

function noteMetadata(tree: ContentParts, inode: Inode): void {
  inode.ctime = tree.traits.time();
  tree.journal.changed(inode);
  tree.tellOf(inode, 'settled');
}
