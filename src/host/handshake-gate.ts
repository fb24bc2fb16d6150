/** Bounds how many strangers may be in handshake at once, so that slow ones cannot use up sockets and memory. */

/** How many at once: in all, and of one source. */
export interface HandshakeLimits {
  readonly most: number;
  readonly mostOfSource: number;
}

/** Counts who is inside. */
export class HandshakeGate {
  readonly #limits: HandshakeLimits;
  readonly #bySource = new Map<string, number>();
  #total = 0;

  constructor(limits: HandshakeLimits) {
    this.#limits = limits;
  }

  /** Lets one of `source` in and gives what lets it out, to be called any number of times; undefined if it is too many. */
  enter(source: string): (() => void) | undefined {
    const mine = this.#bySource.get(source) ?? 0;
    if (this.#total >= this.#limits.most || mine >= this.#limits.mostOfSource) return undefined;
    this.#total++;
    this.#bySource.set(source, mine + 1);
    let isInside = true;
    return () => {
      if (isInside) this.#leave(source);
      isInside = false;
    };
  }

  #leave(source: string): void {
    this.#total--;
    const left = (this.#bySource.get(source) ?? 1) - 1;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }
}
