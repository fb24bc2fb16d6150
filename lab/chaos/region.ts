/** Where on a device's disk something is: in what people share, in Kith's keeping, or elsewhere. */

import type { FolderStore } from '../../src/ports/folder-store.ts';
import type { SimDevice } from '../sim/device.ts';
import type { Inode } from '../sim/inode.ts';
import { FOLDER } from '../sim/kith-world.ts';
import { resolvePath } from '../sim/resolve-path.ts';

/** Seen from the folder; `kept`: below the directory of Kith's own. */
export type Region = 'seen' | 'kept' | 'outside';

/** The directory of Kith's own in the root, and files of its own elsewhere. */
const OWN = '.kith';
const OWN_FILE = /^\.kith-[0-9a-f]{32}$/;

/** What an open handle of the device's program is on. */
export function inodeOf(device: SimDevice, handle: number): Inode | undefined {
  return device.life?.files.inodeOf(handle);
}

/** People see what stands in this directory under this name. */
export function isSeen(device: SimDevice, dir: Inode, name: string): boolean {
  if (name.startsWith(OWN) && OWN_FILE.test(name)) return false;
  return regionOf(device, dir) === 'seen';
}

/** All that were the root of a folder: while another disk hides it, what was open before is still in it. */
const roots = new WeakSet<Inode>();

/** To be called when another disk is about to hide the root, or to go. */
export function rememberRoot(device: SimDevice): void {
  const root = resolvePath(device.tree, device.root);
  if (root !== undefined && !roots.has(root)) roots.add(root);
}

export function regionOf(device: SimDevice, dir: Inode): Region {
  rememberRoot(device);
  let below: Inode | undefined;
  for (let at: Inode | undefined = dir; at !== undefined; at = at.parent) {
    if (roots.has(at)) return below?.name === OWN ? 'kept' : 'seen';
    // Nothing can be put into a directory that was removed.
    if (at.links === 0 && at !== device.tree.root) return 'kept';
    below = at;
  }
  return 'outside';
}

/** Path from the folder's root, of something in it. */
export function pathIn(device: SimDevice, dir: Inode, name: string): string {
  rememberRoot(device);
  let path = name;
  for (let at = dir; !roots.has(at) && at.parent !== undefined; at = at.parent) {
    path = `${at.name}/${path}`;
  }
  return path;
}

export function textOf(inode: Inode): string {
  return inode.text();
}

/** What the device's database says of the folder now; undefined while no program runs. */
export function readsOf(device: SimDevice): FolderStore | undefined {
  return device.life?.store.folder(FOLDER);
}

/** Content of files that were put aside as damage. */
export function* putAsideOn(device: SimDevice): Generator<string, void, undefined> {
  const dir = resolvePath(device.tree, `${device.root}/.kith/damaged`);
  for (const { inode } of dir?.entries.values() ?? []) {
    if (inode.kind === 'file') yield textOf(inode);
  }
}
