/** What a power cut does to what people wrote without waiting for the disk: told to the history, so that nobody is blamed for it. */

import { equalBytes } from '../../src/base/bytes.ts';
import type { SimDevice } from '../sim/device.ts';
import { FOLDER } from '../sim/kith-world.ts';
import type { Standing } from '../sim/person.ts';
import type { History } from './history.ts';
import { contentHash } from './oracles/content-hash.ts';

type Tree = ReadonlyMap<string, Standing>;

export interface Aftermath {
  readonly device: SimDevice;
  readonly history: History;
  /** What stood there just before the power went. */
  readonly before: Tree;
  /** True if a value stands on any disk. */
  readonly isAnywhere: (value: string) => boolean;
  /** The clock of the device has been set: times prove nothing. */
  readonly isStepped: boolean;
}

/** To be called when the power has gone and nothing has happened since. */
export function noteAftermath(aftermath: Aftermath): void {
  const { device, history, before, isAnywhere } = aftermath;
  const after = device.person.tree();
  for (const [path, { content, kind }] of before) {
    const now = after.get(path);
    if (now === undefined) history.removals.note(device.name, path);
    if (kind !== 'file' || !history.careless.has(content) || now?.content === content) continue;
    if (now?.kind === 'file') {
      const isRecorded = !aftermath.isStepped && isRow(device, path, content);
      history.damaged(path, now.content, { device: device.name, isRecorded });
    }
    if (!isAnywhere(content)) history.lost(content);
  }
}

/** The database says that just this stands there. */
function isRow(device: SimDevice, path: string, content: string): boolean {
  const row = device
    .database()
    ?.folders.get(FOLDER)
    ?.ours(path as never);
  if (row === undefined || row.deleted) return false;
  return equalBytes(row.contentHash, contentHash(new TextEncoder().encode(content)));
}
