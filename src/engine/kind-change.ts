/** Rows made anew, one after the other, where a person decides about what a folder keeps, and where its kind changes. */

import { KithError } from '../base/error.ts';
import type { FolderId, FolderKind } from '../model/folder.ts';
import type { RelPath } from '../model/path.ts';
import { giveKept, giveUp, type KeptSides, keepUntold } from '../planner/kept-change.ts';
import type { Rules } from '../planner/rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';
import { nowStamp } from './context.ts';
import type { Ledger } from './ledger.ts';

/** What it needs of a folder. */
export interface KindParts {
  readonly store: FolderStore;
  readonly ledger: Ledger;
  readonly ports: { readonly clock: Clock };
  readonly rules: Rules;
  /** FOLDER_NOT_OPEN once the run has ended of which the rows are: those that are there by then may be of another base, or none. */
  readonly expectOpen: () => void;
}

/** What came of a decision. */
export interface Decided {
  readonly changes: number;
  /** Paths that stay as they are, for nobody can tell what stands there. */
  readonly left: number;
}

/** A row anew; undefined: it stays as it is. Paths without a row are passed as undefined. */
export type Remake = (
  ours: OurEntry | undefined,
  path: RelPath,
) => Omit<OurEntry, 'sequence'> | undefined;

/** Paths looked at in one commit. */
const SLICE = 500;

/**
 * The rows as a folder of this kind has them, if they were made as another kind: one that only receives keeps what nobody is known
 * to have heard of; one that gives announces what was kept. Cut off, it is made again at the next start.
 */
export async function becomeKind(parts: KindParts): Promise<void> {
  const { kind } = parts.rules;
  const before = parts.store.identity()?.kind;
  if (before === undefined || before === kind) return;
  const isKeeping = kind === 'receive-only';
  if (isKeeping || before === 'receive-only') {
    await remakeAll(parts, (ours, path) => {
      if (ours === undefined) return undefined;
      const sides = sidesOf(parts, path);
      return isKeeping ? keepUntold(ours, sides) : giveKept(ours, sides);
    });
  }
  await parts.ledger.change(() => {
    const identity = parts.store.identity();
    return identity === undefined ? undefined : { identity: { ...identity, kind } };
  });
}

/** Gives up all that is kept. What is global takes its place once it is planned. */
export async function revertAll(parts: KindParts): Promise<Decided> {
  const changes = await remakeAll(parts, (ours) => (ours === undefined ? undefined : giveUp(ours)));
  return { changes, left: 0 };
}

/** FOLDER_KIND_WRONG unless it is of the kind; FOLDER_NOT_OPEN while it is not known what stands in it. */
export function expectDecidable(folder: {
  readonly folder: FolderId;
  readonly is: FolderKind;
  readonly wanted: FolderKind;
  readonly isOpen: boolean;
}): void {
  const { isOpen, ...facts } = folder;
  if (facts.is !== facts.wanted) throw new KithError('FOLDER_KIND_WRONG', facts);
  if (!isOpen) throw new KithError('FOLDER_NOT_OPEN', { folder: facts.folder });
}

/**
 * Rows anew, of all paths that anybody knows of; how many. `before`: what has to be found out of some paths before they are
 * made. Throws as `expectOpen` does, with what was made until then.
 */
export async function remakeAll(
  { store, ledger, expectOpen }: KindParts,
  remake: Remake,
  before?: (paths: readonly RelPath[]) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let after: RelPath | undefined; ; ) {
    const paths = store.paths(after, SLICE);
    after = paths.at(-1);
    if (after === undefined) return count;
    await before?.(paths);
    await ledger.change((next) => {
      expectOpen();
      const ours = paths.flatMap((path) => {
        const made = remake(store.ours(path), path);
        return made === undefined ? [] : [{ ...made, sequence: next() }];
      });
      count += ours.length;
      return ours.length === 0 ? undefined : { ours };
    });
  }
}

/** What a row at the path is made anew from. */
export function sidesOf({ store, ledger, ports }: KindParts, path: RelPath): KeptSides {
  return {
    announced: store.announced(path).map(({ entry }) => entry),
    counter: store.identity()?.indexId ?? 0n,
    counterUsed: ledger.counterUsed(),
    nowS: nowStamp(ports.clock).s,
  };
}
