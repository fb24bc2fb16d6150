/**
 * What stands displaced though no intent tells of it (the database was lost, or is older than the disk) is a person's until the
 * contrary is proved: it goes back to its name, or is kept beside it. Nothing is dropped but what stands under its name too.
 */

import type { ErrorCode } from '../../base/error.ts';
import { asKithError } from '../../base/error.ts';
import { isReserved, parseRelPath, type RelPath } from '../../model/path.ts';
import type { DirHandle, FileProgram } from '../../ports/file-system.ts';
import { list, removeFile, sync } from '../file-calls.ts';
import { codeOf } from './code-of.ts';
import { holdsSame, keepBeside, moveIfFree, parentOf } from './displaced.ts';
import { isDisplacedBy, originOf } from './displaced-name.ts';
import { DISPLACED_DIR, inRoot, type Reach, type Root, splitDisk } from './reach.ts';

/** Disk paths where something stands again, and names of what had to stay, with the reason. */
export interface Rescued {
  readonly back: readonly string[];
  readonly left: readonly { readonly name: string; readonly code: ErrorCode }[];
}

/** Where nothing better is known. */
const NAMELESS = 'recovered' as RelPath;

/** Gives everything in `.kith/displaced` a name in the folder again, durable. To be run when no group is under way. */
export function rescue(args: {
  readonly root: Root;
  readonly self: bigint;
  /** Stage names of intents: what they tell of is not lost. */
  readonly awaited: readonly string[];
}): FileProgram<Rescued> {
  return inRoot(args.root, function* (reach) {
    const back: string[] = [];
    const left: { name: string; code: ErrorCode }[] = [];
    const displaced = yield* reach.dir(DISPLACED_DIR);
    if (displaced === undefined) return { back, left };
    for (const name of [...(yield* list(displaced)).names].sort()) {
      if (args.awaited.some((stageName) => isDisplacedBy(stageName, name))) continue;
      const code = yield* codeOf(function* () {
        const path = yield* rescueOne(reach, { displaced, name, self: args.self });
        if (path !== undefined) back.push(path);
      });
      if (code !== undefined) left.push({ name, code });
      yield* reach.trim();
    }
    yield* sync(displaced);
    return { back, left };
  });
}

function* rescueOne(
  reach: Reach,
  found: { readonly displaced: DirHandle; readonly name: string; readonly self: bigint },
): FileProgram<string | undefined> {
  const at = { dir: found.displaced, name: found.name };
  const { diskPath, isWhole } = originOf(found.name);
  const path = toPath(diskPath);
  const { parent, name } = splitDisk(diskPath);
  const dir = isWhole && path !== undefined ? yield* parentOf(reach, parent) : undefined;
  if (dir !== undefined) {
    if (yield* holdsSame(at, { dir, name })) {
      yield* removeFile(at.dir, at.name);
      return undefined;
    }
    if (yield* moveIfFree(at, { dir, name })) {
      yield* sync(dir);
      return diskPath;
    }
  }
  const item = path === undefined ? { path: NAMELESS, diskPath: NAMELESS } : { path, diskPath };
  return yield* keepBeside(reach, { item, at, self: found.self, chosen: undefined });
}

/** undefined: no path that could be synchronised. */
function toPath(diskPath: string): RelPath | undefined {
  try {
    const path = parseRelPath(diskPath.normalize('NFC'));
    return isReserved(path) ? undefined : path;
  } catch (error) {
    if (asKithError(error, 'PATH_INVALID') === undefined) throw error;
    return undefined;
  }
}
