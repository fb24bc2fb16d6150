/** The store worker seen from the main thread: questions and answers, one at a time, and its death noticed. */

import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import type { StoreReply, StoreRequest, StoreWorkerData } from './store-message.ts';

interface Waiter {
  readonly resolve: (reply: StoreReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Ends by itself after `close` was answered, or when opening failed. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #waiter: Waiter | undefined;
  #death: KithError | undefined;

  constructor(data: StoreWorkerData) {
    // The built file differs in its ending, and only import specifiers are rewritten.
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./store-worker.${ending}`, import.meta.url), {
      workerData: data,
      name: 'kith-store',
    });
    this.#worker.on('message', (reply: StoreReply) => this.#take()?.resolve(reply));
    this.#worker.on('error', (error) => this.#die('the store worker broke', error));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#die('the store worker has ended', undefined);
        resolve();
      });
    });
  }

  /** The worker's next reply; STORE_FAILED if there will be none, and the error of a reply that is `failed`. */
  async next(): Promise<StoreReply> {
    assert(this.#waiter === undefined, 'one question at a time');
    if (this.#death !== undefined) throw this.#death;
    const reply = await new Promise<StoreReply>((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
    if (reply.kind === 'failed') throw new KithError(reply.code, reply.data);
    return reply;
  }

  /** Asks and waits for the answer, which for requests is the number of pages in the log. */
  async ask(request: StoreRequest): Promise<number> {
    const answer = this.next();
    this.#worker.postMessage(request);
    const reply = await answer;
    assert(reply.kind === 'done', 'a request is answered');
    return reply.logPages;
  }

  /** Resolves when the thread is gone. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }

  #die(reason: string, cause: unknown): void {
    this.#death ??= new KithError('STORE_FAILED', { reason }, cause);
    this.#take()?.reject(this.#death);
  }
}
