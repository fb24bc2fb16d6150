/** What a power cut does to what people wrote without waiting for the disk: told to the history, so that nobody is blamed for it. */

import { equalBytes } from '../../src/base/bytes.ts';
import type { SimDevice } from '../sim/device.ts';
import { FOLDER } from '../sim/kith-world.ts';
import type { Standing } from '../sim/person.ts';
import { resolvePath } from '../sim/resolve-path.ts';
import type { History } from './history.ts';
import { contentHash } from './oracles/content-hash.ts';
import { textOf } from './region.ts';
import { treeOf } from './spelling.ts';

/** Where in the name of a displaced file its path begins. */
const NAME_AT = 33;

type Tree = ReadonlyMap<string, Standing>;

export interface Aftermath {
  readonly device: SimDevice;
  readonly history: History;
  /** What stood there just before the power went. */
  readonly before: Tree;
  readonly others: readonly SimDevice[];
  /** Kith ran, and no clock was set: it can tell damage of what it had recorded from an edit. */
  readonly canTell: boolean;
}

/** To be called when the power has gone and nothing has happened since. */
export function noteAftermath(aftermath: Aftermath): void {
  const { device, history, before } = aftermath;
  const after = treeOf(device);
  for (const [path, { content, kind }] of before) {
    const now = after.get(path);
    if (now === undefined) history.removals.note(device.name, path);
    if (kind !== 'file' || !history.careless.has(content) || now?.content === content) continue;
    if (now?.kind === 'file') {
      const isRecorded = aftermath.canTell && isRow(device, path, content);
      history.damaged(path, now.content, { device: device.name, isRecorded });
    }
    if (aftermath.canTell && isHeldAt(aftermath, path, content))
      history.fragile(device.name, path, content);
    else history.lost(content);
  }
  if (history.careless.size > 0) noteReturned(device, history);
}

/** What had been displaced and dropped, and had no durable content, may be back without any: it gets a name in the folder again. */
function noteReturned(device: SimDevice, history: History): void {
  const dir = resolvePath(device.tree, `${device.root}/.kith/displaced`);
  for (const { name, inode } of dir?.entries.values() ?? []) {
    if (inode.kind !== 'file') continue;
    const facts = { device: device.name, isRecorded: false };
    const path = name.slice(NAME_AT).replaceAll('%2F', '/').normalize('NFC');
    history.damaged(path, textOf(inode), facts);
  }
}

/** Somebody else has it where it stood. Under another name it is what its maker has moved away since. */
function isHeldAt({ others }: Aftermath, path: string, content: string): boolean {
  return others.some((other) => treeOf(other).get(path)?.content === content);
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
