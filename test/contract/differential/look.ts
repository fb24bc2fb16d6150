/** Everything that can be seen of a file system through the port, in an order that does not depend on it. */

import { asKithError } from '../../../src/base/error.ts';
import {
  close,
  list,
  openDir,
  openFile,
  read,
  readLink,
  status,
  statusOf,
} from '../../../src/engine/file-calls.ts';
import type {
  DirHandle,
  FileHandle,
  FileProgram,
  FileStatus,
} from '../../../src/ports/file-system.ts';

/** What stands at a path, or is open: then the path is its slot. */
export interface Seen {
  readonly path: string;
  /** undefined for what is open and gone, on disks where that is of no use any more. */
  readonly status: FileStatus | undefined;
  /** A file's bytes, a link's target, '' else; undefined for what is only open. */
  readonly content: string | undefined;
}

/** All below a directory, and what is open. */
export function* lookAt(
  root: DirHandle,
  open: readonly (DirHandle | FileHandle)[],
): FileProgram<readonly Seen[]> {
  const seen: Seen[] = [];
  for (const [slot, handle] of open.entries()) {
    seen.push({ path: `#${slot}`, status: yield* statusIfAny(handle), content: undefined });
  }
  yield* lookBelow(root, '', seen);
  return seen;
}

function* statusIfAny(handle: DirHandle | FileHandle): FileProgram<FileStatus | undefined> {
  try {
    return yield* statusOf(handle);
  } catch (error) {
    if (asKithError(error, 'FILE_GONE') === undefined) throw error;
    return undefined;
  }
}

function* lookBelow(dir: DirHandle, above: string, seen: Seen[]): FileProgram<void> {
  const listing = yield* unlessDenied(list(dir));
  if (listing === 'denied') return;
  const { names, undecodable } = listing;
  for (const name of [...names].sort()) {
    const path = `${above}${name}`;
    const found = yield* unlessDenied(status(dir, name));
    if (found === 'denied') continue;
    if (found === undefined) throw new Error(`${path} is listed and not there`);
    seen.push({ path, status: found, content: yield* unlessDenied(contentOf(dir, name, found)) });
    if (found.kind !== 'directory') continue;
    const inner = yield* unlessDenied(openDir(dir, name));
    if (inner === 'denied') continue;
    if (inner === undefined) throw new Error(`${path} does not open`);
    yield* lookBelow(inner, `${path}/`, seen);
    yield* close(inner);
  }
  if (undecodable.length > 0) throw new Error('nobody makes such names here');
}

/** Both sides must deny the same: what is denied here is missing from what is seen. */
function* unlessDenied<Result>(program: FileProgram<Result>): FileProgram<Result | 'denied'> {
  try {
    return yield* program;
  } catch (error) {
    if (asKithError(error, 'FILE_DENIED') === undefined) throw error;
    return 'denied';
  }
}

function* contentOf(dir: DirHandle, name: string, found: FileStatus): FileProgram<string> {
  if (found.kind === 'symlink') return new TextDecoder().decode(yield* readLink(dir, name));
  if (found.kind !== 'file') return '';
  const file = yield* openFile({ dir, name }, 'read');
  if (file === undefined) throw new Error(`${name} does not open`);
  const into = new Uint8Array(found.size + 1);
  const length = yield* read(file, into, 0);
  yield* close(file);
  return Buffer.from(into.subarray(0, length)).toString('latin1');
}
