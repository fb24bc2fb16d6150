/** ports/disk on Node: a few worker threads that run programs over files, the urgent ones first. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { assert } from '../base/assert.ts';
import type { Disk, JobOptions, ProgramTable, Witness } from '../ports/disk.ts';
import type { DirHandle } from '../ports/file-system.ts';
import { type DiskJob, DiskThread } from './disk-thread.ts';
import { toFileError } from './errno.ts';
import { moduleUrl } from './module-url.ts';

/** One that runs and one that waits, so that a thread never idles while the main thread is busy. */
const JOBS_PER_THREAD = 2;

export interface NodeDiskOptions {
  /** The module that exports `programs`, a ProgramTable; the engine's if it is left out. */
  readonly programs?: URL;
  /** Default 2: synchronous calls keep a core busy each. */
  readonly threads?: number;
}

/** Threads start when they are needed; one that dies fails its jobs with FILE_FAILED and is replaced. */
export class NodeDisk<Table extends ProgramTable> implements Disk<Table> {
  readonly #programs: string;
  readonly #width: number;
  readonly #waiting: Readonly<Record<JobOptions['urgency'], DiskJob[]>> = { 0: [], 1: [], 2: [] };
  #threads: DiskThread[] = [];
  #isClosed = false;
  #whenIdle: (() => void) | undefined;

  constructor({ programs, threads = 2 }: NodeDiskOptions = {}) {
    this.#programs = (programs ?? moduleUrl('../engine/programs', import.meta.url)).href;
    this.#width = threads;
  }

  // A property, because the port's result type follows from the name and is known to the caller alone.
  readonly run: Disk<Table>['run'] = (name, args, options) =>
    this.#queue(name, args, options) as Promise<never>;

  async witness(directory: string): Promise<Witness> {
    try {
      const held = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
      return { handle: held.fd as DirHandle, close: () => held.close() };
    } catch (error) {
      throw toFileError(error, { call: 'witness' });
    }
  }

  /** Takes no more jobs, waits for those it took, ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (!this.#isIdle()) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  async #queue(program: string, args: unknown, options: JobOptions): Promise<unknown> {
    assert(!this.#isClosed, 'the disk is open');
    return await new Promise((resolve, reject) => {
      const give = options.give ?? [];
      this.#waiting[options.urgency].push({ program, args, give, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    this.#threads = this.#threads.filter((thread) => !thread.isDead);
    while (this.#isAnyWaiting()) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      const { 0: first, 1: second, 2: third } = this.#waiting;
      const job = first.shift() ?? second.shift() ?? third.shift();
      if (job !== undefined) thread.give(job);
    }
    if (this.#isIdle()) this.#whenIdle?.();
  }

  /** An idle thread, else a new one, else one that works but has room, else none. */
  #freeThread(): DiskThread | undefined {
    const least = this.#threads.toSorted((a, b) => a.load - b.load)[0];
    if (least !== undefined && least.load === 0) return least;
    if (this.#threads.length < this.#width) return this.#start();
    return least !== undefined && least.load < JOBS_PER_THREAD ? least : undefined;
  }

  #start(): DiskThread {
    const thread = new DiskThread({ programs: this.#programs, onChange: () => this.#dispatch() });
    this.#threads.push(thread);
    return thread;
  }

  #isAnyWaiting(): boolean {
    const { 0: first, 1: second, 2: third } = this.#waiting;
    return first.length + second.length + third.length > 0;
  }

  #isIdle(): boolean {
    return !this.#isAnyWaiting() && this.#threads.every((thread) => thread.load === 0);
  }
}
