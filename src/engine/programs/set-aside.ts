/** Puts damaged files out of the way without losing them, and makes a whole file system durable now and then. */

import { asKithError, itemTrouble } from '../../base/error.ts';
import type { DirHandle, DirName, FileProgram } from '../../ports/file-system.ts';
import type { Seen } from '../../ports/folder-store.ts';
import { abilities, rename, status, sync, syncFileSystem } from '../file-calls.ts';
import { inRoot, ownDir, type Reach, type Root, splitDisk } from './reach.ts';
import { isAsSeen } from './serve.ts';

/** A file and the name, 32 hexadecimal digits, under which it is kept in `.kith/damaged`. */
export interface Aside {
  readonly diskPath: string;
  /** What it was when it was found damaged: anything else is left alone. */
  readonly seen: Seen;
  readonly keptAs: string;
  /** Rather beside itself under this name, if that is free. */
  readonly copyAs?: string;
}

/** Moves the files there, durable; whether each was moved: one that is gone or could not be moved stays. */
export function setAside(args: {
  readonly root: Root;
  readonly items: readonly Aside[];
}): FileProgram<readonly boolean[]> {
  return inRoot(args.root, function* (reach) {
    const kept = yield* ownDir(reach, 'damaged');
    const moved: boolean[] = [];
    for (const item of args.items) {
      moved.push(yield* moveAside(reach, kept, item));
      yield* reach.trim();
    }
    yield* sync(kept);
    return moved;
  });
}

function* moveAside(reach: Reach, kept: DirHandle, item: Aside): FileProgram<boolean> {
  const { parent, name } = splitDisk(item.diskPath);
  try {
    const dir = yield* reach.dir(parent);
    if (dir === undefined) return false;
    const found = yield* status(dir, name);
    if (found === undefined || !isAsSeen(found, item.seen)) return false;
    const from = { dir, name };
    const isBeside = item.copyAs !== undefined && (yield* isRenamed(from, item.copyAs));
    if (!isBeside) yield* rename({ from, to: { dir: kept, name: item.keptAs }, how: 'keep' });
    yield* sync(dir);
    return true;
  } catch (error) {
    // Thrown on if it is more than this item's.
    itemTrouble(error);
    return false;
  }
}

/** Gives it another name in its directory; false if something bears that name. */
function* isRenamed(from: DirName, name: string): FileProgram<boolean> {
  try {
    yield* rename({ from, to: { dir: from.dir, name }, how: 'keep' });
    return true;
  } catch (error) {
    if (asKithError(error, 'FILE_EXISTS') === undefined) throw error;
    return false;
  }
}

/** Makes everything in the folder durable where one call can; whether it could. Fails with what the witness saw, if there is one. */
export function syncAll(args: {
  readonly root: Root;
  readonly witness?: DirHandle;
}): FileProgram<boolean> {
  return inRoot(args.root, function* (reach) {
    if (!(yield* abilities(reach.root)).syncsAsOne) return false;
    yield* syncFileSystem(reach.root, args.witness);
    return true;
  });
}
