/**
 * ports/disk in a world: each program makes one primitive call per event, so that two programs and a person interleave at
 * the grain of calls. When the device dies its programs just stop: nothing of theirs runs any more, no `finally` either.
 */

import { asKithError, KithError } from '../../src/base/error.ts';
import type { Disk, JobOptions, ProgramTable, Witness } from '../../src/ports/disk.ts';
import type { DirHandle, FileCall, FileProgram, FileSystem } from '../../src/ports/file-system.ts';
import type { Owner } from './event-heap.ts';
import { type FileFaults, namesOf } from './file-faults.ts';
import { handOver } from './hand-over.ts';
import type { SimRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { type TraceLine, traceLine } from './trace.ts';

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
  /** Says which calls are slow. */
  readonly faults?: FileFaults;
}

interface Job {
  readonly name: string;
  readonly program: FileProgram<unknown>;
  readonly urgency: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Of its calls in the trace: the device and the program. */
  readonly line: TraceLine;
  calls: number;
}

/** What a call gave, or threw. */
interface Answer {
  readonly answer: unknown;
  readonly error: KithError | undefined;
}

const BEGIN: Answer = { answer: undefined, error: undefined };

/** Programs that run at one time, as the host's disk has workers. */
const WORKERS = 2;

/** What a call takes in virtual milliseconds; syncs wait for the platters. */
const CALL_MS = 0.02;
const SYNC_MS = 2;
const BYTES_PER_MS = 1e6;
/** Of so many arguments and results one is copied, as all are between threads. */
const COPIED_EVERY = 32;

/** The results of programs are copies, as between threads: what cannot be copied fails here too. */
export class SimDisk<Table extends ProgramTable> implements Disk<Table> {
  readonly #parts: SimDiskParts;
  #waiting: Job[] = [];
  #running = 0;
  #sent = 0;
  readonly #lines = new Map<string, TraceLine>();

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
    const given = this.#asSent(args, options.give);
    const program = make(given as never);
    return new Promise<never>((resolve, reject) => {
      const job: Job = {
        name,
        program,
        urgency: options.urgency,
        resolve: resolve as (result: unknown) => void,
        reject,
        line: this.#lineOf(name),
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
      const begin = (): unknown => this.#advance(job, BEGIN);
      this.#later(job, this.#cost(job, CALL_MS), begin);
    }
  }

  #lineOf(program: string): TraceLine {
    const known =
      this.#lines.get(program) ??
      traceLine(`${this.#parts.device} ${program}`, (call) => describe(call as FileCall));
    this.#lines.set(program, known);
    return known;
  }

  /** Runs the program from call to call, as long as nothing else happens in between; then puts the next call down. */
  #advance(job: Job, first: Answer): unknown {
    let { answer, error: refused } = first;
    for (;;) {
      let step: IteratorResult<FileCall, unknown>;
      try {
        step = refused === undefined ? job.program.next(answer) : job.program.throw(refused);
      } catch (error) {
        return this.#end(() => job.reject(error));
      }
      if (step.done) {
        const result = this.#asSent(step.value);
        return this.#end(() => job.resolve(result));
      }
      const call = step.value;
      const ms = this.#cost(job, costOf(call)) + (this.#parts.faults?.delayOf(call) ?? 0);
      if (!this.#parts.scheduler.leap(ms, job.line, call)) {
        this.#later(job, ms, () => {
          const answered = this.#call(job, call);
          return answered === undefined ? undefined : this.#advance(job, answered);
        });
        return 'quiet';
      }
      const answered = this.#call(job, call);
      if (answered === undefined) return undefined;
      ({ answer, error: refused } = answered);
    }
  }

  /** Makes the call; with what the program goes on, undefined if it does not. */
  #call(job: Job, call: FileCall): Answer | undefined {
    const { device, files, hooks, owner, scheduler } = this.#parts;
    job.calls += 1;
    let answer: unknown;
    try {
      for (const hook of hooks) hook(call, { device, job: job.name, index: job.calls });
      if (!owner.alive) return undefined;
      answer = files.execute(call);
    } catch (error) {
      if (!owner.alive) return undefined;
      const known = asKithError(error);
      if (known !== undefined) return { answer: undefined, error: known };
      // A hook's own failure is the test's, not one that the program could handle.
      scheduler.fail(error);
      return undefined;
    }
    return { answer, error: undefined };
  }

  #end(settle: () => void): undefined {
    this.#running -= 1;
    settle();
    this.#startMore();
    return undefined;
  }

  /** As from another thread: now and then really copied, so that what cannot be copied shows. */
  #asSent<Value>(value: Value, give: readonly ArrayBuffer[] = []): Value {
    this.#sent += 1;
    if (this.#sent % COPIED_EVERY === 1) return structuredClone(value, { transfer: [...give] });
    return give.length === 0 ? value : handOver(value, give);
  }

  #cost(job: Job, ms: number): number {
    const { random, scheduler } = this.#parts;
    return ms * scheduler.pace.factor(job.line.text, random);
  }

  #later(job: Job, ms: number, action: () => unknown): void {
    const { owner, scheduler } = this.#parts;
    scheduler.after(ms, action, { label: job.line.text, owner });
  }
}

function describe(call: FileCall): string {
  const names = namesOf(call);
  return names.length === 0 ? `:${call.call}` : `:${call.call} ${names.join(' ')}`;
}

function costOf(call: FileCall): number {
  if (call.call === 'sync' || call.call === 'syncFileSystem') return SYNC_MS;
  if (call.call === 'read') return CALL_MS + call.into.length / BYTES_PER_MS;
  if (call.call === 'write') return CALL_MS + call.bytes.length / BYTES_PER_MS;
  return CALL_MS;
}
