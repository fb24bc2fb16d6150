/** A bounded amount that is taken and given back; who waits is served in order. */

interface Waiting {
  readonly amount: number;
  readonly start: () => void;
}

export class Window {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(most: number) {
    this.#most = most;
    this.#free = most;
  }

  /** Resolves when `amount` (cut to the whole) is free; the result gives it back, once. Rejects with the signal's reason. */
  async take(amount: number, signal: AbortSignal): Promise<() => void> {
    const wanted = Math.min(amount, this.#most);
    signal.throwIfAborted();
    if (this.#waiting.length > 0 || this.#free < wanted) await this.#wait(wanted, signal);
    else this.#free -= wanted;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#free += wanted;
      this.#serve();
    };
  }

  #wait(amount: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        amount,
        start: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
        this.#serve();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.amount > this.#free) return;
      this.#free -= first.amount;
      this.#waiting.shift();
      first.start();
    }
  }
}
