/** A bounded number of bytes that are taken and given back; whoever finds too few waits, in order. */

interface Waiter {
  readonly bytes: number;
  readonly start: () => void;
  readonly fail: (error: unknown) => void;
}

/** See above. */
export class ByteBudget {
  readonly #most: number;
  /** In the order in which they came. */
  readonly #waiters = new Set<Waiter>();
  #free: number;
  #end: { readonly error: unknown } | undefined;

  constructor(most: number) {
    this.#most = most;
    this.#free = most;
  }

  /**
   * Takes `bytes` (all there are, if that is more) as soon as they are free; gives what returns them, to be called once.
   * Rejects with the signal's reason, or with the error of `end`.
   */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#end !== undefined) throw this.#end.error;
    const wanted = Math.min(bytes, this.#most);
    if (this.#waiters.size > 0 || wanted > this.#free) await this.#wait(wanted, signal);
    else this.#free -= wanted;
    return () => this.#giveBack(wanted);
  }

  /** As `take`, without waiting: undefined if the bytes are not free, or if others wait for theirs. */
  tryTake(bytes: number): (() => void) | undefined {
    const wanted = Math.min(bytes, this.#most);
    if (this.#end !== undefined || this.#waiters.size > 0 || wanted > this.#free) return undefined;
    this.#free -= wanted;
    return () => this.#giveBack(wanted);
  }

  /** Everyone who waits, and who comes later, is turned away with `error`. */
  end(error: unknown): void {
    this.#end ??= { error };
    for (const waiter of this.#waiters) waiter.fail(error);
    this.#waiters.clear();
  }

  #wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        signal.removeEventListener('abort', abort);
        done();
      };
      const waiter: Waiter = {
        bytes,
        start: () => settle(resolve),
        fail: (error) => settle(() => reject(error)),
      };
      const abort = () => {
        this.#waiters.delete(waiter);
        waiter.fail(signal.reason);
        this.#startWaiters();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  #giveBack(bytes: number): void {
    this.#free += bytes;
    this.#startWaiters();
  }

  #startWaiters(): void {
    for (const first of this.#waiters) {
      if (first.bytes > this.#free) return;
      this.#waiters.delete(first);
      this.#free -= first.bytes;
      first.start();
    }
  }
}
