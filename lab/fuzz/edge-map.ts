/** Which ways an input takes through instrumented code: steps from one counter to the next, and how often. */

import { COUNTER } from './instrument.ts';

const SIZE = 0x10000;

/** Counts for one input at a time. One per thread: the counters find it under a global name. */
export class EdgeMap {
  readonly #counts = new Uint8Array(SIZE);
  readonly #touched = new Uint32Array(SIZE);
  #many = 0;
  #before = 0;

  /** From now on the counters of this thread count here. */
  install(): void {
    Reflect.set(globalThis, COUNTER, (counter: number) => {
      const at = this.#before ^ counter;
      const count = this.#counts[at] ?? 0;
      if (count === 0) this.#touched[this.#many++] = at;
      if (count < 255) this.#counts[at] = count + 1;
      this.#before = counter >>> 1;
    });
  }

  /** Forgets the input before. */
  clear(): void {
    for (let i = 0; i < this.#many; i++) this.#counts[this.#touched[i] ?? 0] = 0;
    this.#many = 0;
    this.#before = 0;
  }

  /** What the input since `clear` did: one number for each step and order of magnitude of its count. A fresh array. */
  features(): number[] {
    const features: number[] = [];
    for (let i = 0; i < this.#many; i++) {
      const at = this.#touched[i] ?? 0;
      features.push(at * 8 + magnitude(this.#counts[at] ?? 0));
    }
    return features;
  }
}

/** 1, 2, 3, up to 7, 15, 31, 127, more. */
function magnitude(count: number): number {
  if (count <= 3) return count - 1;
  if (count <= 7) return 3;
  if (count <= 15) return 4;
  if (count <= 31) return 5;
  return count <= 127 ? 6 : 7;
}
