/**
 * Directories whose modes keep their own owner from changing what is in them (0555 and the like): they are open to the owner for
 * as long as a group works in them, and then get their mode back.
 */

import type { ErrorCode } from '../../base/error.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../ports/file-system.ts';
import { setMode, status, statusOf, sync } from '../file-calls.ts';
import { codeOf } from './code-of.ts';
import { parentOf } from './displaced.ts';
import { type Reach, splitDisk } from './reach.ts';

/** What an owner needs to change what is in a directory. */
export const OWNER_BITS = 0o700;

/** A directory that may have to be opened, and the mode that it has, or gets, when the group is over. */
export interface LentMode {
  readonly diskPath: string;
  readonly mode: number;
}

/** How it stands when the group is over. */
export interface GivenBack {
  /** undefined: it was never opened, or is not there any more. */
  readonly status: FileStatus | undefined;
  /** It is still open: its mode could not be given back. */
  readonly code: ErrorCode | undefined;
}

const NEVER_OPENED: GivenBack = { status: undefined, code: undefined };

/** The directories that one group may open. */
export class Lending {
  readonly #lent: readonly LentMode[];
  readonly #modes: ReadonlyMap<string, number>;
  readonly #opened = new Set<string>();

  constructor(lent: readonly LentMode[]) {
    this.#lent = lent;
    this.#modes = new Map(lent.map(({ diskPath, mode }) => [diskPath, mode]));
  }

  /** How many are open. */
  get size(): number {
    return this.#opened.size;
  }

  /** Opens it if it is to be opened, and has the mode that we know of: any other is a person's, who will be heard. */
  *open(reach: Reach, diskPath: string): FileProgram<void> {
    const mode = this.#modes.get(diskPath);
    if (mode === undefined || this.#opened.has(diskPath)) return;
    const dir = yield* reach.dir(diskPath);
    if (dir === undefined || (yield* statusOf(dir)).mode !== mode) return;
    yield* setMode(dir, mode | OWNER_BITS);
    this.#opened.add(diskPath);
  }

  /** It was made just now, and is open. */
  placed(diskPath: string): void {
    if (this.#modes.has(diskPath)) this.#opened.add(diskPath);
  }

  /**
   * All that were opened get their modes back, what is in them first; one answer for each, in the order in which they were
   * lent. Throws only if `sync` does, which makes one of them durable; without it the caller does, all at once.
   */
  *giveBack(
    reach: Reach,
    sync: ((dir: DirHandle) => FileProgram<void>) | undefined,
  ): FileProgram<readonly GivenBack[]> {
    const given = new Map<string, GivenBack>();
    for (const { diskPath } of bottomUp(this.#lent)) {
      given.set(diskPath, yield* this.giveBackOne(reach, diskPath, sync));
      yield* reach.trim();
    }
    return this.#lent.map(({ diskPath }) => given.get(diskPath) ?? NEVER_OPENED);
  }

  /** This one gets its mode back, if it was opened. */
  *giveBackOne(
    reach: Reach,
    diskPath: string,
    sync: ((dir: DirHandle) => FileProgram<void>) | undefined,
  ): FileProgram<GivenBack> {
    const mode = this.#modes.get(diskPath);
    if (mode === undefined || !this.#opened.has(diskPath)) return NEVER_OPENED;
    let dir: DirHandle | undefined;
    let now: FileStatus | undefined;
    const code = yield* codeOf(function* () {
      dir = yield* parentOf(reach, diskPath);
      if (dir !== undefined) now = yield* restoreMode(dir, mode);
    });
    if (code !== undefined) return { status: undefined, code };
    this.#opened.delete(diskPath);
    if (dir !== undefined && sync !== undefined) yield* sync(dir);
    return { status: now, code };
  }
}

/** What is in a directory before the directory. */
export function bottomUp(lent: readonly LentMode[]): readonly LentMode[] {
  return [...lent].sort((a, b) => (a.diskPath < b.diskPath ? 1 : -1));
}

/** After a crash: the directory gets its mode back, durable, if it is open as a group of ours leaves it. */
export function* closeLent(reach: Reach, { diskPath, mode }: LentMode): FileProgram<void> {
  const { parent, name } = splitDisk(diskPath);
  const above = yield* parentOf(reach, parent);
  const standing = above === undefined ? undefined : yield* status(above, name);
  // One that has its mode already may not even be opened.
  if (standing?.kind !== 'directory' || standing.mode !== (mode | OWNER_BITS)) return;
  const dir = yield* parentOf(reach, diskPath);
  if (dir === undefined) return;
  yield* restoreMode(dir, mode);
  yield* sync(dir);
}

/** A mode that is not the one it was opened with was set by a person meanwhile, and stays. */
function* restoreMode(dir: DirHandle, mode: number): FileProgram<FileStatus> {
  const now = yield* statusOf(dir);
  if (now.mode !== (mode | OWNER_BITS)) return now;
  yield* setMode(dir, mode);
  return yield* statusOf(dir);
}
