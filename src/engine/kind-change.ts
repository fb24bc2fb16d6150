/** What a person decides about the changes that a folder keeps or does not take, row by row, and a change of its kind. */

import { KithError } from '../base/error.ts';
import { type DeviceId, shortId } from '../model/device-id.ts';
import type { FolderId, FolderKind } from '../model/folder.ts';
import type { RelPath } from '../model/path.ts';
import { decide } from '../planner/decide.ts';
import { giveKept, giveUp, type KeptSides, keepUntold, overrule } from '../planner/kept-change.ts';
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
  readonly self: DeviceId;
}

/** A row anew; undefined: it stays as it is. Paths without a row are passed as undefined. */
type Remake = (ours: OurEntry | undefined, path: RelPath) => Omit<OurEntry, 'sequence'> | undefined;

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

/** Gives up all that is kept; how many paths that were. What is global takes their place once they are planned. */
export async function revertAll(parts: KindParts): Promise<number> {
  return await remakeAll(parts, (ours) => (ours === undefined ? undefined : giveUp(ours)));
}

/** Makes ours the newest version at every path where others have another one; how many paths that were. */
export async function overruleAll(parts: KindParts): Promise<number> {
  // Others hear that a directory is to go after what is in it: it would seem to hold something else.
  const files = await overrulePart(parts, { withDirectories: false });
  return files + (await overrulePart(parts, { withDirectories: true }));
}

/** `withDirectories`: those too that are not here. */
async function overrulePart(
  parts: KindParts,
  { withDirectories }: { readonly withDirectories: boolean },
): Promise<number> {
  const self = shortId(parts.self);
  return await remakeAll(parts, (ours, path) => {
    if (ours?.invalid === true || parts.rules.isExcluded(path, ours?.kind)) return undefined;
    const sides = sidesOf(parts, path);
    // What is equal stays equal: there is nothing to decide.
    const kind = 'send-receive';
    const free = { path, ours, announced: sides.announced, holdsLive: false };
    if (decide(free, { ...parts.rules, kind }).kind === 'agreed') return undefined;
    const made = overrule(ours, { ...sides, shortId: self });
    if (made?.deleted === true && made.kind === 'directory' && !withDirectories) return undefined;
    return made && { ...made, diskPath: ours?.diskPath, seen: ours?.seen };
  });
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

async function remakeAll({ store, ledger }: KindParts, remake: Remake): Promise<number> {
  let count = 0;
  for (let after: RelPath | undefined; ; ) {
    const paths = store.paths(after, SLICE);
    after = paths.at(-1);
    if (after === undefined) return count;
    await ledger.change((next) => {
      const ours = paths.flatMap((path) => {
        const made = remake(store.ours(path), path);
        return made === undefined ? [] : [{ ...made, sequence: next() }];
      });
      count += ours.length;
      return ours.length === 0 ? undefined : { ours };
    });
  }
}

function sidesOf({ store, ledger, ports }: KindParts, path: RelPath): KeptSides {
  return {
    announced: store.announced(path).map(({ entry }) => entry),
    counter: store.identity()?.indexId ?? 0n,
    counterUsed: ledger.counterUsed(),
    nowS: nowStamp(ports.clock).s,
  };
}
