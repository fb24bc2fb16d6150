/** What a simulated disk tells of an inode, as truthfully as it can. */

import type { Timestamp } from '../../src/model/entry.ts';
import type { FileStatus } from '../../src/ports/file-system.ts';
import type { DiskOptions } from './disk-options.ts';
import type { Inode } from './inode.ts';

export class FileStatuses {
  readonly #ctime: DiskOptions['ctime'];
  readonly #isMountRoot: (inode: Inode) => boolean;
  #looks = 0;

  constructor({ ctime }: DiskOptions, isMountRoot: (inode: Inode) => boolean) {
    this.#ctime = ctime;
    this.#isMountRoot = isMountRoot;
  }

  of(inode: Inode): FileStatus {
    const { kind, size, mode, mtime, device, links } = inode;
    const ctime = this.#ctimeOf(inode);
    const isMountRoot = this.#isMountRoot(inode);
    return { kind, size, mode, mtime, ctime, inode: inode.ino, device, isMountRoot, links };
  }

  #ctimeOf({ ctime, mtime }: Inode): Timestamp {
    if (this.#ctime === undefined || this.#ctime === 'true') return ctime;
    if (this.#ctime === 'mtime') return mtime;
    this.#looks += 1;
    return { s: ctime.s, ns: (ctime.ns + this.#looks) % 1e9 };
  }
}
