/** How much one device may announce in a folder: without a bound, an index without end would fill the disk of the database. */

import { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import type { FolderId } from '../model/folder.ts';
import type { FolderStore } from '../ports/folder-store.ts';

/** Some eight million files of one block; the database takes about as much room for them. */
const MOST_BYTES = 4 * 2 ** 30;
/** What an entry costs beside its bytes: keys, and its places in indexes. */
const ENTRY_BYTES = 256;
/** At most what a row has beside its parts of changing length. */
const FIXED_BYTES = 128;
/** A count has to leave this part of the bound free, or every message near the bound would cost another count. */
const TO_SPARE = 1 / 16;

export interface AllowanceParts {
  readonly folder: FolderId;
  readonly store: Pick<FolderStore, 'announcedBy'>;
  /** Bytes for each device; undefined: 4 GiB. */
  readonly most: number | undefined;
}

/** What is kept of a device: no less than `bytes`, unless nothing was taken since it was counted. */
interface Account {
  readonly bytes: number;
  readonly isCounted: boolean;
}

export class Allowance {
  readonly #parts: AllowanceParts;
  readonly #most: number;
  readonly #accounts = new Map<DeviceId, Account>();
  readonly #usedUp = new Set<DeviceId>();

  constructor(parts: AllowanceParts) {
    this.#parts = parts;
    this.#most = parts.most ?? MOST_BYTES;
  }

  /**
   * These entries are about to be kept. PEER_ANNOUNCES_TOO_MUCH if the device has no room for them: then none of them may be.
   * What is kept of the device is counted at its first entries, and again when a sixteenth of the bound has been announced.
   */
  take(device: DeviceId, entries: readonly Entry[]): void {
    const wanted = entries.reduce((sum, entry) => sum + costOf(entry), 0);
    let account = this.#accounts.get(device) ?? this.#count(device);
    if (!account.isCounted && account.bytes + wanted > this.#most) account = this.#count(device);
    const most = account.isCounted ? this.#most * (1 - TO_SPARE) : this.#most;
    if (account.bytes + wanted > most) {
      this.#accounts.set(device, account);
      this.#usedUp.add(device);
      const { folder } = this.#parts;
      throw new KithError('PEER_ANNOUNCES_TOO_MUCH', { folder, kept: account.bytes, most });
    }
    this.#accounts.set(device, { bytes: account.bytes + wanted, isCounted: wanted === 0 });
  }

  /** The device was refused something, and has not been heard out since. */
  isUsedUp(device: DeviceId): boolean {
    return this.#usedUp.has(device);
  }

  /** All that the device has announced is kept. */
  heardOut(device: DeviceId): void {
    this.#usedUp.delete(device);
  }

  /** Something of the device has been dropped: what is left is counted anew. */
  dropped(device: DeviceId): void {
    this.#accounts.delete(device);
    this.#usedUp.delete(device);
  }

  #count(device: DeviceId): Account {
    const { entries, bytes } = this.#parts.store.announcedBy(device);
    return { bytes: entries * ENTRY_BYTES + bytes, isCounted: true };
  }
}

/** No less than what its row will take. */
function costOf({ path, blocks, version, target, contentHash, previousHash }: Entry): number {
  // A unit of UTF-16 has at most three bytes in UTF-8.
  const texts = 3 * path.length + target.length + contentHash.length + previousHash.length;
  return ENTRY_BYTES + FIXED_BYTES + texts + blocks.length + 16 * version.length;
}
