/** After a crash: what an unfinished group displaced gets a name again, before anything is looked at. */

import { decide } from '../planner/decide.ts';
import { diskPathOf, type FolderContext } from './context.ts';
import type { Unfinished } from './programs/settle.ts';

/** Finishes or undoes all recorded intents; the disk paths to look at. */
export async function recoverIntents(context: FolderContext): Promise<readonly string[]> {
  const intents = context.store.intents();
  if (intents.length === 0) return [];
  const items = intents.map((intent): Unfinished => {
    const { path } = intent;
    const ours = context.store.ours(path);
    const announced = context.store.announced(path).map((version) => version.entry);
    const decision = decide({ path, ours, announced, holdsLive: false }, context.rules);
    return {
      path,
      diskPath: diskPathOf(context.store, path),
      stageName: intent.stageName,
      ours: ours === undefined || ours.deleted ? undefined : ours.contentHash,
      announced: announced.filter((entry) => !entry.deleted).map((entry) => entry.contentHash),
      conflictCopy: decision.kind === 'do' ? decision.operation.conflictCopy : undefined,
    };
  });
  const args = { root: context.root, items, self: context.self.shortId };
  const looked = await context.ports.disk.run('recover', args, { urgency: 0 });
  await context.ledger.change(() => ({ removeIntents: intents }));
  context.ports.log.write('info', 'recovered', { folder: context.id, changes: intents.length });
  return looked;
}
