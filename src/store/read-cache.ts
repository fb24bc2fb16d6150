/**
 * Remembers what was read of single paths, for the same path is looked at several times on its way. Bounded in bytes, and
 * told of every change before the next read, so that it never answers anything that the database would not.
 */

import type { RelPath } from '../model/path.ts';
import type { AnnouncedVersion, OurEntry } from '../ports/folder-store.ts';
import type { FolderReads } from './folder-reads.ts';

/** What a row counts beside its block list. */
const ROW_BYTES = 800;
/** Kept of each of the two kinds, for one folder. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The reads of one folder. Everything but `ours` and `announced` of a path goes straight to `from`. */
export class ReadCache {
  readonly reads: FolderReads;
  readonly #ours: Recent<{ readonly row: OurEntry | undefined }>;
  readonly #announced: Recent<readonly AnnouncedVersion[]>;

  constructor(from: FolderReads) {
    this.#ours = new Recent((path) => {
      const row = from.ours(path);
      return { value: { row }, bytes: ROW_BYTES + (row?.blocks.length ?? 0) };
    });
    this.#announced = new Recent((path) => {
      const value = from.announced(path);
      let bytes = ROW_BYTES;
      for (const { entry } of value) bytes += ROW_BYTES + entry.blocks.length;
      return { value, bytes };
    });
    this.reads = {
      identity: () => from.identity(),
      lastSequence: () => from.lastSequence(),
      ours: (path) => this.#ours.get(path).row,
      announced: (path) => this.#announced.get(path),
      children: (dir) => from.children(dir),
      oursAfter: (after, limit) => from.oursAfter(after, limit),
      paths: (after, limit) => from.paths(after, limit),
      withContent: (hash, limit) => from.withContent(hash, limit),
      peer: (device) => from.peer(device),
      peers: () => from.peers(),
      hasOutdated: (device) => from.hasOutdated(device),
      announcedBy: (device) => from.announcedBy(device),
      intents: () => from.intents(),
      superseded: (path) => from.superseded(path),
      supersededPaths: (after, limit) => from.supersededPaths(after, limit),
    };
  }

  /** Forgets everything: what is true now is not known. */
  clear(): void {
    this.#ours.clear();
    this.#announced.clear();
  }

  /** Forgets our rows, and others' versions, at these paths. */
  forget(paths: { readonly ours: Iterable<string>; readonly announced: Iterable<string> }): void {
    for (const path of paths.ours) this.#ours.drop(path);
    for (const path of paths.announced) this.#announced.drop(path);
  }
}

/** Two generations: when the younger is full it becomes the older, and what nobody asked for since is gone. */
class Recent<Value> {
  readonly #read: (path: RelPath) => { readonly value: Value; readonly bytes: number };
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #bytes = 0;

  constructor(read: (path: RelPath) => { readonly value: Value; readonly bytes: number }) {
    this.#read = read;
  }

  get(path: RelPath): Value {
    const known = this.#young.get(path) ?? this.#old.get(path);
    if (known !== undefined) return known;
    const { value, bytes } = this.#read(path);
    if (this.#bytes + bytes > MOST_BYTES / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#bytes = 0;
    }
    this.#bytes += bytes;
    this.#young.set(path, value);
    return value;
  }

  drop(path: string): void {
    this.#young.delete(path);
    this.#old.delete(path);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#bytes = 0;
  }
}
