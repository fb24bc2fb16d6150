/** After a crash: what an unfinished group displaced gets a name again, before anything is looked at. */

import { diskPathOf, type FolderContext } from './context.ts';
import type { Unfinished } from './programs/settle.ts';

/** What stands displaced though no intent tells of it: it gets a name in the folder again. To be run before anything is looked at. */
export async function rescueDisplaced(context: FolderContext): Promise<void> {
  const { ports, root, self, id: folder } = context;
  const args = { root, self: self.shortId };
  const { back, left } = await ports.disk.run('rescue', args, { urgency: 0 });
  for (const path of back) ports.log.write('warn', 'displaced-kept', { folder, path });
  for (const { name, code } of left) {
    ports.log.write('warn', 'displaced-left', { folder, name, code });
  }
}

/** Finishes or undoes all recorded intents; the disk paths to look at. */
export async function recoverIntents(context: FolderContext): Promise<readonly string[]> {
  const intents = context.store.intents();
  if (intents.length === 0) return [];
  const items = intents.map(({ path, stageName, displaced, conflictCopy }): Unfinished => {
    const ours = context.store.ours(path);
    const isRecorded = ours !== undefined && ours.seen?.inode !== displaced.inode;
    const announced = context.store.announced(path).map((version) => version.entry);
    return {
      path,
      diskPath: diskPathOf(context.store, path),
      stageName,
      displaced,
      conflictCopy,
      content: !isRecorded && ours?.seen?.racy === true ? ours : undefined,
      isRecorded,
      isKnown: ours !== undefined,
      announced: announced.filter((entry) => !entry.deleted).map((entry) => entry.contentHash),
    };
  });
  const args = { root: context.root, items, self: context.self.shortId };
  const looked = await context.ports.disk.run('recover', args, { urgency: 0 });
  await context.ledger.change(() => ({ removeIntents: intents }));
  context.ports.log.write('info', 'recovered', { folder: context.id, changes: intents.length });
  return looked;
}
