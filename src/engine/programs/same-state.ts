/** Two looks at one thing. */

import type { FileStatus } from '../../ports/file-system.ts';

/** True if neither a file's content nor a directory's names can have changed between the two, as far as the file system's clock tells. */
export function isSameState(a: FileStatus, b: FileStatus): boolean {
  return (
    a.inode === b.inode &&
    a.size === b.size &&
    a.mtime.s === b.mtime.s &&
    a.mtime.ns === b.mtime.ns &&
    a.ctime.s === b.ctime.s &&
    a.ctime.ns === b.ctime.ns
  );
}
