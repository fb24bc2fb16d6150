/** People in the world of plan-world.ts: what they do to a disk, and what of it must still be there at the end. */

import { isWithin, parentPath, parseRelPath, type RelPath } from '../../src/model/path.ts';
import { type Device, isOutOfReach, type Thing, type World } from './plan-world.ts';

/** What people did, as far as the end is judged by it. */
export interface Ledger {
  /** Contents that a person put at a path and nobody who had them there replaced or removed: path, then contents. */
  readonly wanted: Map<RelPath, Set<string>>;
  /** Every content that a person put at a path. */
  readonly written: Map<RelPath, Set<string>>;
  /** Paths that a person removed on some device. */
  readonly removed: Set<RelPath>;
  /** Paths at which something stood on some disk after a person acted. */
  readonly existed: Set<RelPath>;
  /** Paths that a person acted on, or on something above or below. */
  readonly disturbed: Set<RelPath>;
  /** Contents whose conflict copy a person replaced or removed. */
  readonly excused: Set<string>;
}

export function emptyLedger(): Ledger {
  return {
    wanted: new Map(),
    written: new Map(),
    removed: new Set(),
    existed: new Set(),
    disturbed: new Set(),
    excused: new Set(),
  };
}

/** One person at one device. */
export class Person {
  readonly #world: World;
  readonly #device: Device;
  readonly #ledger: Ledger;

  constructor(world: World, device: Device, ledger: Ledger) {
    this.#world = world;
    this.#device = device;
    this.#ledger = ledger;
  }

  /** Puts a file, directory or link at `path`; its parents are made, and what stood in the way goes. */
  put(path: RelPath, thing: Thing): void {
    if (this.#isClosed(path)) return;
    const parent = parentPath(path);
    if (parent !== undefined && this.#device.disk.get(parent)?.kind !== 'directory') {
      this.put(parent, { kind: 'directory', content: '', mode: 0o755, mtime: thing.mtime });
      if (this.#device.disk.get(parent)?.kind !== 'directory') return;
    }
    const old = this.#device.disk.get(path);
    if (old?.kind === 'directory' && thing.kind === 'directory') return;
    if (old?.kind === 'directory') this.#removeBelow(path);
    if (old !== undefined && (old.kind !== thing.kind || old.content !== thing.content)) {
      this.#supersede(path, old);
    }
    this.#device.disk.set(path, thing);
    this.#ledger.existed.add(path);
    this.#ledger.disturbed.add(path);
    if (thing.kind !== 'file') return;
    // What stood here before and is put back is no news: it may fall with what was there.
    if (this.#ledger.written.get(path)?.has(thing.content)) return;
    add(this.#ledger.written, path, thing.content);
    add(this.#ledger.wanted, path, thing.content);
  }

  /** Removes what stands at `path`, with all below it. */
  remove(path: RelPath): void {
    if (this.#isClosed(path)) return;
    this.#removeBelow(path);
    const old = this.#device.disk.get(path);
    if (old === undefined) return;
    this.#supersede(path, old);
    this.#device.disk.delete(path);
    this.#ledger.removed.add(path);
    this.#ledger.disturbed.add(path);
  }

  /** Moves what stands at `from`, with all below it, to `to`, and what stood there goes. */
  move(from: RelPath, to: RelPath): void {
    const moving = [...this.#device.disk].filter(([path]) => isWithin(path, from)).sort();
    if (moving.length === 0 || isWithin(to, from) || isWithin(from, to)) return;
    if (this.#isClosed(from) || this.#isClosed(to)) return;
    this.remove(to);
    this.remove(from);
    for (const [path, thing] of moving) {
      this.put(parseRelPath(`${to}${path.slice(from.length)}`), thing);
    }
  }

  /** Changes mode and time, not content. */
  adjust(path: RelPath, metadata: Pick<Thing, 'mode' | 'mtime'>): void {
    const old = this.#device.disk.get(path);
    if (old === undefined || this.#isClosed(path)) return;
    this.#device.disk.set(path, { ...old, ...metadata });
    this.#ledger.disturbed.add(path);
  }

  /** A person reaches what a rule excludes, but not what cannot be read; some of it may stand below `path`. */
  #isClosed(path: RelPath): boolean {
    return [...this.#device.unreadable].some(
      (each) => isWithin(path, each) || isWithin(each, path),
    );
  }

  #removeBelow(path: RelPath): void {
    const below = [...this.#device.disk.keys()].filter(
      (each) => each !== path && isWithin(each, path),
    );
    for (const each of below.sort().reverse()) this.remove(each);
  }

  #supersede(path: RelPath, old: Thing): void {
    if (old.kind !== 'file') return;
    this.#ledger.wanted.get(path)?.delete(old.content);
    if (this.#world.copies.get(old.content)?.has(path)) this.#ledger.excused.add(old.content);
  }
}

function add(map: Map<RelPath, Set<string>>, path: RelPath, content: string): void {
  const contents = map.get(path) ?? new Set();
  map.set(path, contents.add(content));
}

/** Paths of a disk that a person may act on. */
export function reachable(device: Device): readonly RelPath[] {
  return [...device.disk.keys()].filter((path) => !isOutOfReach(device, path)).sort();
}
