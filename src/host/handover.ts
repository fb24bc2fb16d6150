/** Hands things from callbacks to one reader, a bounded number of them; what comes beyond is refused, not kept. */

/** A queue with an end. */
export class Handover<T> {
  readonly #capacity: number;
  #queue: T[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** True if it was taken; false if the queue is full or has ended. */
  offer(item: T): boolean {
    if (this.#hasEnded || this.#queue.length >= this.#capacity) return false;
    this.#queue.push(item);
    this.#wake?.();
    return true;
  }

  /** Nothing more is taken; the reader ends at once. Gives what nobody will read, for the caller to dispose of. */
  end(): readonly T[] {
    this.#hasEnded = true;
    const left = this.#queue;
    this.#queue = [];
    this.#wake?.();
    return left;
  }

  /** Everything in order, until the end. One reader. */
  async *read(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else if (this.#hasEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
