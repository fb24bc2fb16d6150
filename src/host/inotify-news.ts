/** What happened and was not told yet: one event for a path, bounded; beyond the bound all is lost and admitted. */

import type { WatchBatch, WatchEvent } from '../ports/watcher.ts';

/** `created`: a name that appeared; whether it is written or complete shows only when it is looked at. */
export type NewsKind = WatchEvent['kind'] | 'created';

const RANK: Readonly<Record<NewsKind, number>> = { writing: 0, created: 0, settled: 1, tree: 2 };

/** Events that wait at most. */
const MOST_NEWS = 65_536;

export class InotifyNews {
  readonly #events = new Map<string, NewsKind>();
  readonly #limit: number;
  #isOverflown = false;
  #blind: string | undefined;
  #isBlindTold = true;

  constructor(limit = MOST_NEWS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#events.size;
  }

  /** True if something has to be told even if there are no events. */
  get isUrgent(): boolean {
    return this.#isOverflown || !this.#isBlindTold;
  }

  /** Of two events for one path the one that asks for more stays; of equal ones the last. */
  add(path: string, kind: NewsKind): void {
    const known = this.#events.get(path);
    if (known !== undefined && RANK[known] > RANK[kind]) return;
    if (known === undefined && this.#events.size >= this.#limit) this.lose();
    else this.#events.set(path, kind);
  }

  /** Events were lost: everything has to be looked at, so what is known is no longer needed. */
  lose(): void {
    this.#events.clear();
    this.#isOverflown = true;
  }

  /** What is not watched, and why; told at once if it changed, and with every batch. */
  setBlind(blind: string | undefined): void {
    if (blind === this.#blind) return;
    this.#blind = blind;
    this.#isBlindTold = false;
  }

  /** At most `limit` events, the oldest first. `look` decides what a created name is. */
  take(limit: number, look: (path: string) => 'writing' | 'settled'): WatchBatch {
    const events: WatchEvent[] = [];
    for (const [path, kind] of this.#events) {
      if (events.length >= limit) break;
      this.#events.delete(path);
      events.push({ path, kind: kind === 'created' ? look(path) : kind });
    }
    const batch = { events, overflow: this.#isOverflown, blind: this.#blind };
    this.#isOverflown = false;
    this.#isBlindTold = true;
    return batch;
  }
}
