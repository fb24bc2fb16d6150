/**
 * Commits in the order of their calls, several to one write. A commit that fails takes with it every commit of the same
 * folders that was called before the failure could be known: what was built on it must not stand alone.
 */

import { KithError } from '../base/error.ts';

export interface CommitQueueOptions<Item> {
  /** Makes all items durable or none; the next call comes after this one has settled. */
  readonly write: (items: readonly Item[]) => Promise<void>;
  /** How much work an item is, in any unit. */
  readonly weigh: (item: Item) => number;
  /** Items share a write up to this weight; one item alone may be heavier. */
  readonly maxWeight: number;
}

interface Waiting<Item> {
  readonly folder: string;
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Runs one write at a time; what arrives meanwhile shares the next one. */
export class CommitQueue<Item> {
  readonly #options: CommitQueueOptions<Item>;
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: CommitQueueOptions<Item>) {
    this.#options = options;
  }

  /** Resolves when the item is durable, rejects with the failure of its write; STORE_FAILED once closed. */
  push(folder: string, item: Item): Promise<void> {
    if (this.#isClosed) return Promise.reject(new KithError('STORE_FAILED', { reason: 'closed' }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ folder, item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing more; resolves when all that was taken has settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn's grace, so that commits called in one go share the first write too.
    await undefined;
    while (this.#waiting.length > 0) await this.#writeSome();
    this.#running = undefined;
  }

  async #writeSome(): Promise<void> {
    const batch = this.#take();
    try {
      await this.#options.write(batch.map(({ item }) => item));
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  #take(): readonly Waiting<Item>[] {
    const { weigh, maxWeight } = this.#options;
    let weight = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      weight += weigh(item);
      if (count > 0 && weight > maxWeight) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #fail(batch: readonly Waiting<Item>[], error: unknown): void {
    const folders = new Set(batch.map(({ folder }) => folder));
    const doomed = this.#waiting.filter(({ folder }) => folders.has(folder));
    this.#waiting = this.#waiting.filter(({ folder }) => !folders.has(folder));
    for (const { reject } of [...batch, ...doomed]) reject(error);
  }
}
