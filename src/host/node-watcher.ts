/** ports/watcher on Linux: a thread for each root that reads inotify. Elsewhere every watch is blind and says so. */

import { Worker } from 'node:worker_threads';
import type { Watch, WatchBatch, Watcher } from '../ports/watcher.ts';
import {
  FIELD_COUNT,
  type InotifyMessage,
  type InotifyWorkerData,
  STOP,
  TAKEN,
} from './inotify-message.ts';
import { moduleUrl } from './module-url.ts';

/** A watch that aborts ends at once; its thread follows within half a second. */
export class NodeWatcher implements Watcher {
  watch(root: string, signal: AbortSignal): Watch {
    const watch = new InotifyThread(root);
    if (signal.aborted) watch.stop();
    else signal.addEventListener('abort', () => watch.stop(), { once: true });
    return { ready: watch.ready, batches: watch.batches() };
  }
}

class InotifyThread {
  readonly #numbers = new Int32Array(new SharedArrayBuffer(4 * FIELD_COUNT));
  readonly #queue: WatchBatch[] = [];
  readonly ready: Promise<void>;
  #setReady: () => void = () => undefined;
  #wake: (() => void) | undefined;
  #hasEnded = false;

  constructor(root: string) {
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
    const workerData: InotifyWorkerData = { root, shared: this.#numbers.buffer };
    const worker = new Worker(moduleUrl('./inotify-worker', import.meta.url), {
      workerData,
      name: 'kith-watch',
    });
    worker.on('message', (message: InotifyMessage) => {
      if (message.kind === 'ready') this.#setReady();
      else this.#push(message.batch);
    });
    worker.on('error', (error) => this.#break(error));
  }

  /** Ends the batches now and the thread soon. */
  stop(): void {
    this.#hasEnded = true;
    Atomics.store(this.#numbers, STOP, 1);
    Atomics.notify(this.#numbers, STOP);
    this.#setReady();
    this.#wake?.();
  }

  async *batches(): AsyncGenerator<WatchBatch, void, undefined> {
    try {
      while (!this.#hasEnded) {
        const batch = this.#queue.shift();
        if (batch === undefined) await this.#news();
        else {
          Atomics.add(this.#numbers, TAKEN, batch.events.length);
          yield batch;
        }
      }
    } finally {
      this.stop();
    }
  }

  #push(batch: WatchBatch): void {
    this.#queue.push(batch);
    this.#wake?.();
  }

  /** A watcher that broke saw nothing since some time ago and sees nothing from now on. */
  #break(error: unknown): void {
    const blind = `changes are not noticed at once: the watcher broke (${String(error)})`;
    this.#push({ events: [], overflow: true, blind });
    this.#setReady();
  }

  async #news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
