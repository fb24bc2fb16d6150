/** What happened, as a running hash and the last lines: equal hashes mean equal stories. */

/** Something that happens often, hashed once. */
export interface TraceLine {
  readonly text: string;
  readonly word: number;
  /** What one of the lines was about, in words; asked only when somebody reads. */
  readonly describe: (detail: unknown) => string;
}

/** A line to be used again and again. */
export function traceLine(text: string, describe: TraceLine['describe']): TraceLine {
  return { text, word: wordOf(text), describe };
}

function wordOf(text: string): number {
  let word = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) word = Math.imul(word ^ text.charCodeAt(i), 0x0100_0193);
  return word;
}

/** Cheap enough for every event: two 32-bit lanes over time and line. */
export class Trace {
  readonly #lines: (string | TraceLine)[] = [];
  readonly #details: unknown[] = [];
  readonly #times: number[] = [];
  readonly #keep: number;
  #low = 0x811c_9dc5;
  #high = 0x9747_b28c;
  #count = 0;

  /** `keep`: how many of the last lines are held. */
  constructor(keep = 2_000) {
    this.#keep = keep;
  }

  /** Adds one line; `at` is virtual time in milliseconds. */
  add(at: number, line: string | TraceLine, detail?: unknown): void {
    const word = typeof line === 'string' ? wordOf(line) : line.word;
    const micros = Math.round(at * 1_000);
    this.#low = Math.imul(Math.imul(this.#low ^ (micros | 0), 0x0100_0193) ^ word, 0x0100_0193);
    const high = Math.imul(this.#high ^ (micros / 0x1_0000_0000), 0x85eb_ca6b) ^ word;
    this.#high = Math.imul(high, 0x5bd1_e995) ^ (high >>> 15);
    const slot = this.#count % this.#keep;
    this.#times[slot] = at;
    this.#lines[slot] = line;
    this.#details[slot] = detail;
    this.#count += 1;
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
    const most = Math.min(lines, this.#count, this.#keep);
    return Array.from({ length: most }, (_, i) =>
      this.#show((this.#count - most + i) % this.#keep),
    );
  }

  #show(slot: number): string {
    const line = this.#lines[slot];
    const time = this.#times[slot]?.toFixed(3);
    if (line === undefined || typeof line === 'string') return `${time} ${line}`;
    const detail = this.#details[slot];
    return `${time} ${line.text}${detail === undefined ? '' : line.describe(detail)}`;
  }
}
