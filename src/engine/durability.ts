/** Makes durable, now and then, what people wrote and we recorded: after a power cut only what came later is in doubt. */

import { asKithError } from '../base/error.ts';
import type { FolderContext } from './context.ts';
import type { SequenceRange } from './doubt.ts';
import { diskPathOf } from './spelling.ts';

/** How often. */
const SYNC_EVERY_MS = 30_000;

/** Rows that a power cut may have made untrue, from what the database says at an opening. */
export function unsyncedRange(context: Pick<FolderContext, 'store'>): SequenceRange {
  const after = context.store.identity()?.syncedSequence ?? 0;
  return { after, upTo: context.store.lastSequence() };
}

/** Runs until the signal aborts. Throws what stops a folder. */
export async function keepDurable(context: FolderContext, signal: AbortSignal): Promise<void> {
  let inVain: number | undefined;
  while (!signal.aborted) {
    await context.ports.clock.sleep(SYNC_EVERY_MS, signal);
    if (context.store.lastSequence() !== inVain) inVain = await makeDurable(context);
  }
}

/** Notes a clean end, unless what is recorded could not be made durable: then the next start looks closely. */
export async function endCleanly(context: FolderContext): Promise<void> {
  try {
    await makeDurable(context);
    // The next run has to look as closely as this one, which did not come to the end of it.
    if (isInDoubt(context) || context.superseded.isOpen) return;
    await context.ledger.change(() => {
      const identity = context.store.identity();
      return identity === undefined ? undefined : { identity: { ...identity, endedCleanly: true } };
    });
  } catch (error) {
    const known = asKithError(error);
    // What would stop the folder cannot any more: it has ended.
    if (known === undefined || known.kind === 'bug') throw error;
    context.ports.log.write('warn', 'folder-end-unclean', { folder: context.id, code: known.code });
  }
}

/**
 * What the first look after a power cut did not look at stays in doubt, path by path. Where nothing is left, all was read from
 * the disk, and so is durable: where nothing else tells so, the next start need not read it again. To be called when no scan
 * is under way; disk paths that are still owed a look, and may have been forgotten.
 */
export async function endDoubt(
  context: FolderContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { unsynced, store, ledger, bootId, ports } = context;
  const { range } = unsynced.doubt;
  if (range === undefined) return [];
  await unsynced.doubt.endFirstLook(ports.clock, signal);
  const due = unsynced.doubt.takeDue(ports.clock.mono());
  if (isInDoubt(context)) return due.map((path) => diskPathOf(store, path));
  await ledger.change(() => {
    const identity = store.identity();
    if (identity === undefined || identity.syncedSequence >= range.upTo) return undefined;
    return { identity: { ...identity, bootId, syncedSequence: range.upTo } };
  });
  return [];
}

/**
 * While the damage of an earlier power cut is being sorted out, nothing is taken for durable. The sequence up to which it
 * was tried in vain, for the file system cannot do it: until there is news a disk at rest is left alone.
 */
async function makeDurable(context: FolderContext): Promise<number | undefined> {
  const { store, ports, root, bootId } = context;
  const last = store.lastSequence();
  if (isInDoubt(context)) return undefined;
  const known = store.identity();
  if (known?.syncedSequence === last && known.bootId === bootId) return undefined;
  const isDone = await ports.disk.run('syncAll', { root }, { urgency: 2 });
  if (!isDone && known?.bootId === bootId) return last;
  await context.ledger.change(() => {
    const identity = store.identity();
    if (identity === undefined) return undefined;
    const syncedSequence = isDone ? last : identity.syncedSequence;
    return { identity: { ...identity, bootId, syncedSequence } };
  });
  return isDone ? undefined : last;
}

/** What a power cut damaged is not all sorted out, or the disk has failed to keep something, for as long as the program runs. */
function isInDoubt({ unsynced }: FolderContext): boolean {
  return unsynced.doubt.range !== undefined || unsynced.damaged.size > 0 || unsynced.hadWriteError;
}
