/** One of the two file systems that take the same steps, and what other programs do on it. */

import fs from 'node:fs';
import path from 'node:path';
import koffi from 'koffi';
import type { DiskOptions } from '../../../lab/sim/disk-options.ts';
import { SimFileSystem } from '../../../lab/sim/file-system.ts';
import { FileTree } from '../../../lab/sim/file-tree.ts';
import { placeOf } from '../../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../../lab/sim/tree-rename.ts';
import { KithError } from '../../../src/base/error.ts';
import { errnoOf, SystemCallError, toFileError } from '../../../src/host/errno.ts';
import { NodeFileSystem } from '../../../src/host/node-file-system.ts';
import type { FileSystem } from '../../../src/ports/file-system.ts';

/** Other programs' acts throw KithError too; paths are relative to the root. */
export interface Side {
  readonly files: FileSystem;
  /** Absolute path of the directory in which everything happens. */
  readonly root: string;
  hardLink(from: string, to: string): void;
  /** A rename that takes what stands at the target away. */
  replace(from: string, to: string): void;
  fifo(path: string): void;
  /** Time passes before a step. */
  tick(): void;
  dispose(): void;
}

/** The first moment of the simulated clock: no time that a step sets comes near it. */
export const SIMULATED_START_S = 3_000_000_000;

/** A simulated disk; its clock moves with each step. */
export function simulatedSide(options: DiskOptions): Side {
  let nowMs = SIMULATED_START_S * 1_000;
  const tree = new FileTree(() => nowMs, { ...options, inodeNumbers: 'fresh' });
  const root = '/root';
  tree.make({ dir: tree.root, name: 'root' }, 'directory', { mode: 0o700 });
  const place = (at: string) => placeOf(tree, `${root}/${at}`);
  return {
    files: new SimFileSystem(tree),
    root,
    hardLink(from, to) {
      const source = place(from);
      tree.traits.names.checkLength(source.name);
      const inode = tree.at(source);
      if (inode === undefined) throw new KithError('FILE_GONE', { from });
      tree.hardLink(inode, place(to));
    },
    replace: (from, to) =>
      renameEntry(tree, { from: place(from), to: place(to), style: 'replace' }),
    fifo: (at) => void tree.make(place(at), 'other', { mode: 0o644 }),
    tick: () => {
      nowMs += 10;
    },
    dispose: () => undefined,
  };
}

/** The real one, in a new directory below `parent`. */
export function realSide(parent: string): Side {
  const root = fs.mkdtempSync(`${parent}/pair-`);
  const files = new NodeFileSystem();
  const act = (call: string, run: () => void): void => {
    try {
      run();
    } catch (error) {
      throw toFileError(error, { call });
    }
  };
  return {
    files,
    root,
    hardLink: (from, to) => act('link', () => fs.linkSync(`${root}/${from}`, `${root}/${to}`)),
    replace: (from, to) => act('rename', () => replace(`${root}/${from}`, `${root}/${to}`)),
    fifo: (at) => act('mkfifo', () => makeFifo(`${root}/${at}`)),
    tick: () => undefined,
    dispose: () => {
      files.closeAll();
      fs.rmSync(root, { recursive: true });
    },
  };
}

/** As the port has it: exFAT says ENOENT of a name that it cannot have. */
function replace(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    const isThere = [from, path.dirname(to)].every((each) => fs.existsSync(each));
    if (errnoOf(error) !== 'ENOENT' || !isThere) throw error;
    throw new KithError('FILE_NAME_IMPOSSIBLE', { to }, error);
  }
}

/** Node has no call for it. */
function makeFifo(path: string): void {
  mkfifo ??= bindMkfifo();
  mkfifo(path);
}

let mkfifo: ((path: string) => void) | undefined;

function bindMkfifo(): (path: string) => void {
  const call = koffi.load(null).func('int mkfifo(const char *, unsigned int)');
  return (path) => {
    if (call(path, 0o644) !== 0) throw new SystemCallError('mkfifo', koffi.errno());
  };
}
