/** Pushed here, pulled there: how a simulated port hands things to the one program that reads them. */

type Waiting<Item> = {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (error: unknown) => void;
};

/** Unbounded; one reader. After `end` or `fail` what was pushed before is still read, unless `fail` drops it. */
export class Mailbox<Item> implements AsyncIterable<Item> {
  #items: Item[] = [];
  #ending: { readonly error?: unknown } | undefined;
  #waiting: Waiting<Item> | undefined;
  readonly #onTaken: (item: Item) => void;

  /** `onTaken` hears of every item that the reader took. */
  constructor(onTaken: (item: Item) => void = () => undefined) {
    this.#onTaken = onTaken;
  }

  push(item: Item): void {
    if (this.#ending !== undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#items.push(item);
    else {
      this.#onTaken(item);
      waiting.resolve({ done: false, value: item });
    }
  }

  /** No more will come. */
  end(): void {
    if (this.#ending !== undefined) return;
    this.#ending = {};
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  /** No more will come, and what waits will not be read: it is given back. */
  close(): readonly Item[] {
    const items = this.#items;
    this.#items = [];
    this.end();
    return items;
  }

  /** What waits is dropped; this and every later attempt to read throws. */
  fail(error: unknown): void {
    if (this.#ending !== undefined && 'error' in this.#ending) return;
    this.#items = [];
    this.#ending = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<Item, undefined> {
    return {
      next: () => this.#next(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  #next(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#onTaken(item);
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#ending !== undefined) {
      if ('error' in this.#ending) return Promise.reject(this.#ending.error);
      return Promise.resolve({ done: true, value: undefined });
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}
