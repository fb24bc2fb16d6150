/** What happened, as a running hash and the last lines: equal hashes mean equal stories. */

/** Cheap enough for every event: two 32-bit lanes over the characters of each line. */
export class Trace {
  readonly #recent: string[] = [];
  readonly #keep: number;
  #low = 0x811c_9dc5;
  #high = 0x9747_b28c;
  #count = 0;

  /** `keep`: how many of the last lines are held, once or twice as many. */
  constructor(keep = 1_000) {
    this.#keep = keep;
  }

  /** Adds one line; `at` is virtual time in milliseconds. */
  add(at: number, line: string): void {
    const micros = Math.round(at * 1_000);
    let low = Math.imul(this.#low ^ (micros | 0), 0x0100_0193);
    let high = Math.imul(this.#high ^ (micros / 0x1_0000_0000), 0x85eb_ca6b);
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      low = Math.imul(low ^ unit, 0x0100_0193);
      high = Math.imul(high ^ unit, 0x5bd1_e995) ^ (high >>> 15);
    }
    this.#low = low;
    this.#high = high;
    this.#count += 1;
    if (this.#recent.length >= this.#keep * 2) this.#recent.splice(0, this.#keep);
    this.#recent.push(`${at.toFixed(3)} ${line}`);
  }

  /** Number of lines so far. */
  get count(): number {
    return this.#count;
  }

  hash(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return `${hex(this.#high)}${hex(this.#low)}-${this.#count}`;
  }

  /** The last lines, for people. */
  recent(lines: number): readonly string[] {
    return this.#recent.slice(-lines);
  }
}
