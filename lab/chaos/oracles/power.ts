/**
 * What a crash must not undo (I12): what a row says, and the disk said too, the disk still says when the power is back; and
 * nobody has heard more of an index than its own device still knows.
 */

import { equalBytes } from '../../../src/base/bytes.ts';
import type { MemorySnapshot } from '../../../src/store/memory-store.ts';
import type { SimDevice } from '../../sim/device.ts';
import type { Inode } from '../../sim/inode.ts';
import { FOLDER } from '../../sim/kith-world.ts';
import { resolvePath } from '../../sim/resolve-path.ts';
import { readsOf, textOf } from '../region.ts';
import type { Blame } from '../violation.ts';
import { contentHash } from './content-hash.ts';

/** One row that was true of the disk before; content undefined: nothing stood there, and the row says so. */
interface Promised {
  readonly path: string;
  readonly diskPath: string;
  readonly content: Uint8Array | undefined;
}

/** What was not promised, or taken back. */
interface Unpromised {
  /** Values of people who did not wait for the disk. */
  readonly careless: ReadonlySet<string>;
}

/** What the rows of a device that runs say truly of its disk. */
export function promisedBy(device: SimDevice, { careless }: Unpromised): readonly Promised[] {
  // What was held once may have failed since without a word, and is only looked at then.
  const isHeld = (path: string): boolean =>
    device.log.some(({ event, facts }) => event === 'path-held' && facts['path'] === path);
  const rows = readsOf(device)?.oursAfter(0, Number.MAX_SAFE_INTEGER) ?? [];
  return rows.flatMap((row): Promised[] => {
    const { path, diskPath = path, deleted, invalid, kind, contentHash: content } = row;
    if (invalid || isHeld(path)) return [];
    const standing = standingAt(device, diskPath);
    if (deleted) return standing === undefined ? [{ path, diskPath, content: undefined }] : [];
    if (kind !== 'file' || standing?.kind !== 'file') return [];
    if (careless.has(textOf(standing))) return [];
    if (!equalBytes(contentHash(standing.bytes()), content)) return [];
    return [{ path, diskPath, content }];
  });
}

/** Once the power is back: what of it is not true any more. */
export function checkPromises(
  device: SimDevice,
  promised: readonly Promised[],
  blame: Blame,
): void {
  for (const { path, diskPath, content } of promised) {
    const standing = standingAt(device, diskPath);
    if (content === undefined) {
      if (standing === undefined) continue;
      blame('I12', `${device.name}: ${path} was recorded as deleted and is back after a power cut`);
    } else if (standing?.kind !== 'file' || !equalBytes(contentHash(standing.bytes()), content)) {
      blame('I12', `${device.name}: ${path} was recorded and is not there after a power cut`);
    }
  }
}

/** Nobody has heard of rows that the device does not have any more. `database`: what it has now. */
export function checkHeard(
  device: SimDevice,
  facts: { readonly others: readonly SimDevice[]; readonly database: MemorySnapshot | undefined },
  blame: Blame,
): void {
  const folder = facts.database?.folders.get(FOLDER);
  const identity = folder?.identity();
  if (folder === undefined || identity === undefined) return;
  const last = folder.lastSequence();
  for (const other of facts.others) {
    const heard = readsOf(other)?.peer(device.id);
    if (heard?.indexId !== identity.indexId || heard.heard <= last) continue;
    blame('I12', `${other.name} heard ${device.name} up to ${heard.heard}, which ends at ${last}`);
  }
}

function standingAt(device: SimDevice, diskPath: string): Inode | undefined {
  return resolvePath(device.tree, `${device.root}/${diskPath}`);
}
