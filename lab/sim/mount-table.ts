/** Which file systems are mounted where on a simulated disk. */

import { KithError } from '../../src/base/error.ts';
import type { Inode } from './inode.ts';
import type { Mount } from './regrow.ts';

export class MountTable {
  /** By uid. What a power cut leaves is put here whole. */
  mounts: readonly Mount[] = [];

  /** Hides what is below the directory. */
  add(dir: Inode, root: Inode): void {
    root.parent = dir.parent;
    root.name = dir.name;
    dir.mounted = root;
    this.mounts = [...this.mounts, { dir: dir.uid, root: root.uid }];
  }

  /** Shows again what `hidden` holds. */
  remove(root: Inode, hidden: Inode | undefined): void {
    if (hidden?.mounted !== root) throw new KithError('BUG', { what: 'not mounted' });
    hidden.mounted = undefined;
    this.mounts = this.mounts.filter((mount) => mount.root !== root.uid);
  }
}
