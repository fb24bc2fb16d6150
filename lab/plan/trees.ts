/** Three correlated random trees: what three devices hold that had one tree, of which each changed a part by itself or after another. */

import type { Entry, EntryKind } from '../../src/model/entry.ts';
import { parentPath, parseRelPath, type RelPath } from '../../src/model/path.ts';
import { raiseCounter, type Version } from '../../src/model/version.ts';
import type { Dice } from './dice.ts';

/** A tree: an entry or nothing for each of the paths. */
export type Tree = (Entry | undefined)[];

/** Directories stand before what is in them. */
const NAMES = ['d', 'd/a', 'd/b', 'd/s', 'd/s/c', 'e', 'e/f', 'x.txt', 'y', 'z'];

/** The paths of every case; a case may add copies behind them. */
export const PATHS: readonly RelPath[] = NAMES.map(parseRelPath);

/** For each path the place of its directory; -1: the root. */
export const PARENTS: readonly number[] = PATHS.map((path) => {
  const parent = parentPath(path);
  return parent === undefined ? -1 : PATHS.indexOf(parent);
});

/** A device: its counter in vectors and its short id, which are one here. */
export const DEVICES: readonly bigint[] = [
  0x1d87_2b41_95c3_07afn,
  0x8a31_55de_0c7b_42f1n,
  0xf6c9_13e8_7a02_bd65n,
];

const NOTHING = new Uint8Array(0);
const MODES = [0o644, 0o600, 0o755];

/** Contents by number; two entries have the same one exactly if their hashes are equal. */
const CONTENTS = Array.from({ length: 64 }, (_, content) => {
  const hash = Uint8Array.from({ length: 32 }, (_each, at) => (content * 37 + at * 11 + 5) & 0xff);
  hash[0] = content;
  return { hash, blocks: hash.map((byte) => byte ^ 0x55) };
});

/** The number of a live file's content. */
export function contentOf(entry: Entry): number {
  return entry.contentHash[0] ?? -1;
}

/** What stands on a disk. */
type Live = Entry & { readonly deleted: false };

/** True for what stands on a disk. */
export function isLive(entry: Entry | undefined): entry is Live {
  return entry !== undefined && !entry.deleted && !entry.invalid;
}

interface Shape {
  readonly path: RelPath;
  readonly kind: EntryKind;
  readonly content: number;
  readonly version: Version;
  readonly modifiedBy: bigint;
}

/** Makes the trees of one case; every content that a device wrote is another one, but where two wrote the same by chance. */
export class Forest {
  readonly #dice: Dice;
  #contents = 0;
  /** What one device did at one path never has the same time twice, or two copies would want one name. */
  #moment = 0;
  #count = 1n;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** One tree for each device. */
  trees(): readonly Tree[] {
    const base = this.#base();
    const trees: Tree[] = [];
    for (const device of DEVICES) trees.push(this.#grown(device, { base, before: trees.at(-1) }));
    return trees;
  }

  #base(): Tree {
    const tree: Tree = [];
    for (const [at, path] of PATHS.entries()) {
      const isPossible = this.#hasPlace(tree, at) && !this.#dice.isUnder(15);
      tree.push(isPossible ? this.#first(path, at) : undefined);
    }
    return tree;
  }

  #first(path: RelPath, at: number): Entry {
    const version = [{ id: DEVICES[0] ?? 0n, value: 1n }];
    const kind = this.#kind(at);
    return this.#entry({
      path,
      kind,
      content: this.#content(),
      version,
      modifiedBy: DEVICES[0] ?? 0n,
    });
  }

  /** What one device has: what it began with, or the version of the device before it, and its own changes on top. */
  #grown(
    device: bigint,
    { base, before }: { readonly base: Tree; readonly before: Tree | undefined },
  ): Tree {
    const dice = this.#dice;
    const tree: Tree = [];
    for (const [at, path] of PATHS.entries()) {
      let entry = before !== undefined && dice.isUnder(25) ? before[at] : base[at];
      if (dice.isUnder(4)) entry = undefined;
      for (let changes = dice.isUnder(45) ? 1 + dice.int(2) : 0; changes > 0; changes--) {
        this.#moment = changes;
        entry = this.#changed(entry, { path, at, device, tree, rival: before?.[at] });
      }
      // What has no directory to stand in is gone with it.
      if (isLive(entry) && !this.#hasPlace(tree, at)) entry = this.#removed(entry, device);
      if (isLive(entry) && entry.kind === 'file' && dice.isUnder(2))
        entry = { ...entry, invalid: true };
      tree.push(entry);
    }
    return tree;
  }

  #changed(
    entry: Entry | undefined,
    facts: {
      readonly path: RelPath;
      readonly at: number;
      readonly device: bigint;
      readonly tree: Tree;
      readonly rival: Entry | undefined;
    },
  ): Entry | undefined {
    const { path, at, device, tree, rival } = facts;
    const dice = this.#dice;
    const isSame = isLive(rival) && rival.kind === 'file' && dice.isUnder(15);
    const content = isSame ? contentOf(rival) : this.#content();
    if (!isLive(entry)) {
      if (!this.#hasPlace(tree, at)) return entry;
      const version = this.#raised(entry?.version ?? [], device);
      return this.#entry({ path, kind: this.#kind(at), content, version, modifiedBy: device });
    }
    const version = this.#raised(entry.version, device);
    const own = { version, modifiedBy: device, previousHash: NOTHING };
    const what = dice.int(10);
    if (what < 2) return this.#removed(entry, device);
    if (what === 2)
      return this.#entry({ path, kind: this.#kind(at), content, version, modifiedBy: device });
    if (what === 3) return { ...entry, ...own, mode: MODES[dice.int(3)] ?? 0 };
    if (entry.kind !== 'file' || what === 4) return { ...entry, ...own, mtime: this.#time() };
    const made = this.#entry({ path, kind: 'file', content, version, modifiedBy: device });
    return { ...made, previousHash: content === contentOf(entry) ? NOTHING : entry.contentHash };
  }

  #removed(entry: Entry, device: bigint): Entry {
    const version = this.#raised(entry.version, device);
    const empty = { blocks: NOTHING, contentHash: NOTHING, previousHash: NOTHING, target: NOTHING };
    const bare = { ...empty, size: 0, blockSize: 0, mtime: this.#time() };
    return { ...entry, ...bare, deleted: true, version, modifiedBy: device };
  }

  /** Above all values that the counter ever had: one vector is one version. */
  #raised(version: Version, device: bigint): Version {
    return raiseCounter(version, device, ++this.#count);
  }

  #hasPlace(tree: Tree, at: number): boolean {
    const parent = PARENTS[at] ?? -1;
    const standing = tree[parent];
    return parent < 0 || (isLive(standing) && standing.kind === 'directory');
  }

  #kind(at: number): EntryKind {
    const isDirectory = PARENTS.includes(at) !== this.#dice.isUnder(8);
    return isDirectory ? 'directory' : this.#dice.isUnder(8) ? 'symlink' : 'file';
  }

  #content(): number {
    return this.#contents++ % CONTENTS.length;
  }

  #time(): Entry['mtime'] {
    return { s: 100 + 4 * this.#dice.int(4) + this.#moment, ns: 0 };
  }

  #entry({ path, kind, content, version, modifiedBy }: Shape): Entry {
    const isFile = kind === 'file';
    const { hash, blocks } = CONTENTS[content] ?? { hash: NOTHING, blocks: NOTHING };
    return {
      path,
      kind,
      deleted: false,
      invalid: false,
      size: isFile ? 7 : 0,
      mode: MODES[this.#dice.int(3)] ?? 0,
      noPermissions: false,
      mtime: this.#time(),
      modifiedBy,
      version,
      blockSize: isFile ? 131_072 : 0,
      blocks: isFile ? blocks : NOTHING,
      contentHash: kind === 'directory' ? NOTHING : hash,
      previousHash: NOTHING,
      target: kind === 'symlink' ? hash : NOTHING,
    };
  }
}
