/** Proof that nothing stands at some paths. Whatever could not be looked at, or is hidden, is not absent. */

import { parentPath, type RelPath } from '../model/path.ts';
import { type FolderContext, isInHand } from './context.ts';
import { isNearestForeign } from './mounts.ts';
import { diskPathOf, toPath } from './spelling.ts';

/** What is known of absence at one moment. */
export interface Absence {
  /** It was looked for, and all that holds it was listed whole. */
  isAbsent(path: RelPath): boolean;
  /** Nobody can say what stands there, above it or below. */
  isDoubtful(path: RelPath): boolean;
}

export interface AbsenceParts {
  readonly context: FolderContext;
  /** Disk paths of which nobody can say now what stands there; '' stands for all. */
  readonly doubtful: () => Iterable<string>;
}

/** Paths looked at in one job. */
const LOOK_PATHS = 256;

/** Looks for the paths. Throws what stops a folder. */
export async function proveAbsence(
  { context, doubtful }: AbsenceParts,
  paths: readonly RelPath[],
): Promise<Absence> {
  const absent = new Set<RelPath>();
  for (let at = 0; at < paths.length; at += LOOK_PATHS) {
    for (const path of await lookedFor(context, paths.slice(at, at + LOOK_PATHS))) absent.add(path);
  }
  const doubts = withAbove(doubtful());
  return {
    isAbsent: (path) => absent.has(path),
    isDoubtful: (path) =>
      isInHand(context, path) || doubts.above.has(path) || isBelow(doubts.at, path),
  };
}

async function lookedFor(
  context: FolderContext,
  part: readonly RelPath[],
): Promise<readonly RelPath[]> {
  const { store, ports, root } = context;
  const args = { root, dirs: [], paths: part.map((path) => diskPathOf(store, path)) };
  const { paths } = await ports.disk.run('look', args, { urgency: 1 });
  return part.filter((path, index) => {
    const found = paths[index];
    if (found?.outcome !== 'gone') return false;
    return found.isForeign === undefined || found.isForeign === isNearestForeign(store, path);
  });
}

/** As paths: a name that cannot travel makes only what it stands in doubtful. */
function withAbove(diskPaths: Iterable<string>): {
  readonly at: ReadonlySet<string>;
  readonly above: ReadonlySet<string>;
} {
  const at = new Set<string>();
  const above = new Set<string>();
  for (const diskPath of diskPaths) {
    const path = toPath(diskPath);
    at.add(path ?? diskPath);
    for (let up = path && parentPath(path); up !== undefined; up = parentPath(up)) above.add(up);
  }
  return { at, above };
}

function isBelow(doubts: ReadonlySet<string>, path: RelPath): boolean {
  if (doubts.has('')) return true;
  for (let at: RelPath | undefined = path; at !== undefined; at = parentPath(at)) {
    if (doubts.has(at)) return true;
  }
  return false;
}
