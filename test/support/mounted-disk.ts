/** Disks of other kinds than the one the tests run on, on images in files, for as long as a test needs them. */

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** `few-inodes` is a tmpfs that holds twenty files and directories. */
export type DiskKind = 'ext4' | 'tmpfs' | 'few-inodes' | 'exfat';

/** A directory on such a disk, empty at first. */
export interface MountedDisk {
  readonly path: string;
  /** Unmounts it; everything on it is gone. */
  dispose(): void;
}

interface Recipe {
  readonly needs: readonly string[];
  readonly make: (image: string) => readonly string[] | undefined;
  /** `from` is a loop device with the image. */
  readonly mount: (from: string, at: string) => readonly string[];
}

const IMAGE_BYTES = 64 * 1024 * 1024;

const RECIPES: Readonly<Record<DiskKind, Recipe>> = {
  ext4: {
    needs: ['mkfs.ext4'],
    make: (image) => ['mkfs.ext4', '-q', '-F', image],
    mount: (from, at) => ['mount', from, at],
  },
  tmpfs: {
    needs: [],
    make: () => undefined,
    mount: (_, at) => ['mount', '-t', 'tmpfs', '-o', 'size=64m', 'none', at],
  },
  'few-inodes': {
    needs: [],
    make: () => undefined,
    mount: (_, at) => ['mount', '-t', 'tmpfs', '-o', 'size=64m,nr_inodes=20', 'none', at],
  },
  exfat: {
    needs: ['mkfs.exfat', 'mount.exfat-fuse'],
    make: (image) => ['mkfs.exfat', image],
    mount: (from, at) => ['mount.exfat-fuse', from, at],
  },
};

/** False if such a disk can be mounted here, else the reason. Installs what is missing if this is root. */
export function whyNotMounted(kind: DiskKind): string | false {
  if (process.getuid?.() !== 0) return 'only root may mount a disk';
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'only root may mount a disk';
  if (!isInstalled(kind)) {
    const script = fileURLToPath(new URL('../services/install.sh', import.meta.url));
    spawnSync('bash', [script, 'disks'], { stdio: 'ignore' });
  }
  return isInstalled(kind) ? false : `no programs for ${kind} here, and they cannot be installed`;
}

/** A new disk of this kind. Throws if it cannot be made. */
export function mountedDisk(kind: DiskKind): MountedDisk {
  const base = fs.mkdtempSync(path.join(tmpdir(), 'kith-disk-'));
  const image = path.join(base, 'image');
  const at = path.join(base, 'disk');
  fs.mkdirSync(at);
  fs.chmodSync(base, 0o755);
  const recipe = RECIPES[kind];
  const make = recipe.make(image);
  const loop = make === undefined ? '' : loopDevice(image, make);
  run(recipe.mount(loop, at));
  return {
    path: at,
    dispose: () => {
      run(['umount', at]);
      if (loop !== '') run(['losetup', '--detach', loop]);
      fs.rmSync(base, { recursive: true });
    },
  };
}

function loopDevice(image: string, make: readonly string[]): string {
  fs.writeFileSync(image, '');
  fs.truncateSync(image, IMAGE_BYTES);
  run(make);
  return run(['losetup', '--find', '--show', image]).trim();
}

function isInstalled(kind: DiskKind): boolean {
  return RECIPES[kind].needs.every((name) =>
    ['/sbin', '/usr/sbin', '/bin', '/usr/bin'].some((dir) => fs.existsSync(path.join(dir, name))),
  );
}

function run([program = '', ...args]: readonly string[]): string {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}
