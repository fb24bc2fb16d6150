/** Steps that the file-system contract takes again and again, as programs. */

import assert from 'node:assert/strict';
import { asKithError, type ErrorCode } from '../../src/base/error.ts';
import {
  close,
  openDir,
  openFile,
  read,
  status,
  statusOf,
  write,
} from '../../src/engine/file-calls.ts';
import type {
  DirHandle,
  FileHandle,
  FileProgram,
  FileStatus,
} from '../../src/ports/file-system.ts';

/** The code a program fails with, or undefined if it does not. */
export function* codeOf(program: FileProgram<unknown>): FileProgram<ErrorCode | undefined> {
  try {
    yield* program;
  } catch (error) {
    const known = asKithError(error);
    if (known === undefined) throw error;
    return known.code;
  }
  return undefined;
}

/** The program fails with exactly this code. */
export function* refuses(code: ErrorCode, program: FileProgram<unknown>): FileProgram<void> {
  assert.equal(yield* codeOf(program), code);
}

/** Opens a directory that is there. */
export function* dirAt(dir: DirHandle, name: string): FileProgram<DirHandle> {
  const opened = yield* openDir(dir, name);
  assert.ok(opened !== undefined, `${name} is there`);
  return opened;
}

/** Opens a file that is there. */
export function* fileAt(
  dir: DirHandle,
  name: string,
  purpose: 'read' | 'write' = 'read',
): FileProgram<FileHandle> {
  const opened = yield* openFile({ dir, name }, purpose);
  assert.ok(opened !== undefined, `${name} is there`);
  return opened;
}

/** Makes a file and leaves it open. */
export function* newFile(dir: DirHandle, name: string): FileProgram<FileHandle> {
  const opened = yield* openFile({ dir, name }, 'create');
  assert.ok(opened !== undefined, `${name} was made`);
  return opened;
}

/** The status of what is there. */
export function* there(dir: DirHandle, name: string): FileProgram<FileStatus> {
  const found = yield* status(dir, name);
  assert.ok(found !== undefined, `${name} is there`);
  return found;
}

/** A new file with this content, closed. */
export function* save(dir: DirHandle, name: string, content: string): FileProgram<void> {
  const file = yield* newFile(dir, name);
  yield* write(file, text(content), 0);
  yield* close(file);
}

/** The whole content of a file. */
export function* load(dir: DirHandle, name: string): FileProgram<string> {
  const file = yield* fileAt(dir, name);
  const into = new Uint8Array((yield* statusOf(file)).size);
  assert.equal(yield* read(file, into, 0), into.length);
  yield* close(file);
  return new TextDecoder().decode(into);
}

/** UTF-8, an array of its own. */
export function text(content: string): Uint8Array {
  return Uint8Array.from(new TextEncoder().encode(content));
}
