/**
 * Every primitive call of ports/file-system as a little generator, so that a program reads `yield* openDir(dir, name)`
 * with the right types. One export for each call: the number of exports is the port's number of calls.
 */

import type { Timestamp } from '../model/entry.ts';
import type {
  DirHandle,
  DirListing,
  DirName,
  FileCall,
  FileCallName,
  FileCalls,
  FileHandle,
  FileProgram,
  FileStatus,
  FileSystem,
  FileSystemAbilities,
  OpenFor,
  RenameHow,
} from '../ports/file-system.ts';

/** What calls that only act give back. */
type Done = FileProgram<undefined>;

/** The one place where a call's untyped answer gets the type that its name promises. */
function* perform<Name extends FileCallName>(
  call: { readonly call: Name } & FileCalls[Name]['args'],
): FileProgram<FileCalls[Name]['result']> {
  return (yield call as FileCall) as FileCalls[Name]['result'];
}

/** Runs a program to its end in one tight loop; what a call throws is thrown into the program at its `yield`. */
export function runProgram<Result>(files: FileSystem, program: FileProgram<Result>): Result {
  let step = program.next();
  while (!step.done) {
    let answer: unknown;
    let failure: { readonly error: unknown } | undefined;
    try {
      answer = files.execute(step.value);
    } catch (error) {
      failure = { error };
    }
    // Outside the `try`: what the program itself throws must not be thrown into it again.
    step = failure === undefined ? program.next(answer) : program.throw(failure.error);
  }
  return step.value;
}

/** The directory at an absolute path, links on the way followed; undefined if it is not there. */
export function openRoot(path: string): FileProgram<DirHandle | undefined> {
  return perform({ call: 'openRoot', path });
}

/** The directory at a name; FILE_IS_LINK or FILE_NOT_DIRECTORY if something else stands there. */
export function openDir(dir: DirHandle, name: string): FileProgram<DirHandle | undefined> {
  return perform({ call: 'openDir', dir, name });
}

/** The regular file at a name. With `create` it is new and the result is never undefined. */
export function openFile(at: DirName, purpose: OpenFor): FileProgram<FileHandle | undefined> {
  return perform({ call: 'openFile', dir: at.dir, name: at.name, for: purpose });
}

/** Gives a handle back; it may not be used again. */
export function close(handle: DirHandle | FileHandle): Done {
  return perform({ call: 'close', handle });
}

/** All names in a directory, or an error. */
export function list(dir: DirHandle): FileProgram<DirListing> {
  return perform({ call: 'list', dir });
}

/** What stands at a name, itself if it is a link; undefined if nothing does. */
export function status(dir: DirHandle, name: string): FileProgram<FileStatus | undefined> {
  return perform({ call: 'status', dir, name });
}

/** What is known of an open file or directory. */
export function statusOf(handle: DirHandle | FileHandle): FileProgram<FileStatus> {
  return perform({ call: 'statusOf', handle });
}

/** What the file system below `dir` can do, and how much fits on it. */
export function abilities(dir: DirHandle): FileProgram<FileSystemAbilities> {
  return perform({ call: 'abilities', dir });
}

/** Fills `into` from `position` on; gives the number of bytes read, less than asked only at the end of the file. */
export function read(file: FileHandle, into: Uint8Array, position: number): FileProgram<number> {
  return perform({ call: 'read', file, into, position });
}

/** Writes all of `bytes` at `position`, or throws. */
export function write(file: FileHandle, bytes: Uint8Array, position: number): Done {
  return perform({ call: 'write', file, bytes, position });
}

/** Cuts or extends with zeros. */
export function truncate(file: FileHandle, size: number): Done {
  return perform({ call: 'truncate', file, size });
}

/** Makes a file's content and metadata durable, or a directory's entries. */
export function sync(handle: DirHandle | FileHandle): Done {
  return perform({ call: 'sync', handle });
}

/** Makes the whole file system of `dir` durable; only where its abilities say `syncsAsOne`. Fails with what the witness saw. */
export function syncFileSystem(dir: DirHandle, witness?: DirHandle): Done {
  return perform({ call: 'syncFileSystem', dir, witness });
}

/** Sets the low twelve bits. */
export function setMode(handle: DirHandle | FileHandle, mode: number): Done {
  return perform({ call: 'setMode', handle, mode });
}

/** Sets mtime as exactly as the file system can. */
export function setTime(handle: DirHandle | FileHandle, mtime: Timestamp): Done {
  return perform({ call: 'setTime', handle, mtime });
}

/** A new directory, mode 0700. */
export function makeDir(dir: DirHandle, name: string): Done {
  return perform({ call: 'makeDir', dir, name });
}

/** A new symbolic link. */
export function makeLink(at: DirName, target: Uint8Array): Done {
  return perform({ call: 'makeLink', dir: at.dir, name: at.name, target });
}

/** A symbolic link's target, as its bytes are. */
export function readLink(dir: DirHandle, name: string): FileProgram<Uint8Array> {
  return perform({ call: 'readLink', dir, name });
}

/** One atomic step; what it does with a target, says `how`. */
export function rename(move: { from: DirName; to: DirName; how: RenameHow }): Done {
  return perform({ call: 'rename', from: move.from, to: move.to, how: move.how });
}

/** Removes a name that is no directory. */
export function removeFile(dir: DirHandle, name: string): Done {
  return perform({ call: 'removeFile', dir, name });
}

/** Removes an empty directory. */
export function removeDir(dir: DirHandle, name: string): Done {
  return perform({ call: 'removeDir', dir, name });
}
