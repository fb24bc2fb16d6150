/** Whoever says `idle` has all that is known there to be newer (I30). Versions are compared here by a few lines of our own. */

import type { FolderStatus } from '../../../src/engine/folder-status.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { Version } from '../../../src/model/version.ts';
import type { SimDevice } from '../../sim/device.ts';
import { readsOf } from '../region.ts';
import type { Blame } from '../violation.ts';

/** To be called with the status that the device would tell at this moment. */
export function checkStatus(device: SimDevice, status: FolderStatus, blame: Blame): void {
  const reads = readsOf(device);
  if (status.state !== 'idle' || reads === undefined) return;
  for (const path of reads.paths(undefined, Number.MAX_SAFE_INTEGER)) {
    const ours = reads.ours(path);
    for (const { entry } of reads.announced(path)) {
      if (entry.invalid || !isLacking(ours, entry)) continue;
      blame('I30', `${device.name} says idle and lacks a newer version of ${path}`);
      return;
    }
  }
}

function isLacking(ours: Entry | undefined, theirs: Entry): boolean {
  if (ours === undefined) return !theirs.deleted;
  if (!covers(theirs.version, ours.version)) return false;
  return !covers(ours.version, theirs.version);
}

/** Each counter of the other is known here. */
function covers(version: Version, other: Version): boolean {
  return other.every(({ id, value }) =>
    version.some((counter) => counter.id === id && counter.value >= value),
  );
}
