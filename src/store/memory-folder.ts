/** One folder's state in memory: a change is applied wholly and at once. The contract is ports/folder-store. */

import type { DeviceId } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { FolderChange, FolderIdentity, Intent } from '../ports/folder-store.ts';
import type { FolderReads } from './folder-reads.ts';
import { MemoryClaims } from './memory-claims.ts';
import { MemoryOurs } from './memory-ours.ts';
import { compareIntents, compareStoredPaths } from './order.ts';
import { decodeEntry, encodeRow } from './rows.ts';

/** Reads see every `apply` that has returned. `clone` is an equal, independent copy. */
export class MemoryFolder implements FolderReads {
  #identity: FolderIdentity | undefined;
  #ours = new MemoryOurs();
  #claims = new MemoryClaims();
  #intents = new Map<string, Intent>();
  #superseded = new Map<RelPath, Entry>();
  /** Made when it is asked for, gone when the set of paths may have changed. */
  #sorted: readonly RelPath[] | undefined;

  identity(): FolderIdentity | undefined {
    return this.#identity;
  }

  lastSequence(): number {
    return this.#ours.lastSequence();
  }

  ours(path: RelPath) {
    return this.#ours.get(path);
  }

  announced(path: RelPath) {
    return this.#claims.announced(path);
  }

  children(dir: RelPath | undefined) {
    return this.#ours.children(dir);
  }

  oursAfter(after: number, limit: number) {
    return this.#ours.after(after, limit);
  }

  paths(after: RelPath | undefined, limit: number): readonly RelPath[] {
    this.#sorted ??= [...new Set([...this.#ours.paths(), ...this.#claims.paths()])].sort(
      compareStoredPaths,
    );
    const start = after === undefined ? 0 : indexAfter(this.#sorted, after);
    return this.#sorted.slice(start, start + limit);
  }

  withContent(contentHash: Uint8Array, limit: number) {
    return this.#ours.withContent(contentHash, limit);
  }

  peer(device: DeviceId) {
    return this.#claims.peer(device);
  }

  peers() {
    return this.#claims.peers();
  }

  hasOutdated(device: DeviceId) {
    return this.#claims.hasOutdated(device);
  }

  announcedBy(device: DeviceId) {
    return this.#claims.announcedBy(device);
  }

  intents(): readonly Intent[] {
    return [...this.#intents.values()].sort(compareIntents);
  }

  superseded(path: RelPath): Entry | undefined {
    return this.#superseded.get(path);
  }

  supersededPaths(after: RelPath | undefined, limit: number): readonly RelPath[] {
    const paths = [...this.#superseded.keys()].sort(compareStoredPaths);
    const start = after === undefined ? 0 : indexAfter(paths, after);
    return paths.slice(start, start + limit);
  }

  /** All of it, or a throw of BUG and nothing. */
  apply(change: FolderChange): void {
    const base = change.forgetOurs === true ? 0 : this.#ours.lastSequence();
    this.#ours.check(change.ours ?? [], base);
    if (change.identity !== undefined) this.#identity = { ...change.identity };
    if (change.forgetOurs === true) {
      this.#ours = new MemoryOurs();
      this.#superseded.clear();
    }
    this.#applyClaims(change);
    for (const row of change.ours ?? []) this.#ours.put(row);
    for (const row of change.refresh ?? []) this.#ours.refresh(row);
    for (const { path, stageName, displaced, conflictCopy } of change.addIntents ?? []) {
      const kept = { path, stageName, displaced, conflictCopy };
      this.#intents.set(`${path}\0${stageName}`, kept);
    }
    for (const { path, stageName } of change.removeIntents ?? []) {
      this.#intents.delete(`${path}\0${stageName}`);
    }
    for (const path of change.dropSuperseded ?? []) this.#superseded.delete(path);
    for (const entry of change.keepSuperseded ?? []) this.#keep(entry);
    this.#sorted = undefined;
  }

  clone(): MemoryFolder {
    const copy = new MemoryFolder();
    copy.#identity = this.#identity;
    copy.#ours = this.#ours.clone();
    copy.#claims = this.#claims.clone();
    copy.#intents = new Map(this.#intents);
    copy.#superseded = new Map(this.#superseded);
    return copy;
  }

  #keep(entry: Entry): void {
    if (this.#superseded.has(entry.path)) return;
    const { record, blocks } = encodeRow(entry);
    const row = { record, blocks: new Uint8Array(blocks) };
    this.#superseded.set(entry.path, decodeEntry(entry.path, row));
  }

  #applyClaims({ forgetPeers, beginIndex, claims, endIndex, peer }: FolderChange): void {
    for (const device of forgetPeers ?? []) this.#claims.forget(device);
    if (beginIndex !== undefined) this.#claims.begin(beginIndex);
    for (const entry of claims?.entries ?? []) {
      if (claims !== undefined) this.#claims.claim(claims.device, entry);
    }
    if (endIndex !== undefined) this.#claims.end(endIndex);
    if (peer !== undefined) this.#claims.setPeer(peer);
  }
}

function indexAfter(paths: readonly RelPath[], after: RelPath): number {
  let low = 0;
  let high = paths.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const path = paths[middle];
    if (path !== undefined && compareStoredPaths(path, after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
