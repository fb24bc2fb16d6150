/**
 * Remembers what was read of single paths, for the same path is looked at several times on its way. Bounded in bytes, and
 * told of every change before the next read, so that it never answers anything that the database would not.
 */

import type { RelPath } from '../model/path.ts';
import type { AnnouncedVersion, OurEntry } from '../ports/folder-store.ts';
import type { FolderReads } from './folder-reads.ts';

/** What a row counts beside its block list. */
const ROW_BYTES = 500;
/** Kept for one folder. */
const MOST_BYTES = 8 * 1024 * 1024;

interface Known {
  ours?: { readonly row: OurEntry | undefined };
  announced?: readonly AnnouncedVersion[];
  bytes: number;
}

/** The reads of one folder. Everything but `ours` and `announced` of a path goes straight to `from`. */
export class ReadCache {
  readonly reads: FolderReads;
  readonly #from: FolderReads;
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  constructor(from: FolderReads) {
    this.#from = from;
    this.reads = {
      identity: () => from.identity(),
      lastSequence: () => from.lastSequence(),
      ours: (path) => this.#ours(path),
      announced: (path) => this.#announced(path),
      children: (dir) => from.children(dir),
      oursAfter: (after, limit) => from.oursAfter(after, limit),
      paths: (after, limit) => from.paths(after, limit),
      withContent: (hash, limit) => from.withContent(hash, limit),
      peer: (device) => from.peer(device),
      peers: () => from.peers(),
      intents: () => from.intents(),
    };
  }

  /** Forgets everything: what is true now is not known. */
  clear(): void {
    this.#known.clear();
    this.#bytes = 0;
  }

  /** Forgets what is known of these paths. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) this.#drop(path);
  }

  #ours(path: RelPath): OurEntry | undefined {
    const known = this.#known.get(path)?.ours;
    if (known !== undefined) return known.row;
    const row = this.#from.ours(path);
    this.#at(path, ROW_BYTES + (row?.blocks.length ?? 0)).ours = { row };
    return row;
  }

  #announced(path: RelPath): readonly AnnouncedVersion[] {
    const known = this.#known.get(path)?.announced;
    if (known !== undefined) return known;
    const versions = this.#from.announced(path);
    let bytes = ROW_BYTES;
    for (const { entry } of versions) bytes += ROW_BYTES + entry.blocks.length;
    this.#at(path, bytes).announced = versions;
    return versions;
  }

  /** Where to put something of this size that is known of the path. The oldest goes if there is no room. */
  #at(path: string, bytes: number): Known {
    const known: Known = this.#known.get(path) ?? { bytes: 0 };
    known.bytes += bytes;
    this.#bytes += bytes;
    this.#known.set(path, known);
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= MOST_BYTES || oldest === path) break;
      this.#drop(oldest);
    }
    return known;
  }

  #drop(path: string): void {
    this.#bytes -= this.#known.get(path)?.bytes ?? 0;
    this.#known.delete(path);
  }
}
