/**
 * Seeded randomness: xoshiro128** whose state SplitMix64 makes from a seed. Forks are keyed by what they are for, not by
 * how many numbers were drawn before, so that one more draw in one place leaves every other place as it was.
 */

import type { Random } from '../../src/ports/random.ts';

const MASK = 0xffff_ffff_ffff_ffffn;

/** One stream of numbers. Equal seeds give equal streams on every machine. */
export class SimRandom implements Random {
  readonly #seed: bigint;
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  constructor(seed: bigint | number) {
    this.#seed = BigInt(seed) & MASK;
    let state = this.#seed;
    const next = (): bigint => {
      state = (state + 0x9e37_79b9_7f4a_7c15n) & MASK;
      return splitMix(state);
    };
    const low = next();
    const high = next();
    this.#a = Number(low & 0xffff_ffffn);
    this.#b = Number(low >> 32n);
    this.#c = Number(high & 0xffff_ffffn);
    this.#d = Number(high >> 32n);
  }

  /** A whole number in [0, 2^32). */
  u32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  unit(): number {
    return this.u32() / 0x1_0000_0000;
  }

  /** A whole number in [0, `bound`). */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the items; there must be one. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.below(items.length)] as Item;
  }

  /** The same items in another order. */
  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    const rest = [...items];
    return items.flatMap(() => rest.splice(this.below(rest.length), 1));
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.u32();
      for (let i = 0; i < 4 && at + i < length; i++) bytes[at + i] = word >>> (8 * i);
    }
    return bytes;
  }

  /** The stream for what these words name: it depends on the seed and the words alone. */
  fork(...key: readonly (string | number)[]): SimRandom {
    let seed = this.#seed;
    for (const word of key) seed = splitMix((seed ^ hashWord(word)) & MASK);
    return new SimRandom(seed);
  }
}

function splitMix(state: bigint): bigint {
  let z = ((state ^ (state >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK;
  return z ^ (z >> 31n);
}

/** FNV-1a; the type is part of the key, so that fork(1) and fork('1') differ. */
function hashWord(word: string | number): bigint {
  let hash = typeof word === 'string' ? 0xcbf2_9ce4_8422_2325n : 0x8422_2325_cbf2_9ce4n;
  for (const unit of String(word)) {
    hash = ((hash ^ BigInt(unit.codePointAt(0) ?? 0)) * 0x100_0000_01b3n) & MASK;
  }
  return hash;
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
