/** Where programs over files run: a small pool of workers on the host, the scheduler in the simulator. */

import type { DirHandle, FileProgram } from './file-system.ts';

/** The programs a disk knows, by name. Arguments and results are plain data that can be copied between threads. */
export type ProgramTable = {
  readonly [name: string]: (args: never) => FileProgram<unknown>;
};

type ProgramArgs<Table extends ProgramTable, Name extends keyof Table> = Parameters<Table[Name]>[0];
type ProgramResult<Table extends ProgramTable, Name extends keyof Table> =
  ReturnType<Table[Name]> extends FileProgram<infer Result> ? Result : never;

/** How a job is run. Lower `urgency` first: 0 serving and small, 1 ordinary, 2 bulk. */
export interface JobOptions {
  readonly urgency: 0 | 1 | 2;
  /** Buffers in the arguments that change hands: the caller may not touch them again. */
  readonly give?: readonly ArrayBuffer[];
}

/**
 * Sees write errors of a file system, those of the background too, from when it was opened on. Outlives jobs, and until it
 * is closed the file system cannot be unmounted.
 */
export interface Witness {
  readonly handle: DirHandle;
  close(): Promise<void>;
}

/**
 * Runs jobs; a job that has begun runs to its end. Rejects with the program's own KithError, or FILE_FAILED if the worker
 * died, and then part of the job may be done. Handles end with their program: what it left open is closed.
 */
export interface Disk<Table extends ProgramTable> {
  run<Name extends keyof Table & string>(
    name: Name,
    args: ProgramArgs<Table, Name>,
    options: JobOptions,
  ): Promise<ProgramResult<Table, Name>>;
  /** A witness of the file system of the directory. Rejects as `openRoot` throws; FILE_GONE if it is not there. */
  witness(directory: string): Promise<Witness>;
}
