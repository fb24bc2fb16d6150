/**
 * Disks that are mounted inside a folder, and whether each is the one that our rows know: on another one nothing of what we
 * know stands, and that it is missing there is no delete. Nothing is looked at or put below a mount point before that is known.
 */

import type { RelPath } from '../model/path.ts';
import type { Disk } from '../ports/disk.ts';
import type { FileStatus } from '../ports/file-system.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';
import { isMountPoint, mountAbove } from './mounts.ts';
import type { Listed } from './programs/look.ts';
import { type Root, splitDisk } from './programs/reach.ts';
import type { EnginePrograms } from './programs.ts';
import { diskPathOf } from './spelling.ts';

/**
 * `known`: what we know stands there. `strange`: a disk on which nothing of it does. `otherwise`: no disk is mounted there, or
 * nobody can say; a look tells.
 */
export type DiskState = 'known' | 'strange' | 'otherwise';

interface Parts {
  readonly disk: Disk<EnginePrograms>;
  readonly root: Root;
  readonly store: FolderStore;
  /** A power cut may have taken what the row is of. */
  readonly isSuspect: (row: OurEntry) => boolean;
}

/** Directories in one look. */
const LOOK_DIRS = 32;
/** What clocks that are put forward in summer make of the times of some file systems. */
const SUMMER_S = 3600;

export class NestedDisks {
  readonly #parts: Parts;
  readonly #states = new Map<RelPath, DiskState>();
  #isAnyWaiting = false;
  #isChanged = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** By our rows a disk is mounted there. */
  isMount(path: RelPath): boolean {
    const row = this.#parts.store.ours(path);
    return row !== undefined && !row.deleted && isMountPoint(this.#parts.store, row);
  }

  /** The mount point that the path is below of, and what is known of its disk in this run; undefined if there is none. */
  above(path: RelPath): { mount: RelPath; state: DiskState | undefined } | undefined {
    const mount = mountAbove(this.#parts.store, path);
    return mount === undefined ? undefined : { mount, state: this.#states.get(mount) };
  }

  /** Nothing is to be put at the path, or taken from it, before its disk is known: it is to be planned again then. */
  mustWait(path: RelPath): boolean {
    const above = this.above(path);
    const waits = above !== undefined && above.state !== 'known';
    if (waits) this.#isAnyWaiting = true;
    return waits;
  }

  /** Looks whether the disk at the mount point is the one we know. Throws what stops a folder. */
  async examine(mount: RelPath): Promise<DiskState> {
    const state = await this.#judge(mount);
    this.#set(mount, state);
    return state;
  }

  /** Something has happened to the mount point itself: what was known of its disk may be of another one. */
  doubt(mount: RelPath): void {
    this.#states.delete(mount);
  }

  /** A person has said that what is there is right. */
  trust(mount: RelPath): void {
    this.#set(mount, 'known');
  }

  /** Everything has been looked at: what waits may find something else. */
  looked(): void {
    this.#isChanged = true;
  }

  /** True once if what waits is to be planned again. */
  takeFreed(): boolean {
    const isFreed = this.#isAnyWaiting && this.#isChanged;
    this.#isChanged = false;
    if (isFreed) this.#isAnyWaiting = false;
    return isFreed;
  }

  #set(mount: RelPath, state: DiskState): void {
    if (this.#states.get(mount) === state) return;
    this.#states.set(mount, state);
    this.#isChanged = true;
  }

  async #judge(mount: RelPath): Promise<DiskState> {
    const { disk, root, store } = this.#parts;
    // Names tell enough of a disk that was there a while ago; two that were filled alike differ in sizes and times.
    const isStrict = this.#states.get(mount) !== 'known';
    const waiting: RelPath[] = [mount];
    while (waiting.length > 0) {
      const part = waiting.splice(-LOOK_DIRS);
      const dirs = part.map((path) => diskPathOf(store, path));
      const found = await disk.run('look', { root, dirs, paths: [] }, { urgency: 1 });
      for (const [index, path] of part.entries()) {
        const listed = found.dirs[index];
        const isListed = listed?.outcome === 'listed';
        if (path === mount && !(isListed && listed.isForeign)) return 'otherwise';
        if (!isListed) continue;
        const standing = this.#standing(path, listed);
        if (standing.some(({ row, status }) => isEvidence(row, status, isStrict))) return 'known';
        waiting.push(...standing.flatMap(({ row }) => (row.kind === 'directory' ? row.path : [])));
      }
    }
    return this.#holdsContent(mount) ? 'strange' : 'known';
  }

  /** Rows of ours whose names are in the listing. */
  #standing(
    dir: RelPath,
    listed: Listed,
  ): readonly { readonly row: OurEntry; readonly status: FileStatus }[] {
    const statuses = new Map(listed.entries.map(({ name, status }) => [name, status]));
    return this.#parts.store.children(dir).flatMap((row) => {
      const status = statuses.get(splitDisk(row.diskPath ?? row.path).name);
      const isOurs = !row.deleted && !row.invalid && status?.kind === row.kind;
      return isOurs && status !== undefined ? [{ row, status }] : [];
    });
  }

  /** By our rows. What a power cut may have taken is not deleted but fetched again. */
  #holdsContent(dir: RelPath): boolean {
    return this.#parts.store.children(dir).some((row) => {
      if (row.deleted || row.invalid) return false;
      if (row.kind === 'directory') return this.#holdsContent(row.path);
      return !this.#parts.isSuspect(row);
    });
  }
}

function isEvidence(row: OurEntry, status: FileStatus, isStrict: boolean): boolean {
  if (row.kind === 'directory') return false;
  if (!isStrict || row.kind === 'symlink') return true;
  if (row.seen === undefined || row.seen.size !== status.size) return false;
  const apart = Math.abs(row.seen.mtime.s - status.mtime.s);
  return apart === 0 || apart === SUMMER_S;
}
