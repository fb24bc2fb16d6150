/** The connected devices that can give blocks, and which of them hold a version. */

import type { DeviceId } from '../model/device-id.ts';
import { type Entry, hasEqualContent } from '../model/entry.ts';
import type { BlockSource } from '../ports/exchange.ts';
import type { FolderStore } from '../ports/folder-store.ts';

export class Sources {
  readonly #connected = new Map<DeviceId, BlockSource>();

  add(device: DeviceId, source: BlockSource): void {
    this.#connected.set(device, source);
  }

  /** Only if it is still this one: a newer connection may have taken its place. */
  remove(device: DeviceId, source: BlockSource): void {
    if (this.#connected.get(device) === source) this.#connected.delete(device);
  }

  has(device: DeviceId): boolean {
    return this.#connected.has(device);
  }

  get size(): number {
    return this.#connected.size;
  }

  /** Connected devices that hold the content of `target` at its path, under whatever version; sorted by device. */
  holding(store: FolderStore, target: Entry): readonly BlockSource[] {
    const devices = new Set<DeviceId>();
    for (const { entry, holders } of store.announced(target.path)) {
      if (entry.invalid || !hasEqualContent(entry, target)) continue;
      for (const device of holders) devices.add(device);
    }
    const sources: BlockSource[] = [];
    for (const device of [...devices].sort()) {
      const source = this.#connected.get(device);
      if (source !== undefined) sources.push(source);
    }
    return sources;
  }
}
