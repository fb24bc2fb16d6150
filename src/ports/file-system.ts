/**
 * Files, as programs of primitive calls on directory handles. A program is a generator that yields one call at a time and
 * is resumed with its result or with a KithError thrown at the `yield`. The host runs a program in one tight loop in a
 * worker; the simulator interleaves programs, and between any two calls a person acts, an error strikes, or the power fails.
 *
 * Every name is one part of a path and is never followed if it is a symbolic link. Absence is told apart from failure: the
 * calls whose result may be `undefined` give it for ENOENT alone; every other failure throws (FILE_* codes; the host maps
 * errno by one total table whose default is FILE_FAILED). A call that should find something and meets ENOENT throws FILE_GONE.
 */

import type { Brand } from '../base/brand.ts';
import type { Timestamp } from '../model/entry.ts';

/** An open directory: what is done through it stays inside it, whatever happens to its path. */
export type DirHandle = Brand<number, 'DirHandle'>;
/** An open regular file. */
export type FileHandle = Brand<number, 'FileHandle'>;

/** What stands at a name. `other`: fifo, socket, device. */
export type FileKind = 'file' | 'directory' | 'symlink' | 'other';

export interface FileStatus {
  readonly kind: FileKind;
  readonly size: number;
  /** Low twelve bits. */
  readonly mode: number;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
  readonly inode: bigint;
  /** Of the file system it is on: a change below a root means that something is mounted there. */
  readonly device: bigint;
  /** Something is mounted there, be it of the same file system; false too where the system does not tell. */
  readonly isMountRoot: boolean;
  readonly links: number;
}

/** Names in a directory in no order, `.` and `..` left out; those that are not UTF-8 apart, escaped for people only. */
export interface DirListing {
  readonly names: readonly string[];
  readonly undecodable: readonly string[];
}

/**
 * What a file is opened for; what can be written can be read too. `create` makes a new one, mode 0600, and throws
 * FILE_EXISTS if the name is taken, FILE_GONE if the directory was removed.
 */
export type OpenFor = 'read' | 'write' | 'create';

/**
 * How a rename treats its target. `keep`: FILE_EXISTS if the name is taken. `exchange`: both must exist and swap in one
 * step. FILE_UNSUPPORTED where the system has no such call.
 */
export type RenameHow = 'keep' | 'exchange';

/** What a file system is known to do; `syncsAsOne`: syncFileSystem really makes everything durable (ext4, xfs, btrfs). */
export interface FileSystemAbilities {
  readonly syncsAsOne: boolean;
  readonly freeBytes: number;
}

/** Each call's arguments and result. */
export interface FileCalls {
  /** Opens the directory at an absolute path; links on the way are followed. undefined if it is not there. */
  openRoot: { readonly args: { readonly path: string }; readonly result: DirHandle | undefined };
  /** FILE_IS_LINK for a link, FILE_NOT_DIRECTORY for anything else that is no directory. */
  openDir: { readonly args: DirName; readonly result: DirHandle | undefined };
  /** FILE_IS_LINK for a link, FILE_IS_DIRECTORY for a directory, FILE_UNSUPPORTED for `other`; never blocks on a fifo. */
  openFile: {
    readonly args: DirName & { readonly for: OpenFor };
    readonly result: FileHandle | undefined;
  };
  close: { readonly args: { readonly handle: DirHandle | FileHandle }; readonly result: undefined };
  /** The complete listing, or an error: never a part. */
  list: { readonly args: { readonly dir: DirHandle }; readonly result: DirListing };
  status: { readonly args: DirName; readonly result: FileStatus | undefined };
  statusOf: {
    readonly args: { readonly handle: DirHandle | FileHandle };
    readonly result: FileStatus;
  };
  abilities: { readonly args: { readonly dir: DirHandle }; readonly result: FileSystemAbilities };
  /** Fills `into` from `position` on; the number of bytes read, less than asked only at the end of the file. */
  read: {
    readonly args: {
      readonly file: FileHandle;
      readonly into: Uint8Array;
      readonly position: number;
    };
    readonly result: number;
  };
  /** Writes all of `bytes` or throws. */
  write: {
    readonly args: {
      readonly file: FileHandle;
      readonly bytes: Uint8Array;
      readonly position: number;
    };
    readonly result: undefined;
  };
  truncate: {
    readonly args: { readonly file: FileHandle; readonly size: number };
    readonly result: undefined;
  };
  /** Makes the file's content, size and metadata durable, or the directory's entries; not the file's name. */
  sync: { readonly args: { readonly handle: DirHandle | FileHandle }; readonly result: undefined };
  /**
   * Makes everything on the file system of `dir` durable; only where `abilities.syncsAsOne`. Tells of write errors since
   * the witness was opened (undefined: since `dir` was), each once: open it before what is to be made durable is written.
   */
  syncFileSystem: {
    readonly args: { readonly dir: DirHandle; readonly witness: DirHandle | undefined };
    readonly result: undefined;
  };
  /** Low twelve bits. */
  setMode: {
    readonly args: { readonly handle: DirHandle | FileHandle; readonly mode: number };
    readonly result: undefined;
  };
  /** Sets mtime (atime too) as exactly as the file system can. */
  setTime: {
    readonly args: { readonly handle: DirHandle | FileHandle; readonly mtime: Timestamp };
    readonly result: undefined;
  };
  /** Mode 0700, widened later by setMode. FILE_EXISTS if the name is taken. */
  makeDir: { readonly args: DirName; readonly result: undefined };
  /** FILE_EXISTS if the name is taken. */
  makeLink: {
    readonly args: DirName & { readonly target: Uint8Array };
    readonly result: undefined;
  };
  readLink: { readonly args: DirName; readonly result: Uint8Array };
  /** One atomic step. FILE_CROSS_DEVICE between file systems. FILE_GONE if the source (or an exchange's target) is not there. */
  rename: {
    readonly args: {
      readonly from: DirName;
      readonly to: DirName;
      readonly how: RenameHow;
    };
    readonly result: undefined;
  };
  /** Removes a name that is no directory. FILE_GONE if it is not there. */
  removeFile: { readonly args: DirName; readonly result: undefined };
  /** Removes an empty directory; FILE_NOT_EMPTY else. */
  removeDir: { readonly args: DirName; readonly result: undefined };
}

/** One part of a path in an open directory. */
export interface DirName {
  readonly dir: DirHandle;
  readonly name: string;
}

export type FileCallName = keyof FileCalls;

/** A primitive call as data. */
export type FileCall = {
  [Name in FileCallName]: { readonly call: Name } & FileCalls[Name]['args'];
}[FileCallName];

/** A program over files that ends with a Result. */
export type FileProgram<Result> = Generator<FileCall, Result, unknown>;

/** Runs primitive calls. The result belongs to the call's name; throws KithError only. */
export interface FileSystem {
  execute(call: FileCall): unknown;
}
