/** Chance that is cheap and the same for the same seed: a few thousand draws for each case of the planner. */

export class Dice {
  #state: number;

  /** `seed`: any whole number. */
  constructor(seed: number) {
    this.#state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.floor(seed / 2 ** 32)) >>> 0;
  }

  /** A whole number from 0 to `below` - 1. (T. Ettinger's mulberry32.) */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** True `percent` times of a hundred. */
  isUnder(percent: number): boolean {
    return this.int(100) < percent;
  }

  /** In place. */
  shuffle<Item>(items: Item[]): Item[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const item = items[last] as Item;
      items[last] = items[other] as Item;
      items[other] = item;
    }
    return items;
  }
}
