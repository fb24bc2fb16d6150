/** One disk worker seen from the main thread: the jobs it was given, their answers, and its death. */

import { Worker } from 'node:worker_threads';
import { KithError } from '../base/error.ts';
import { type DiskReply, type DiskWorkerData, receiveError } from './disk-message.ts';
import { moduleUrl } from './module-url.ts';

/** A job and its promise. */
export interface DiskJob {
  readonly program: string;
  readonly args: unknown;
  readonly give: readonly ArrayBuffer[];
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export interface DiskThreadOptions extends DiskWorkerData {
  /** Called whenever a job has ended, or the thread has. */
  readonly onChange: () => void;
}

/** Keeps the process alive only while it has jobs. */
export class DiskThread {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, DiskJob>();
  readonly #onChange: () => void;
  #nextId = 0;
  #isDead = false;
  #error: unknown;

  constructor({ programs, onChange }: DiskThreadOptions) {
    const workerData: DiskWorkerData = { programs };
    this.#onChange = onChange;
    this.#worker = new Worker(moduleUrl('./disk-worker', import.meta.url), {
      workerData,
      name: 'kith-disk',
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: DiskReply) => this.#end(reply));
    this.#worker.on('error', (error) => {
      this.#error = error;
    });
    this.#worker.on('exit', () => this.#die());
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** How many jobs it has, the one that runs among them. */
  get load(): number {
    return this.#jobs.size;
  }

  /** Starts the job or puts it behind the others. Arguments that cannot be sent reject it with BUG. */
  give(job: DiskJob): void {
    const id = this.#nextId++;
    try {
      this.#worker.postMessage({ id, program: job.program, args: job.args }, [...job.give]);
    } catch (error) {
      job.reject(new KithError('BUG', { what: 'arguments cannot be sent to a worker' }, error));
      return;
    }
    this.#jobs.set(id, job);
    this.#worker.ref();
  }

  /** Ends the thread at once: for when it has no jobs. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(reply: DiskReply): void {
    const job = this.#jobs.get(reply.id);
    this.#jobs.delete(reply.id);
    if (this.#jobs.size === 0) this.#worker.unref();
    if (reply.kind === 'done') job?.resolve(reply.result);
    else job?.reject(receiveError(reply.error));
    this.#onChange();
  }

  #die(): void {
    this.#isDead = true;
    const why = { why: 'the worker that did it ended' };
    for (const job of this.#jobs.values()) {
      job.reject(new KithError('FILE_FAILED', why, this.#error));
    }
    this.#jobs.clear();
    this.#onChange();
  }
}
