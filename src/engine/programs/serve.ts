/** Reads blocks for other devices: from a file that is still what its row says, before and after the read. */

import { type ErrorCode, itemTrouble } from '../../base/error.ts';
import type { FileProgram, FileStatus } from '../../ports/file-system.ts';
import type { Seen } from '../../ports/folder-store.ts';
import { read, statusOf } from '../file-calls.ts';
import { withFile } from './contents.ts';
import { inRoot, type Reach, type Root } from './reach.ts';

export interface ServeItem {
  /** As spelled on the disk. */
  readonly path: string;
  readonly seen: Seen;
  readonly offset: number;
  readonly size: number;
}

/** `changed`: it is not what our row says any more, and has to be looked at. `failed`: the disk does not give it. */
export type Served =
  | { readonly outcome: 'bytes'; readonly bytes: Uint8Array }
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'failed'; readonly code: ErrorCode };

/** Something else stands there, or on the way, by now. */
const REPLACED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FILE_IS_LINK',
  'FILE_IS_DIRECTORY',
  'FILE_NOT_DIRECTORY',
]);

/** In the order of the items; each item's bytes in a buffer of its own. */
export function serve(args: {
  readonly root: Root;
  readonly items: readonly ServeItem[];
}): FileProgram<readonly Served[]> {
  return inRoot(args.root, function* (reach) {
    const served: Served[] = [];
    for (const item of args.items) {
      served.push(yield* serveOne(reach, item));
      yield* reach.trim();
    }
    return served;
  });
}

/** Same inode, size and modification time: what a write would have changed. */
export function isAsSeen(
  status: FileStatus,
  seen: Pick<Seen, 'inode' | 'size' | 'mtime'>,
): boolean {
  return (
    status.inode === seen.inode &&
    status.size === seen.size &&
    status.mtime.s === seen.mtime.s &&
    status.mtime.ns === seen.mtime.ns
  );
}

function* serveOne(reach: Reach, item: ServeItem): FileProgram<Served> {
  try {
    return yield* withFile(reach, item.path, function* (file) {
      if (!isAsSeen(yield* statusOf(file), item.seen)) return { outcome: 'changed' } as const;
      const bytes = new Uint8Array(item.size);
      const length = item.size === 0 ? 0 : yield* read(file, bytes, item.offset);
      if (length !== item.size || !isAsSeen(yield* statusOf(file), item.seen)) {
        return { outcome: 'changed' } as const;
      }
      return { outcome: 'bytes', bytes } as const;
    });
  } catch (error) {
    const known = itemTrouble(error);
    if (REPLACED.has(known.code)) return { outcome: 'changed' };
    return { outcome: 'failed', code: known.code };
  }
}
