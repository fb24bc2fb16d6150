/** Makes durable, now and then, what people wrote and we recorded: after a power cut only what came later is in doubt. */

import { asKithError } from '../base/error.ts';
import type { FolderChange } from '../ports/folder-store.ts';
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
    const syncedSequence = upToRewritten(context, range.upTo);
    if (identity === undefined || identity.syncedSequence >= syncedSequence) return undefined;
    return { identity: { ...identity, bootId, syncedSequence } };
  });
  return [];
}

/**
 * What has to be noted with rows of these sequences that stay as they are, though their content was written anew: that they,
 * and all after them, are not known to be durable. To be called while the change is built.
 */
export function asNotDurable(
  { store, unsynced }: FolderContext,
  sequences: readonly number[],
): Pick<FolderChange, 'identity'> {
  if (sequences.length === 0) return {};
  const lowest = sequences.reduce((least, each) => Math.min(least, each));
  unsynced.rewritten = leastOf(lowest, unsynced.rewritten);
  const identity = store.identity();
  if (identity === undefined || identity.syncedSequence < lowest) return {};
  return { identity: { ...identity, syncedSequence: lowest - 1 } };
}

function leastOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** How much of what is durable up to the sequence was not written anew since that was found out. */
function upToRewritten({ unsynced: { rewritten } }: FolderContext, sequence: number): number {
  return rewritten === undefined ? sequence : Math.min(sequence, rewritten - 1);
}

/**
 * While the damage of an earlier power cut is being sorted out, nothing is taken for durable. The sequence up to which it
 * was tried in vain, for the file system cannot do it: until there is news a disk at rest is left alone.
 */
async function makeDurable(context: FolderContext): Promise<number | undefined> {
  const { store, ports, root, bootId, unsynced } = context;
  const last = store.lastSequence();
  if (isInDoubt(context)) return undefined;
  const known = store.identity();
  if (known?.syncedSequence === last && known.bootId === bootId) return undefined;
  const { rewritten } = unsynced;
  unsynced.rewritten = undefined;
  const isDone = await ports.disk.run('syncAll', { root }, { urgency: 2 });
  // The lower of both: what was written anew meanwhile does not make what was so before durable.
  if (!isDone) unsynced.rewritten = leastOf(rewritten, unsynced.rewritten);
  if (!isDone && known?.bootId === bootId) return last;
  await context.ledger.change(() => {
    const identity = store.identity();
    if (identity === undefined) return undefined;
    const syncedSequence = isDone ? upToRewritten(context, last) : identity.syncedSequence;
    return { identity: { ...identity, bootId, syncedSequence } };
  });
  return isDone ? undefined : last;
}

/** What a power cut damaged is not all sorted out, or the disk has failed to keep something, for as long as the program runs. */
function isInDoubt({ unsynced }: FolderContext): boolean {
  return unsynced.doubt.range !== undefined || unsynced.damaged.size > 0 || unsynced.hadWriteError;
}
