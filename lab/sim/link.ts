/** The way between two devices: how long it takes, how much fits through, and whether it is cut. */

/** Symmetric. Delays in virtual milliseconds. */
export interface LinkTraits {
  readonly delayMs: number;
  /** Up to this much more, drawn for each piece. */
  readonly jitterMs: number;
  /** Infinity: no limit. */
  readonly bytesPerMs: number;
}

const DEFAULT_LINK: LinkTraits = { delayMs: 5, jitterMs: 5, bytesPerMs: Infinity };

export class Link {
  traits: LinkTraits = DEFAULT_LINK;
  isCut = false;
  /** What stands still while the link is cut, to go on when it is healed. */
  readonly stalled = new Set<() => void>();
  readonly #busyUntil = new Map<string, number>();
  readonly #bytes = new Map<string, number>();

  /** When a piece that leaves `from` now arrives, if `draw` in [0, 1) is its share of the jitter. */
  arrival(piece: { from: string; bytes: number; now: number; draw: number }): number {
    const { delayMs, jitterMs, bytesPerMs } = this.traits;
    const start = Math.max(piece.now, this.#busyUntil.get(piece.from) ?? 0);
    const sent = start + piece.bytes / bytesPerMs;
    this.#busyUntil.set(piece.from, sent);
    return sent + delayMs + jitterMs * piece.draw;
  }

  count(from: string, bytes: number): void {
    this.#bytes.set(from, this.bytesFrom(from) + bytes);
  }

  /** Bytes that have arrived from this side since the world began. */
  bytesFrom(device: string): number {
    return this.#bytes.get(device) ?? 0;
  }

  heal(): void {
    this.isCut = false;
    const stalled = [...this.stalled];
    this.stalled.clear();
    for (const goOn of stalled) goOn();
  }
}
