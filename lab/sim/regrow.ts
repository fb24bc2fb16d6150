/** The tree that programs see after a power cut, grown from what is durable. */

import { inBlocks } from './disk-traits.ts';
import type { DurableInode } from './durable.ts';
import { Inode } from './inode.ts';

/** By the uid of the directory that is hidden and of the root that hides it. */
export interface Mount {
  readonly dir: number;
  readonly root: number;
}

interface Regrown {
  readonly root: Inode;
  readonly mounts: Mount[];
  readonly nextIno: bigint;
  readonly used: { readonly bytes: number; readonly inodes: number };
}

/** Every inode anew. Numbers that two of them claim, for one was used again, are given out anew too. */
export function regrow(
  durable: ReadonlyMap<number, DurableInode>,
  from: { readonly root: number; readonly mounts: readonly Mount[] },
): Regrown {
  const grown = new Map<number, Inode>();
  let nextIno = 2n;
  for (const { ino } of durable.values()) if (ino >= nextIno) nextIno = ino + 1n;
  const taken = new Set<bigint>();
  let usedBytes = 0;
  for (const old of durable.values()) {
    const ino = taken.has(old.ino) ? nextIno++ : old.ino;
    taken.add(ino);
    const inode = new Inode({ ...old, ino, time: old.mtime });
    inode.ctime = old.ctime;
    inode.put(old.content, 0);
    if (old.kind === 'file') usedBytes += inBlocks(old.content.length);
    grown.set(old.uid, inode);
  }
  for (const old of durable.values()) linkChildren(old, grown);
  const root = grown.get(from.root);
  if (root === undefined) throw new Error('the root is always durable');
  root.links = 1;
  return {
    root,
    mounts: remount(from.mounts, grown),
    nextIno,
    used: { bytes: usedBytes, inodes: grown.size },
  };
}

function linkChildren(old: DurableInode, grown: ReadonlyMap<number, Inode>): void {
  const dir = grown.get(old.uid);
  for (const [key, { name, uid, undecodable }] of old.entries) {
    const inode = grown.get(uid);
    if (dir === undefined || inode === undefined) continue;
    dir.entries.set(key, { name, inode, undecodable });
    inode.links += 1;
    inode.parent = dir;
    inode.name = name;
  }
}

function remount(mounts: readonly Mount[], grown: ReadonlyMap<number, Inode>): Mount[] {
  return mounts.filter((mount) => {
    const dir = grown.get(mount.dir);
    const root = grown.get(mount.root);
    if (dir === undefined || root === undefined) return false;
    root.links = 1;
    root.parent = dir.parent;
    root.name = dir.name;
    dir.mounted = root;
    return true;
  });
}
