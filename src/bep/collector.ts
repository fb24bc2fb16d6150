/** Collects a known number of bytes from the pieces of a stream, each byte copied once. */

/** A buffer of a wanted size and how far it is filled. Every `want` begins a fresh buffer. */
export class Collector {
  #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;

  constructor(count: number) {
    this.#bytes = new Uint8Array(count);
  }

  /** Begins anew with an own buffer of `count` bytes; the caller has checked `count` against a limit. */
  want(count: number): void {
    this.#bytes = new Uint8Array(count);
    this.#filled = 0;
  }

  /** Copies what is lacking from `piece`, starting at `from`; returns how many bytes it took. */
  take(piece: Uint8Array, from: number): number {
    const count = Math.min(this.#bytes.length - this.#filled, piece.length - from);
    this.#bytes.set(piece.subarray(from, from + count), this.#filled);
    this.#filled += count;
    return count;
  }

  get isFull(): boolean {
    return this.#filled === this.#bytes.length;
  }

  /** The bytes; theirs is the whole ArrayBuffer, and the collector writes to it no more once it is full. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Big-endian unsigned number of the collected bytes, at most four. */
  get number(): number {
    let value = 0;
    for (const byte of this.#bytes) value = value * 256 + byte;
    return value;
  }
}
