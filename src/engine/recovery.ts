/** After a crash: what an unfinished group displaced gets a name again, before anything is looked at. */

import type { ErrorCode } from '../base/error.ts';
import type { RelPath } from '../model/path.ts';
import type { Intent, OurEntry } from '../ports/folder-store.ts';
import { type FolderContext, isInHand } from './context.ts';
import { modeOfIntent, rowAnew } from './lent-modes.ts';
import type { LentMode } from './programs/lending.ts';
import type { Unfinished } from './programs/settle.ts';
import { diskPathOf } from './spelling.ts';

/** What stands displaced though no intent tells of it: it gets a name in the folder again. To be run before anything is looked at. */
export async function rescueDisplaced(context: FolderContext): Promise<void> {
  const { ports, root, self, id: folder } = context;
  const awaited = context.store.intents().map(({ stageName }) => stageName);
  const args = { root, self: self.shortId, awaited };
  const { back, left } = await ports.disk.run('rescue', args, { urgency: 0 });
  for (const path of back) ports.log.write('warn', 'displaced-kept', { folder, path });
  for (const { name, code } of left) {
    ports.log.write('warn', 'displaced-left', { folder, name, code });
  }
}

/**
 * Finishes or undoes all recorded intents, and gives directories their modes back; the disk paths to look at. What could not
 * be settled keeps its intent and is unsettled until it is tried again; nothing of it is touched.
 */
export async function recoverIntents(context: FolderContext): Promise<readonly string[]> {
  const { store, unsettled, ports, root, self } = context;
  const intents = store.intents();
  if (intents.length === 0) return [];
  const items = intents.filter((intent) => modeOfIntent(intent) === undefined);
  const args = {
    root,
    items: items.map((intent) => unfinishedOf(context, intent)),
    lent: intents.flatMap((intent) => lentOf(context, intent)),
    self: self.shortId,
  };
  const { looked, left } = await ports.disk.run('recover', args, { urgency: 0 });
  const codes = new Map(left.map(({ diskPath, code }) => [diskPath, code]));
  const codeAt = (path: RelPath): ErrorCode | undefined => codes.get(diskPathOf(store, path));
  const settled = intents.filter(({ path }) => codeAt(path) === undefined);
  if (settled.length > 0) {
    await context.ledger.change((next) => ({
      ours: settled.flatMap((intent) => shutRow(context, intent, next) ?? []),
      removeIntents: settled,
    }));
    ports.log.write('info', 'recovered', { folder: context.id, changes: settled.length });
  }
  unsettled.clear();
  for (const { path } of intents) {
    const code = codeAt(path);
    if (code !== undefined) unsettled.set(path, code);
  }
  return looked;
}

/** Before anything is looked at a row stays as it is: what a power cut did to it may still have to be found out. */
function shutRow(context: FolderContext, intent: Intent, next: () => number): OurEntry | undefined {
  if (modeOfIntent(intent) === undefined || !isInHand(context, intent.path)) return undefined;
  return rowAnew(context, intent.path, next);
}

function lentOf({ store }: FolderContext, intent: Intent): readonly LentMode[] {
  const mode = modeOfIntent(intent);
  return mode === undefined ? [] : [{ diskPath: diskPathOf(store, intent.path), mode }];
}

function unfinishedOf(context: FolderContext, intent: Intent): Unfinished {
  const { path, stageName, displaced, conflictCopy } = intent;
  const ours = context.store.ours(path);
  const isRecorded = ours !== undefined && ours.seen?.inode !== displaced.inode;
  const announced = context.store.announced(path).map((version) => version.entry);
  const known = [...announced, ...context.superseded.at(path)];
  return {
    path,
    diskPath: diskPathOf(context.store, path),
    stageName,
    displaced,
    conflictCopy,
    content: !isRecorded && ours?.seen?.racy === true ? ours : undefined,
    isRecorded,
    isKnown: ours !== undefined,
    announced: known.filter((entry) => !entry.deleted).map((entry) => entry.contentHash),
  };
}
