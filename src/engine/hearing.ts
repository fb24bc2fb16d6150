/** What other devices announce becomes claims in the database; when their whole index has arrived they are heard out. */

import type { DeviceId } from '../model/device-id.ts';
import type { IndexClaim, IndexNews } from '../ports/exchange.ts';
import type { FolderChange, PeerIndex } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';

interface Hearing {
  /** Sequence at which the index is complete. */
  readonly until: number;
  /** Nothing was ever heard of the device before: no claim of it can be outdated. */
  isFirst: boolean;
  isHeard: boolean;
  isFull: boolean;
}

/**
 * How an index came to be complete. `full`: claims may have gone that no entry named. `first`: every claim there is was
 * news of its own.
 */
export type Heard = 'first' | 'full' | 'update';

/** Entries taken in one commit. */
const GROUP = 2000;

export class Hearings {
  readonly #context: FolderContext;
  readonly #hearings = new Map<DeviceId, Hearing>();
  readonly #onComplete: (heard: Heard) => Promise<void>;

  constructor(context: FolderContext, onComplete: (heard: Heard) => Promise<void>) {
    this.#context = context;
    this.#onComplete = onComplete;
  }

  /** A device is connected, and says how far its index goes. */
  async begin(device: DeviceId, index: IndexClaim): Promise<void> {
    const stored = this.stored(device);
    const isSame = stored.indexId === index.indexId && index.indexId !== 0n;
    const isFirst = this.#context.store.peer(device) === undefined;
    const hearing = { until: index.sequence, isFirst, isHeard: false, isFull: false };
    this.#hearings.set(device, hearing);
    if (isSame && stored.heard >= index.sequence) {
      await this.#complete(device, hearing);
    } else if (!isSame && index.sequence === 0) {
      // An empty index is never sent: nothing of what it claimed before holds.
      hearing.isFull = true;
      const peer = { device, indexId: index.indexId, heard: 0 };
      await this.#context.ledger.change(() => ({ beginIndex: device, peer }));
      await this.#complete(device, hearing);
    } else if (!isSame) {
      // Claims of before count until the new index is complete.
      const peer = { device, indexId: index.indexId, heard: 0 };
      await this.#context.ledger.change(() => ({ peer }));
    }
  }

  end(device: DeviceId): void {
    this.#hearings.delete(device);
  }

  isHeard(device: DeviceId): boolean {
    return this.#hearings.get(device)?.isHeard === true;
  }

  stored(device: DeviceId): PeerIndex {
    return this.#context.store.peer(device) ?? { device, indexId: 0n, heard: 0 };
  }

  /** Resolves when the news is durable. */
  async take(device: DeviceId, news: IndexNews): Promise<void> {
    const hearing = this.#hearings.get(device);
    for (let at = 0; at < Math.max(1, news.entries.length); at += GROUP) {
      const entries = news.entries.slice(at, at + GROUP);
      await this.#context.ledger.change(() => {
        const stored = this.stored(device);
        const begins = news.kind === 'full' && at === 0;
        const heard = entries.reduce(
          (top, e) => Math.max(top, e.sequence),
          begins ? 0 : stored.heard,
        );
        const change: FolderChange = {
          claims: { device, entries: entries.map(({ sequence: _, ...entry }) => entry) },
          peer: { ...stored, heard },
        };
        return begins ? { ...change, beginIndex: device } : change;
      });
    }
    if (hearing === undefined) return;
    if (news.kind === 'full') {
      // One that begins again makes the claims of the one before it outdated.
      if (hearing.isFull) hearing.isFirst = false;
      hearing.isFull = true;
    }
    if (this.stored(device).heard >= hearing.until) await this.#complete(device, hearing);
  }

  async #complete(device: DeviceId, hearing: Hearing): Promise<void> {
    if (hearing.isHeard) return;
    if (!hearing.isFirst) await this.#context.ledger.change(() => ({ endIndex: device }));
    hearing.isHeard = true;
    if (hearing.isFirst) await this.#onComplete('first');
    else await this.#onComplete(hearing.isFull ? 'full' : 'update');
  }
}
