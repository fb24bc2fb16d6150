/** Looks at directories and single paths. What is not there is proved; what cannot be looked at is an error, not absence. */

import type { ErrorCode } from '../../base/error.ts';
import { itemTrouble } from '../../base/error.ts';
import { CONTROL_DIR } from '../../model/path.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../ports/file-system.ts';
import { list, status } from '../file-calls.ts';
import { inRoot, type Reach, type Root, splitDisk } from './reach.ts';

/** Paths as spelled on the disk, '' the root. */
export interface LookArgs {
  readonly root: Root;
  readonly dirs: readonly string[];
  readonly paths: readonly string[];
}

/**
 * `gone`: proved, also where something that is no directory stands in the way. `isForeign`: of the innermost directory on
 * the way that is there; undefined if something stands in the way.
 */
export type Missing =
  | { readonly outcome: 'gone'; readonly isForeign: boolean | undefined }
  | { readonly outcome: 'failed'; readonly code: ErrorCode };

export interface NamedStatus {
  readonly name: string;
  readonly status: FileStatus;
}

export interface Listed {
  readonly outcome: 'listed';
  /** The directory is on another mount than the root. */
  readonly isForeign: boolean;
  readonly entries: readonly NamedStatus[];
  /** Names that are there but could not be looked at. */
  readonly unreadable: readonly { readonly name: string; readonly code: ErrorCode }[];
  readonly undecodable: readonly string[];
}

export interface There {
  readonly outcome: 'there';
  readonly status: FileStatus;
}

/** In the order of the arguments. */
export interface Look {
  /** The root's file system. */
  readonly device: bigint;
  readonly dirs: readonly (Listed | Missing)[];
  readonly paths: readonly (There | Missing)[];
}

/** Looks at everything asked for under one unchanged root. */
export function look(args: LookArgs): FileProgram<Look> {
  return inRoot(args.root, function* (reach) {
    const dirs: (Listed | Missing)[] = [];
    for (const path of args.dirs) {
      dirs.push(yield* guarded(lookInto(reach, path)));
      yield* reach.trim();
    }
    const paths: (There | Missing)[] = [];
    for (const path of args.paths) {
      paths.push(yield* guarded(lookAt(reach, path)));
      yield* reach.trim();
    }
    return { device: yield* reach.device(), dirs, paths };
  });
}

function* guarded<Found>(program: FileProgram<Found | Missing>): FileProgram<Found | Missing> {
  try {
    return yield* program;
  } catch (error) {
    const known = itemTrouble(error);
    // A file or link where a directory was: nothing can stand below it.
    if (known.code === 'FILE_IS_LINK' || known.code === 'FILE_NOT_DIRECTORY')
      return { outcome: 'gone', isForeign: undefined };
    return { outcome: 'failed', code: known.code };
  }
}

function* lookInto(reach: Reach, path: string): FileProgram<Listed | Missing> {
  const dir = yield* reach.dir(path);
  if (dir === undefined) return { outcome: 'gone', isForeign: undefined };
  const isForeign = yield* reach.isForeign(path);
  const listing = yield* list(dir);
  const entries: NamedStatus[] = [];
  const unreadable: { name: string; code: ErrorCode }[] = [];
  for (const name of [...listing.names].sort()) {
    if (path === '' && name === CONTROL_DIR) continue;
    const found = yield* guarded(statusIn(dir, name));
    if (found.outcome === 'there') entries.push({ name, status: found.status });
    else if (found.outcome === 'failed') unreadable.push({ name, code: found.code });
  }
  return { outcome: 'listed', isForeign, entries, unreadable, undecodable: listing.undecodable };
}

/** Without a listing: for names that a listing has just shown. */
function* statusIn(dir: DirHandle, name: string): FileProgram<There | Missing> {
  const found = yield* status(dir, name);
  return found === undefined
    ? { outcome: 'gone', isForeign: undefined }
    : { outcome: 'there', status: found };
}

/**
 * One path; that it is gone must be said by the call and by the complete listing of what holds it. By the listing alone if
 * the disk takes the name for another one.
 */
function* lookAt(reach: Reach, path: string): FileProgram<There | Missing> {
  const { parent, name } = splitDisk(path);
  const dir = yield* reach.dir(parent);
  if (dir === undefined) {
    const above = yield* lookAt(reach, parent);
    // It came back in between: nothing is known of what it holds.
    return above.outcome === 'there' ? { outcome: 'failed', code: 'FILE_CHANGED' } : above;
  }
  const found = yield* status(dir, name);
  if (found !== undefined) {
    if (!(yield* reach.names.isAlias(dir, name))) return { outcome: 'there', status: found };
    return { outcome: 'gone', isForeign: yield* reach.isForeign(parent) };
  }
  const { names } = yield* list(dir);
  if (names.includes(name)) return { outcome: 'failed', code: 'FILE_CHANGED' };
  return { outcome: 'gone', isForeign: yield* reach.isForeign(parent) };
}
