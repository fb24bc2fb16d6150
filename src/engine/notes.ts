/** Operations that change our rows alone: nothing on the disk is touched. */

import type { RelPath } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { reviveEntry } from '../planner/local.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import type { Basis } from './basis.ts';
import { type FolderContext, isInHand, nowStamp } from './context.ts';

/** An operation and what it was planned from. */
export interface Note {
  readonly operation: Operation;
  readonly basedOn: Basis;
}

/** Takes the notes in one commit; the paths whose row has changed since, which have to be planned again. */
export async function takeNotes(
  context: FolderContext,
  notes: readonly Note[],
): Promise<readonly RelPath[]> {
  const stale: RelPath[] = [];
  await context.ledger.change((next) => {
    const ours: OurEntry[] = [];
    for (const { operation, basedOn } of notes) {
      const { path } = operation;
      const row = context.store.ours(path);
      // What a person did since was recorded: a row of before must not hide it.
      if ((row?.sequence ?? 0) !== basedOn.sequence || isInHand(context, path)) stale.push(path);
      else ours.push(rowOf(context, { operation, row }, next()));
    }
    return ours.length === 0 ? undefined : { ours };
  });
  return stale;
}

function rowOf(
  context: FolderContext,
  { operation, row }: { readonly operation: Operation; readonly row: OurEntry | undefined },
  sequence: number,
): OurEntry {
  const { store, counter, self, ports } = context;
  const announced = store.announced(operation.path).map((version) => version.entry);
  const now = nowStamp(ports.clock);
  const counterUsed = context.ledger.counterUsed();
  const sides = { ours: row, announced, counter, counterUsed, shortId: self.shortId, now };
  const { target } = operation;
  const entry = operation.kind === 'revive' ? reviveEntry(target, sides) : target;
  const keeps = !entry.deleted && !entry.invalid;
  const diskPath = keeps ? row?.diskPath : undefined;
  return { ...entry, sequence, diskPath, seen: keeps ? row?.seen : undefined };
}
