/**
 * ports/disk in a world: each program makes one primitive call per event, so that two programs and a person interleave at
 * the grain of calls. When the device dies its programs just stop: nothing of theirs runs any more, no `finally` either.
 */

import { asKithError, KithError } from '../../src/base/error.ts';
import type { Disk, JobOptions, ProgramTable, Witness } from '../../src/ports/disk.ts';
import type { DirHandle, FileCall, FileProgram, FileSystem } from '../../src/ports/file-system.ts';
import type { Owner } from './event-heap.ts';
import { namesOf } from './file-faults.ts';
import type { SimRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** A call that is about to happen: of which program, and which of its calls (1 is the first). */
export interface CallInfo {
  readonly device: string;
  readonly job: string;
  readonly index: number;
}

/** Looks on before each call. It may act as a person, cut the power, or throw what the call is to throw. */
export type CallHook = (call: FileCall, info: CallInfo) => void;

/** What a simulated disk needs. `hooks` may be added to and taken from at any time. */
export interface SimDiskParts {
  readonly device: string;
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly files: FileSystem;
  readonly programs: ProgramTable;
  readonly owner: Owner;
  readonly hooks: ReadonlySet<CallHook>;
}

interface Job {
  readonly name: string;
  readonly program: FileProgram<unknown>;
  readonly urgency: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  calls: number;
}

/** Programs that run at one time, as the host's disk has workers. */
const WORKERS = 2;

/** What a call takes in virtual milliseconds; syncs wait for the platters. */
const CALL_MS = 0.02;
const SYNC_MS = 2;
const BYTES_PER_MS = 1e6;

/** The results of programs are copies, as between threads: what cannot be copied fails here too. */
export class SimDisk<Table extends ProgramTable> implements Disk<Table> {
  readonly #parts: SimDiskParts;
  #waiting: Job[] = [];
  #running = 0;

  constructor(parts: SimDiskParts) {
    this.#parts = parts;
  }

  run<Name extends keyof Table & string>(
    name: Name,
    args: Parameters<Table[Name]>[0],
    options: JobOptions,
  ): Promise<never> {
    if (!this.#parts.owner.alive) return new Promise<never>(() => undefined);
    const make = this.#parts.programs[name];
    if (make === undefined) return Promise.reject(new Error(`no program ${name}`));
    const given = structuredClone(args, { transfer: [...(options.give ?? [])] });
    const program = make(given as never);
    return new Promise<never>((resolve, reject) => {
      const job: Job = {
        name,
        program,
        urgency: options.urgency,
        resolve: resolve as (result: unknown) => void,
        reject,
        calls: 0,
      };
      const after = this.#waiting.findIndex(({ urgency }) => urgency > job.urgency);
      this.#waiting.splice(after < 0 ? this.#waiting.length : after, 0, job);
      this.#startMore();
    });
  }

  async witness(directory: string): Promise<Witness> {
    const { files } = this.#parts;
    const handle = files.execute({ call: 'openRoot', path: directory }) as DirHandle | undefined;
    if (handle === undefined) throw new KithError('FILE_GONE', { call: 'witness' });
    return { handle, close: async () => void files.execute({ call: 'close', handle }) };
  }

  #startMore(): void {
    while (this.#running < WORKERS) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running += 1;
      this.#later(job, 'start', CALL_MS, () => this.#advance(job, () => job.program.next()));
    }
  }

  /** Runs the program to its next call, and has that call happen a little later. */
  #advance(job: Job, resume: () => IteratorResult<FileCall, unknown>): unknown {
    let step: IteratorResult<FileCall, unknown>;
    try {
      step = resume();
    } catch (error) {
      return this.#end(() => job.reject(error));
    }
    if (step.done) {
      const result = structuredClone(step.value);
      return this.#end(() => job.resolve(result));
    }
    const call = step.value;
    this.#later(job, describe(call), costOf(call), () => this.#call(job, call));
    return 'quiet';
  }

  #call(job: Job, call: FileCall): unknown {
    const { device, files, hooks, owner, scheduler } = this.#parts;
    job.calls += 1;
    let answer: unknown;
    try {
      for (const hook of [...hooks]) hook(call, { device, job: job.name, index: job.calls });
      if (!owner.alive) return undefined;
      answer = files.execute(call);
    } catch (error) {
      if (!owner.alive) return undefined;
      // A hook's own failure is the test's, not one that the program could handle.
      if (asKithError(error) === undefined) return scheduler.fail(error);
      return this.#advance(job, () => job.program.throw(error));
    }
    return this.#advance(job, () => job.program.next(answer));
  }

  #end(settle: () => void): undefined {
    this.#running -= 1;
    settle();
    this.#startMore();
    return undefined;
  }

  #later(job: Job, what: string, costMs: number, action: () => unknown): void {
    const { device, owner, random, scheduler } = this.#parts;
    const label = `${device} ${job.name}:${what}`;
    scheduler.after(costMs * (0.5 + random.unit()), action, { label, owner });
  }
}

function describe(call: FileCall): string {
  const names = namesOf(call);
  return names.length === 0 ? call.call : `${call.call} ${names.join(' ')}`;
}

function costOf(call: FileCall): number {
  if (call.call === 'sync' || call.call === 'syncFileSystem') return SYNC_MS;
  if (call.call === 'read') return CALL_MS + call.into.length / BYTES_PER_MS;
  if (call.call === 'write') return CALL_MS + call.bytes.length / BYTES_PER_MS;
  return CALL_MS;
}
