/** Rows of ours of one folder in memory, found by path, directory, sequence and content. */

import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import { comparePaths, parentPath, type RelPath } from '../model/path.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { compareStoredPaths } from './order.ts';
import { contentPrefix, decodeOurs, encodeRow } from './rows.ts';

/** Stale places in the sequence are swept when they outnumber the live ones by this many. */
const SWEEP = 64;

/** Changes only through `put`; `clone` is an equal, independent copy at the cost of its indexes. */
export class MemoryOurs {
  #rows = new Map<RelPath, OurEntry>();
  /** Ascending by sequence; a row that was replaced stays until it is swept. */
  #bySequence: OurEntry[] = [];
  #children = new Map<RelPath | undefined, Set<RelPath>>();
  #byContent = new Map<string, Set<RelPath>>();
  #lastSequence = 0;

  lastSequence(): number {
    return this.#lastSequence;
  }

  get(path: RelPath): OurEntry | undefined {
    return this.#rows.get(path);
  }

  paths(): Iterable<RelPath> {
    return this.#rows.keys();
  }

  children(dir: RelPath | undefined): readonly OurEntry[] {
    return this.#list([...(this.#children.get(dir) ?? [])].sort(comparePaths));
  }

  after(sequence: number, limit: number): readonly OurEntry[] {
    const found: OurEntry[] = [];
    for (let at = this.#indexAfter(sequence); at < this.#bySequence.length; at++) {
      if (found.length >= limit) break;
      const row = this.#bySequence[at];
      if (row !== undefined && this.#rows.get(row.path) === row) found.push(row);
    }
    return found;
  }

  withContent(contentHash: Uint8Array, limit: number): readonly OurEntry[] {
    const paths = [...(this.#byContent.get(toHex(contentHash)) ?? [])];
    return this.#list(paths.sort(compareStoredPaths).slice(0, limit));
  }

  /** BUG unless the sequences ascend from above all before; nothing is changed then. */
  check(rows: readonly OurEntry[], after: number): void {
    let last = after;
    for (const { sequence } of rows) {
      assert(Number.isSafeInteger(sequence) && sequence > last, 'sequences ascend');
      last = sequence;
    }
  }

  put(given: OurEntry): void {
    // Through the encoding, so that the row owns its bytes and keeps just what the database would.
    const row = decodeOurs(given.path, given.sequence, copyOf(given));
    this.#dropContent(this.#rows.get(row.path));
    this.#rows.set(row.path, row);
    this.#bySequence.push(row);
    this.#lastSequence = row.sequence;
    add(this.#children, parentPath(row.path), row.path);
    if (contentPrefix(row) !== undefined) add(this.#byContent, toHex(row.contentHash), row.path);
    if (this.#bySequence.length > 2 * this.#rows.size + SWEEP) {
      this.#bySequence = this.#bySequence.filter((old) => this.#rows.get(old.path) === old);
    }
  }

  /** Puts it in place of the row of the same path and sequence, if there is one. */
  refresh(given: OurEntry): void {
    const old = this.#rows.get(given.path);
    if (old === undefined || old.sequence !== given.sequence) return;
    const row = decodeOurs(given.path, given.sequence, copyOf(given));
    this.#rows.set(row.path, row);
    const at = this.#indexAfter(row.sequence - 1);
    this.#bySequence[at] = row;
  }

  clone(): MemoryOurs {
    const copy = new MemoryOurs();
    copy.#rows = new Map(this.#rows);
    copy.#bySequence = [...this.#bySequence];
    copy.#children = copySets(this.#children);
    copy.#byContent = copySets(this.#byContent);
    copy.#lastSequence = this.#lastSequence;
    return copy;
  }

  #list(paths: readonly RelPath[]): readonly OurEntry[] {
    return paths.map((path) => this.#rows.get(path)).filter((row) => row !== undefined);
  }

  /** Where the first row above `sequence` stands. */
  #indexAfter(sequence: number): number {
    let low = 0;
    let high = this.#bySequence.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bySequence[middle]?.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #dropContent(old: OurEntry | undefined): void {
    if (old === undefined) return;
    const key = toHex(old.contentHash);
    const paths = this.#byContent.get(key);
    paths?.delete(old.path);
    if (paths?.size === 0) this.#byContent.delete(key);
  }
}

function copyOf(entry: OurEntry): ReturnType<typeof encodeRow> {
  const { record, blocks } = encodeRow(entry, entry);
  return { record, blocks: new Uint8Array(blocks) };
}

function add<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function copySets<Key, Value>(sets: Map<Key, Set<Value>>): Map<Key, Set<Value>> {
  return new Map([...sets].map(([key, set]) => [key, new Set(set)]));
}
