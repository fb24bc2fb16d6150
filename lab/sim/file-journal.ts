/**
 * What of a simulated disk would still be there after the power failed: a durable state, and the changes since that are
 * not durable yet. Each file has a stream of changes of its own; names change in records that are kept whole or not at all.
 */

import type { Timestamp } from '../../src/model/entry.ts';
import { type DurableInode, type InodeChange, type NameChange, resized } from './durable.ts';
import type { DirEntry, Inode } from './inode.ts';
import { lostInPowerCut, type PowerCut } from './power-cut.ts';
import { WriteErrors } from './write-errors.ts';

/** A change of one name as the tree makes it. */
export interface EntryChange {
  readonly dir: Inode;
  readonly key: string;
  readonly to: DirEntry | undefined;
}

/** When names changed, if that dates their directories, and a directory that went with its name. */
export interface NamingFacts {
  readonly time: Timestamp | undefined;
  readonly removed: Inode | undefined;
}

/** A directory that goes with its name; that the directories keep their times. */
export interface NamingOptions {
  readonly removed?: Inode;
  readonly isUndated?: boolean;
}

export class FileJournal {
  readonly errors = new WriteErrors();
  readonly #durable = new Map<number, DurableInode>();
  #streams = new Map<number, InodeChange[]>();
  #names: NameChange[] = [];
  /** Files with a write error that no fsync of theirs has told yet. */
  readonly #broken = new Set<number>();

  /** A new inode: there, but without a durable name, and empty. */
  born(inode: Inode): void {
    this.#durable.set(inode.uid, {
      uid: inode.uid,
      ino: inode.ino,
      device: inode.device,
      kind: inode.kind,
      target: inode.target,
      entries: new Map(),
      content: new Uint8Array(0),
      mode: inode.mode,
      mtime: inode.mtime,
      ctime: inode.ctime,
    });
  }

  /** An inode that no name and no handle leads to any more: its bytes need no longer be written. */
  died(inode: Inode): void {
    this.#streams.delete(inode.uid);
    this.#broken.delete(inode.uid);
  }

  /** The inode as it is now; with the bytes that were just written, if there were any. */
  changed(inode: Inode, written?: { readonly bytes: Uint8Array; readonly offset: number }): void {
    const change: InodeChange = {
      offset: written?.offset ?? 0,
      bytes: written === undefined ? undefined : Uint8Array.from(written.bytes),
      size: inode.kind === 'file' ? inode.size : 0,
      mode: inode.mode,
      mtime: inode.mtime,
      ctime: inode.ctime,
      lost: false,
    };
    const stream = this.#streams.get(inode.uid);
    if (stream === undefined) this.#streams.set(inode.uid, [change]);
    else stream.push(change);
  }

  /** Names that changed in one step. */
  renamed(changes: readonly EntryChange[], { time, removed }: NamingFacts): void {
    const dirs = new Set(changes.map(({ dir }) => dir.uid));
    if (removed !== undefined) dirs.add(removed.uid);
    this.#names.push({
      dirs: [...dirs],
      time,
      changes: changes.map(({ dir, key, to }) => ({
        dir: dir.uid,
        key,
        to: to && { name: to.name, uid: to.inode.uid, undecodable: to.undecodable },
      })),
    });
  }

  /** fsync of a file or directory. What a name change must not outrun becomes durable with it. */
  sync(inode: Inode): void {
    this.#settle(inode.uid);
    if (inode.kind !== 'directory') return;
    const wanted = new Set([inode.uid]);
    const kept = new Set<NameChange>();
    for (const change of this.#names.toReversed()) {
      if (!change.dirs.some((dir) => wanted.has(dir))) continue;
      for (const dir of change.dirs) wanted.add(dir);
      kept.add(change);
    }
    for (const change of this.#names) if (kept.has(change)) this.#applyNames(change);
    this.#names = this.#names.filter((change) => !kept.has(change));
  }

  /** syncfs: all that is pending. */
  syncAll(): void {
    for (const uid of [...this.#streams.keys()]) this.#settle(uid);
    for (const change of this.#names) this.#applyNames(change);
    this.#names = [];
  }

  /** An fsync, or writing in the background, failed: bytes of the file (of all, if none is named) count as clean, and are not. */
  syncFailed(inode: Inode | undefined): void {
    this.errors.happen();
    const uids = inode === undefined ? [...this.#streams.keys()] : [inode.uid];
    for (const uid of uids) {
      for (const change of this.#streams.get(uid) ?? []) change.lost = true;
      if (inode === undefined) this.#broken.add(uid);
    }
  }

  /** True once after a write error of the file that was told to nobody who synced it. */
  takeError(inode: Inode): boolean {
    return this.#broken.delete(inode.uid);
  }

  /** How many changes are not durable. */
  pending(): number {
    let count = this.#names.length;
    for (const stream of this.#streams.values()) count += stream.length;
    return count;
  }

  /** The power fails: what is left is the durable state from now on. Inodes that no longer stand below a root are dropped. */
  cut(cut: PowerCut, roots: readonly number[]): ReadonlyMap<number, DurableInode> {
    const kept = lostInPowerCut(cut, { streams: this.#streams, names: this.#names });
    for (const change of kept.names) this.#applyNames(change);
    for (const [uid, content] of kept.contents) {
      const durable = this.#durable.get(uid);
      if (durable !== undefined) Object.assign(durable, content(durable));
    }
    this.#streams = new Map();
    this.#names = [];
    this.#dropUnreachable(roots);
    return this.#durable;
  }

  #settle(uid: number): void {
    const durable = this.#durable.get(uid);
    for (const change of this.#streams.get(uid) ?? []) {
      if (durable !== undefined) applyChange(durable, change);
    }
    this.#streams.delete(uid);
  }

  #applyNames({ changes, time }: NameChange): void {
    for (const { dir, key, to } of changes) {
      const durable = this.#durable.get(dir);
      if (durable === undefined) continue;
      if (to === undefined) durable.entries.delete(key);
      else durable.entries.set(key, to);
      if (time === undefined) continue;
      durable.mtime = time;
      durable.ctime = time;
    }
  }

  #dropUnreachable(roots: readonly number[]): void {
    const reached = new Set<number>();
    const open = [...roots];
    for (let uid = open.pop(); uid !== undefined; uid = open.pop()) {
      if (reached.has(uid)) continue;
      reached.add(uid);
      for (const entry of this.#durable.get(uid)?.entries.values() ?? []) open.push(entry.uid);
    }
    for (const uid of [...this.#durable.keys()]) if (!reached.has(uid)) this.#durable.delete(uid);
  }
}

/** Makes one change durable whole; bytes that a failed sync gave up are not. */
function applyChange(durable: DurableInode, change: InodeChange): void {
  if (durable.kind === 'file' && change.size !== durable.content.length) {
    durable.content = resized(durable.content, change.size);
  }
  if (change.bytes !== undefined && !change.lost) durable.content.set(change.bytes, change.offset);
  durable.mode = change.mode;
  durable.mtime = change.mtime;
  durable.ctime = change.ctime;
}
