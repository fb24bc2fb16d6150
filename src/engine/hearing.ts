/** What other devices announce becomes claims in the database; when their whole index has arrived they are heard out. */

import { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { SequencedEntry } from '../model/entry.ts';
import type { IndexClaim, IndexNews } from '../ports/exchange.ts';
import type { FolderChange, PeerIndex } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';

interface Hearing {
  /** Sequence at which the index is complete. */
  readonly until: number;
  /** Nothing was ever heard of the device before: no claim of it can be outdated. */
  isFirst: boolean;
  isHeard: boolean;
  /** A full index came on this connection. */
  hasBegun: boolean;
  /** Its index is complete, and what it made outdated waits for the disk to be looked at. */
  isHeldBack: boolean;
}

/**
 * How an index came to be complete. `replaced`: claims have gone that no entry named. `first`: every claim there is was
 * news of its own.
 */
export type Heard = 'first' | 'replaced' | 'update';

export interface HearingsParts {
  /** The folder is shared with the device at this moment. */
  readonly isSharedWith: (device: DeviceId) => boolean;
  readonly onComplete: (heard: Heard) => Promise<void>;
}

/** Entries taken in one commit. */
const GROUP = 2000;

export class Hearings {
  readonly #context: FolderContext;
  readonly #hearings = new Map<DeviceId, Hearing>();
  readonly #parts: HearingsParts;

  constructor(context: FolderContext, parts: HearingsParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** A device is connected, and says how far its index goes. */
  async begin(device: DeviceId, index: IndexClaim): Promise<void> {
    const stored = this.stored(device);
    const isSame = stored.indexId === index.indexId && index.indexId !== 0n;
    const isFirst = this.#context.store.peer(device) === undefined;
    const hearing = {
      until: index.sequence,
      isFirst,
      isHeard: false,
      hasBegun: false,
      isHeldBack: false,
    };
    this.#hearings.set(device, hearing);
    if (!isSame) {
      // Claims of before count until the new index is complete. An empty one is never sent: it is complete at once.
      const peer = { device, indexId: index.indexId, heard: 0 };
      await this.#context.ledger.change(() => {
        this.#expectShared(device);
        return { beginIndex: device, peer };
      });
    }
    if (this.stored(device).heard >= index.sequence) await this.#complete(device, hearing);
  }

  end(device: DeviceId): void {
    this.#context.tally.left(device);
    this.#hearings.delete(device);
  }

  isHeard(device: DeviceId): boolean {
    return this.#hearings.get(device)?.isHeard === true;
  }

  stored(device: DeviceId): PeerIndex {
    return this.#context.store.peer(device) ?? { device, indexId: 0n, heard: 0 };
  }

  /**
   * Resolves when the news is durable. FOLDER_NOT_SHARED; PEER_INDEX_GAP if something before it was not heard: nothing of it is taken then.
   * PEER_ANNOUNCES_TOO_MUCH if there is no room for all of it: what was taken stays, and the index is not complete.
   */
  async take(device: DeviceId, news: IndexNews): Promise<void> {
    const hearing = this.#hearings.get(device);
    const fresh = this.#freshOf(device, news);
    for (let at = 0; at < Math.max(1, fresh.length); at += GROUP) {
      const entries = fresh.slice(at, at + GROUP);
      const paths = entries.map(({ path }) => path);
      const build = (): FolderChange => {
        this.#expectShared(device);
        const stored = this.stored(device);
        const begins = news.kind === 'full' && at === 0;
        if (at === 0 && news.kind === 'update') this.#expectNoGap(news, stored);
        this.#context.allowance.take(device, entries);
        const before = begins ? 0 : stored.heard;
        // Only with the last of it, for nobody says that sequences ascend within a message.
        const isLast = at + GROUP >= fresh.length;
        const heard = isLast ? highest(news, before) : before;
        const change: FolderChange = {
          claims: { device, entries: entries.map(({ sequence: _, ...entry }) => entry) },
          peer: { ...stored, heard },
          keepSuperseded: this.#context.superseded.outrun(paths),
        };
        return begins ? { ...change, beginIndex: device } : change;
      };
      // A crash must find what is being put in place among what is announced.
      const { busy, ledger, tally } = this.#context;
      await busy.whileFree(paths, () => ledger.change(build));
      tally.heard(device, paths);
    }
    if (hearing === undefined) return;
    if (news.kind === 'full') {
      // It makes the claims of one before it outdated, on this connection too.
      if (hearing.hasBegun) hearing.isFirst = false;
      hearing.hasBegun = true;
      hearing.isHeard = false;
      hearing.isHeldBack = false;
    }
    if (this.stored(device).heard >= hearing.until) await this.#complete(device, hearing);
  }

  /** What was heard before is older than what is known: said again, it would stand for what has come since, and for good. */
  #freshOf(device: DeviceId, { kind, entries }: IndexNews): readonly SequencedEntry[] {
    if (kind === 'full') return entries;
    const { heard } = this.stored(device);
    return entries.filter(({ sequence }) => sequence > heard);
  }

  /** What it said is forgotten by then, or will be: what is on its way would stand for it for good. FOLDER_NOT_SHARED. */
  #expectShared(device: DeviceId): void {
    if (this.#parts.isSharedWith(device)) return;
    throw new KithError('FOLDER_NOT_SHARED', { folder: this.#context.id });
  }

  /** Else the device would count as heard up to here, and what was missed would never be asked for. */
  #expectNoGap({ prevSequence }: IndexNews, { device, heard }: PeerIndex): void {
    if (prevSequence <= heard) return;
    throw new KithError('PEER_INDEX_GAP', {
      folder: this.#context.id,
      device,
      heard,
      prevSequence,
    });
  }

  /** The disk has been looked at: what waited for that is done. */
  async looked(): Promise<void> {
    for (const [device, hearing] of [...this.#hearings]) {
      if (hearing.isHeldBack) await this.#complete(device, hearing);
    }
  }

  async #complete(device: DeviceId, hearing: Hearing): Promise<void> {
    if (hearing.isHeard) return;
    const { superseded, store, allowance } = this.#context;
    // What goes with it may stand on the disk, and would not be recognised there.
    hearing.isHeldBack = !hearing.isFirst && superseded.isOpen && store.hasOutdated(device);
    if (hearing.isHeldBack) return;
    let heard: Heard = hearing.isFirst ? 'first' : 'update';
    if (!hearing.isFirst) {
      await this.#context.ledger.change(() => {
        this.#expectShared(device);
        // What an earlier connection, or an earlier run, left outdated counts as well.
        if (store.hasOutdated(device)) heard = 'replaced';
        if (heard === 'replaced') allowance.dropped(device);
        return { endIndex: device };
      });
    }
    allowance.heardOut(device);
    hearing.isHeard = true;
    await this.#parts.onComplete(heard);
  }
}

function highest({ entries }: IndexNews, before: number): number {
  return entries.reduce((top, { sequence }) => Math.max(top, sequence), before);
}
