/** A small ext4 file system on a loop device, with ballast that can be thrown off, and one directory of a device on it. */

import { mkdir, readdir, rm, rmdir, statfs, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from './run.ts';

export interface DiskSize {
  readonly bytes: number;
  /** Files that it can hold at most; as many as mkfs thinks unless said. */
  readonly inodes?: number;
}

export class SmallDisk {
  readonly #mount: string;
  readonly #bound: string;

  private constructor(mount: string, bound: string) {
    this.#mount = mount;
    this.#bound = bound;
  }

  /** Moves `directory`, with what is in it, to a disk of its own. To be ended; what a run leaves, its supervisor takes away. Needs root. */
  static async under(directory: string, size: DiskSize): Promise<SmallDisk> {
    const mount = `${directory}.disk`;
    const image = `${directory}.image`;
    await writeFile(image, '');
    await truncate(image, size.bytes);
    const inodes = size.inodes === undefined ? [] : ['-N', `${size.inodes}`];
    await command('mkfs.ext4', '-q', '-m', '0', ...inodes, image);
    await mkdir(mount);
    await command('mount', '-o', 'loop', image, mount);
    await rmdir(path.join(mount, 'lost+found'));
    const inside = path.join(mount, 'inside');
    await command('cp', '-a', directory, inside);
    await mkdir(path.join(mount, 'ballast'));
    await command('mount', '--bind', inside, directory);
    return new SmallDisk(mount, directory);
  }

  /** Leaves no more room than this: bytes, and new files if that is said. */
  async fill(room: { readonly bytes: number; readonly files?: number }): Promise<void> {
    const { bavail, bsize, ffree } = await statfs(this.#mount);
    const bytes = bavail * bsize - room.bytes;
    const ballast = path.join(this.#mount, 'ballast');
    if (bytes > 0) await command('fallocate', '-l', `${bytes}`, path.join(ballast, 'block'));
    if (room.files === undefined) return;
    for (let left = ffree - 1; left > room.files; left--) {
      await writeFile(path.join(ballast, `${left}`), '');
    }
  }

  /** Makes the room again. */
  async throwOff(): Promise<void> {
    const ballast = path.join(this.#mount, 'ballast');
    for (const name of await readdir(ballast)) await rm(path.join(ballast, name));
  }

  /** Unmounts it; what was on it is gone. Nobody may use it any more. */
  async end(): Promise<void> {
    await command('umount', this.#bound);
    await command('umount', this.#mount);
  }
}
