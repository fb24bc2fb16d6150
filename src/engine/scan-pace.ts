/** When everything is looked at: at the start, when it is asked for, and at intervals; shorter ones where nothing tells of changes. */

/** Everything is looked at this often, whatever the events say. */
const EVERY_MS = 3_600_000;
/** Where some or all changes are not told, it is the only way to find them. */
const BLIND_EVERY_MS = 60_000;
/** But looking may not take more than this part of the time. */
const BLIND_SHARE = 1 / 20;

/** Times are monotonic. */
export class ScanPace {
  #isScanning = false;
  #beganMs: number | undefined;
  #tookMs = 0;
  #blind: string | undefined;

  /** A look at everything is under way, or asked for. */
  get isScanning(): boolean {
    return this.#isScanning;
  }

  /** None is asked for that has not begun. */
  get hasBegun(): boolean {
    return this.#beganMs !== undefined;
  }

  /** For people: what is not watched and why, and what is done about it; undefined if changes are told. */
  get blind(): string | undefined {
    if (this.#blind === undefined) return undefined;
    const seconds = Math.ceil(this.#restingEveryMs() / 1000);
    return `${this.#blind}; everything is looked at every ${seconds} s`;
  }

  /** What is not watched, and why; undefined: everything is. True if that is news. */
  setBlind(blind: string | undefined): boolean {
    const isNews = blind !== this.#blind;
    this.#blind = blind;
    return isNews;
  }

  /** Everything is to be looked at now. */
  ask(): void {
    this.#isScanning = true;
    this.#beganMs = undefined;
  }

  begin(nowMs: number): void {
    this.#isScanning = true;
    this.#beganMs = nowMs;
  }

  end(nowMs: number): void {
    this.#isScanning = false;
    this.#tookMs = nowMs - (this.#beganMs ?? nowMs);
  }

  /** When the next look begins. */
  dueMs(): number {
    if (this.#beganMs === undefined) return 0;
    // One that takes long would otherwise be begun again and again, and never end.
    return this.#beganMs + (this.#isScanning ? EVERY_MS : this.#restingEveryMs());
  }

  #restingEveryMs(): number {
    if (this.#blind === undefined) return EVERY_MS;
    return Math.min(EVERY_MS, Math.max(BLIND_EVERY_MS, this.#tookMs / BLIND_SHARE));
  }
}
