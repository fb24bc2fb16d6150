/**
 * What is changed in a folder that only receives: it is *kept*, and told to nobody. A kept row knows the version that it was
 * made from, and beside it a counter that no device has, so that it never competes with what others announce. Pure.
 */

import type { Entry, SequencedEntry } from '../model/entry.ts';
import type { FolderKind } from '../model/folder.ts';
import { counterOf } from '../model/version.ts';
import { chooseGlobal, type GlobalChoice } from './global.ts';

/** The counter of what is kept. No version that has it leaves this device, and none comes in. */
export const KEPT_COUNTER = 0n;

const NOTHING = new Uint8Array(0);

/** Whether the row tells of a change that stays on this device. */
export function isKept(entry: Pick<Entry, 'version'>): boolean {
  return counterOf(entry.version, KEPT_COUNTER) > 0n;
}

/** Whether what stands there was given up by a person: it is replaced or removed, without a copy. */
export function isGivenUp(entry: Entry): boolean {
  return entry.version.length === 0 && !entry.invalid && !entry.deleted;
}

/** The counter that rises with what is changed on this device. */
export function countedBy(kind: FolderKind, own: bigint): bigint {
  return kind === 'receive-only' ? KEPT_COUNTER : own;
}

/** The choice for this device: what is kept is in nobody's choice. */
export function globalFor(
  ours: Entry | undefined,
  announced: readonly Entry[],
): GlobalChoice | undefined {
  const counts = ours !== undefined && !isKept(ours);
  return chooseGlobal(counts ? [ours, ...announced] : announced);
}

/** A row as others hear of it: of what is kept no more than that this device does not have what it may have had. */
export function asTold(row: SequencedEntry): SequencedEntry {
  if (!isKept(row) && row.version.length > 0) return row;
  const bare = { size: 0, blockSize: 0, blocks: NOTHING, contentHash: NOTHING };
  const told = { ...row, ...bare, previousHash: NOTHING, target: NOTHING };
  return { ...told, invalid: true, version: [] };
}
