/** The state database in memory: for tests, and for the simulator, which decides when a commit is durable and when all dies. */

import type { FolderChange, FolderStore, StateStore } from '../ports/folder-store.ts';
import { CommitQueue } from './commit-queue.ts';
import { folderStore } from './folder-reads.ts';
import { MemoryFolder } from './memory-folder.ts';

export interface MemoryStoreOptions {
  /**
   * What a commit waits for before it takes effect, one commit at a time; at once if absent. A rejection is the
   * commit's: nothing of it is kept.
   */
  readonly settle?: () => Promise<void>;
  /** What the store holds to begin with; it is copied. */
  readonly from?: MemorySnapshot;
}

/** What was durable at a moment. Opaque; serves any number of stores. */
export interface MemorySnapshot {
  readonly folders: ReadonlyMap<string, MemoryFolder>;
}

type Item =
  | { readonly kind: 'change'; readonly folder: string; readonly change: FolderChange }
  | { readonly kind: 'forget'; readonly folder: string };

/** A commit is durable, and seen by reads, from the moment it resolves. */
export class MemoryStore implements StateStore {
  readonly #settle: () => Promise<void>;
  readonly #states: Map<string, MemoryFolder>;
  readonly #stores = new Map<string, FolderStore>();
  readonly #queue: CommitQueue<Item>;
  #isDead = false;

  constructor({ settle, from }: MemoryStoreOptions = {}) {
    this.#settle = settle ?? (() => Promise.resolve());
    this.#states = copyStates(from?.folders ?? new Map());
    this.#queue = new CommitQueue({
      write: (items) => this.#write(items),
      weigh: () => 1,
      maxWeight: 1,
    });
  }

  folder(id: string): FolderStore {
    this.#state(id);
    const store = this.#stores.get(id) ?? this.#open(id);
    this.#stores.set(id, store);
    return store;
  }

  folders(): readonly string[] {
    return [...this.#states.keys()].sort();
  }

  forget(id: string): Promise<void> {
    return this.#queue.push(id, { kind: 'forget', folder: id });
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  /** What is durable now. Cost: the number of rows. */
  snapshot(): MemorySnapshot {
    return { folders: copyStates(this.#states) };
  }

  /** The power fails: commits that have not resolved never will, nor take effect. What was durable is the result. */
  crash(): MemorySnapshot {
    this.#isDead = true;
    return this.snapshot();
  }

  async #write(items: readonly Item[]): Promise<void> {
    await this.#settle();
    // A process that died neither learns that its commit was made nor that it was not.
    if (this.#isDead) await new Promise<never>(() => undefined);
    for (const item of items) {
      if (item.kind === 'change') this.#state(item.folder).apply(item.change);
      else this.#states.delete(item.folder);
    }
  }

  #state(id: string): MemoryFolder {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const fresh = new MemoryFolder();
    this.#states.set(id, fresh);
    return fresh;
  }

  #open(id: string): FolderStore {
    return folderStore({
      // A folder that was forgotten reads as empty; a commit, or asking for it anew, makes it again.
      reads: () => this.#states.get(id) ?? new MemoryFolder(),
      commit: (change) => this.#queue.push(id, { kind: 'change', folder: id, change }),
      asThrown: (error) => error,
    });
  }
}

function copyStates(states: ReadonlyMap<string, MemoryFolder>): Map<string, MemoryFolder> {
  return new Map([...states].map(([id, state]) => [id, state.clone()]));
}
