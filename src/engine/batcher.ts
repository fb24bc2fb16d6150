/** Gathers small requests into jobs of bounded weight, so that many cost few; as many jobs at once as there are workers. */

export interface BatcherParts<Item, Result> {
  /** Runs one job; the results in the order of the items. A rejection is every item's. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Bytes of an item. */
  readonly weigh: (item: Item) => number;
  readonly mostBytes: number;
  readonly mostItems: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One for each disk worker. */
const JOBS = 2;

/** What waits is not bounded here: callers bound what they ask for. */
export class Batcher<Item, Result> {
  readonly #parts: BatcherParts<Item, Result>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #running = 0;

  constructor(parts: BatcherParts<Item, Result>) {
    this.#parts = parts;
  }

  /** The item's result, or its job's rejection. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      void this.#soon();
    });
  }

  /** After what else comes in this turn, so that it travels in the same job. */
  async #soon(): Promise<void> {
    await Promise.resolve();
    this.#start();
  }

  #start(): void {
    while (this.#running < JOBS && this.#waiting.length > 0) {
      this.#running++;
      void this.#run(this.#take());
    }
  }

  #take(): readonly Waiting<Item, Result>[] {
    const { weigh, mostBytes, mostItems } = this.#parts;
    let bytes = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      bytes += weigh(item);
      if (count > 0 && (bytes > mostBytes || count >= mostItems)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #run(job: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#parts.run(job.map((each) => each.item));
      for (const [index, each] of job.entries()) each.resolve(results[index] as Result);
    } catch (error) {
      for (const each of job) each.reject(error);
    } finally {
      this.#running--;
      this.#start();
    }
  }
}
