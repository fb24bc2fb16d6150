/** Makes what stands in a folder right for all: what is here, and, where it is proved that nothing is, that. */

import type { RelPath } from '../model/path.ts';
import { decide } from '../planner/decide.ts';
import { overrule } from '../planner/kept-change.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { type Absence, proveAbsence } from './absence.ts';
import type { FolderContext } from './context.ts';
import { type Decided, type KindParts, remakeAll, sidesOf } from './kind-change.ts';

export interface OverruleParts extends KindParts {
  readonly context: FolderContext;
  /** Disk paths of which nobody can say now what stands there; '' stands for all. */
  readonly doubtful: () => Iterable<string>;
}

/** Of what is not here: with the directories. */
interface Part {
  readonly withDirectories: boolean;
}

/** Ours becomes the newest version at every path where others have another one. Throws as the disk does, and FOLDER_NOT_OPEN. */
export async function overruleAll(parts: OverruleParts): Promise<Decided> {
  // Others hear that a directory is to go after what is in it: it would seem to hold something else.
  const files = await overrulePart(parts, { withDirectories: false });
  const all = await overrulePart(parts, { withDirectories: true });
  return { changes: files.changes + all.changes, left: all.left };
}

async function overrulePart(parts: OverruleParts, part: Part): Promise<Decided> {
  let left = 0;
  let absence: Absence | undefined;
  const changes = await remakeAll(
    parts,
    (ours, path) => {
      const made = overruled(parts, { path, ours, part });
      if (made === undefined) return undefined;
      // An error is no absence: only what was looked at and is proved to be gone may go everywhere.
      const isKnown = absence?.isDoubtful(path) === false;
      if (isKnown && (!made.deleted || absence?.isAbsent(path))) return made;
      left += 1;
      return undefined;
    },
    async (paths) => {
      const gone = paths.filter((path) => {
        const ours = parts.store.ours(path);
        return overruled(parts, { path, ours, part })?.deleted === true;
      });
      absence = await proveAbsence(parts, gone);
    },
  );
  return { changes, left };
}

function overruled(
  parts: OverruleParts,
  one: { readonly path: RelPath; readonly ours: OurEntry | undefined; readonly part: Part },
): Omit<OurEntry, 'sequence'> | undefined {
  const { path, ours } = one;
  if (ours?.invalid === true || parts.rules.isExcluded(path, ours?.kind)) return undefined;
  const sides = sidesOf(parts, path);
  // What is equal stays equal: there is nothing to decide.
  const free = { path, ours, announced: sides.announced, holdsLive: false };
  if (decide(free, { ...parts.rules, kind: 'send-receive' }).kind === 'agreed') return undefined;
  const made = overrule(ours, { ...sides, shortId: parts.context.self.shortId });
  if (made === undefined || parts.rules.isExcluded(path, made.kind)) return undefined;
  if (made.deleted && made.kind === 'directory' && !one.part.withDirectories) return undefined;
  return { ...made, diskPath: ours?.diskPath, seen: ours?.seen };
}
