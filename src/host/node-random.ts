/** ports/random on Node: the system's secure source. */

import { randomFillSync } from 'node:crypto';
import type { Random } from '../ports/random.ts';

/** Fit for keys and tokens. */
export class NodeRandom implements Random {
  readonly #words = new Uint32Array(2);

  unit(): number {
    const [high = 0, low = 0] = randomFillSync(this.#words);
    // 53 bits: all that a number below 1 holds.
    return ((high >>> 6) * 2 ** 27 + (low >>> 5)) / 2 ** 53;
  }

  bytes(length: number): Uint8Array {
    return randomFillSync(new Uint8Array(length));
  }
}
