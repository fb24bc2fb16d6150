/** The way between two devices, each direction by itself: how long it takes, what fits through, and whether it is cut. */

/** How one direction behaves. All of it can be written as JSON. Times in virtual milliseconds. */
export interface LinkTraits {
  readonly delayMs: number;
  /** Up to this much more, drawn for each piece. */
  readonly jitterMs: number;
  /** null or Infinity: no limit. */
  readonly bytesPerMs: number | null;
  /** Bytes that travel as one piece at most; 1 makes every byte arrive alone. */
  readonly mostPiece: number;
  /** Share of the pieces that are cut at a random border below that. */
  readonly cutChance: number;
  /** Share of the pieces that arrive in one with those right behind them. */
  readonly joinChance: number;
  /** Larger pieces never arrive, and hold up what is behind them; null: all do. */
  readonly blackHoleAbove: number | null;
  /** Up to this long a connection stands for its dialler before the listener's program hears of it. */
  readonly acceptMs: number;
  /** Share of the dials that hang until they time out, though the other side is well. */
  readonly hangChance: number;
  /** Every connection is reset within this time; null: none is. */
  readonly mostLifeMs: number | null;
}

/** An ordinary link. */
export const DEFAULT_LINK: LinkTraits = {
  delayMs: 5,
  jitterMs: 5,
  bytesPerMs: null,
  mostPiece: 64 * 1024,
  cutChance: 0.2,
  joinChance: 0.2,
  blackHoleAbove: null,
  acceptMs: 0,
  hangChance: 0,
  mostLifeMs: null,
};

/** One direction. */
export class Way {
  #traits: LinkTraits = DEFAULT_LINK;
  #isStopped = false;
  /** What stands still, to go on when something has changed. */
  readonly #stalled = new Set<() => void>();
  #busyUntil = 0;
  #bytes = 0;

  get traits(): LinkTraits {
    return this.#traits;
  }

  /** Bytes stand still; nothing is lost. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Bytes that have arrived since the world began. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True if a piece of so many bytes gets through now; else `goOn` is called when it is worth asking again. */
  lets(bytes: number, goOn: () => void): boolean {
    const { blackHoleAbove } = this.#traits;
    if (!this.#isStopped && bytes <= (blackHoleAbove ?? Infinity)) return true;
    this.#stalled.add(goOn);
    return false;
  }

  /** When a piece that leaves now arrives, if `draw` in [0, 1) is its share of the jitter. */
  arrival(piece: { bytes: number; now: number; draw: number }): number {
    const { delayMs, jitterMs, bytesPerMs } = this.#traits;
    const start = Math.max(piece.now, this.#busyUntil);
    const sent = start + piece.bytes / (bytesPerMs ?? Infinity);
    this.#busyUntil = sent;
    return sent + delayMs + jitterMs * piece.draw;
  }

  /** So many bytes have arrived. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  stop(): void {
    this.#isStopped = true;
  }

  heal(): void {
    this.#isStopped = false;
    this.#wake();
  }

  shape(traits: Partial<LinkTraits>): void {
    this.#traits = { ...this.#traits, ...traits };
    this.#wake();
  }

  #wake(): void {
    const stalled = [...this.#stalled];
    this.#stalled.clear();
    for (const goOn of stalled) goOn();
  }
}

/** Both directions. */
export class Link {
  readonly #ways: Readonly<Record<string, Way>>;

  constructor(a: string, b: string) {
    this.#ways = { [a]: new Way(), [b]: new Way() };
  }

  /** The direction from this device on. */
  from(device: string): Way {
    const way = this.#ways[device];
    if (way === undefined) throw new Error(`${device} is at no end of this link`);
    return way;
  }

  get ways(): readonly Way[] {
    return Object.values(this.#ways);
  }

  /** False if anything stands still: then nobody can be reached, for that takes both directions. */
  get isOpen(): boolean {
    return this.ways.every((way) => !way.isStopped);
  }
}
