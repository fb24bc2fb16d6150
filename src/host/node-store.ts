/** The state database: SQLite, written by a thread of its own and read on this one. The contract is ports/folder-store. */

import { assert } from '../base/assert.ts';
import { asKithError, KithError } from '../base/error.ts';
import type { FolderChange, FolderStore, StateStore } from '../ports/folder-store.ts';
import { CommitQueue } from '../store/commit-queue.ts';
import { openReader } from '../store/database.ts';
import { encodeChange, touchedBy, type WriteItem, weighItem } from '../store/encoded-change.ts';
import { folderStore } from '../store/folder-reads.ts';
import { ReadCache } from '../store/read-cache.ts';
import { SqliteReader } from '../store/sqlite-reader.ts';
import { type Damage, markSuspect } from './store-file.ts';
import { StoreThread } from './store-thread.ts';

/** Rows up to which waiting commits share a transaction: a larger one would make the first of them wait. */
const MAX_SHARED_ROWS = 4000;
/** Pages of 4 KiB in the log from which on it is moved into the database before the next write. */
const CHECKPOINT_PAGES = 4000;

export interface NodeStoreOptions {
  /** The database file, in a directory that exists and is ours alone. */
  readonly file: string;
  /** Called before the store is given out if the database was damaged and an empty one took its place. */
  readonly onDamage: (damage: Damage) => void;
  /** Called once, in a turn of its own, when damage shows later: the next opening moves the database aside. */
  readonly onSuspect?: () => void;
}

/**
 * Opens the database; the file is made if there is none. The caller sees to it that no other process does the same.
 * STORE_NEWER, STORE_FULL, STORE_FAILED.
 */
export async function openNodeStore(options: NodeStoreOptions): Promise<StateStore> {
  const { file, onDamage, onSuspect = () => undefined } = options;
  const thread = new StoreThread({ file });
  const reply = await openedOrEnded(thread);
  assert(reply.kind === 'opened', 'the first reply says that it is open');
  try {
    if (reply.damage !== undefined) onDamage(reply.damage);
    const reader = new SqliteReader(openReader(file));
    return new NodeStore({ file, thread, reader, onSuspect });
  } catch (error) {
    await thread.ask({ kind: 'close' });
    throw error;
  }
}

async function openedOrEnded(thread: StoreThread) {
  try {
    return await thread.next();
  } catch (error) {
    await thread.ended();
    throw error;
  }
}

interface NodeStoreParts {
  readonly file: string;
  readonly thread: StoreThread;
  readonly reader: SqliteReader;
  readonly onSuspect: () => void;
}

class NodeStore implements StateStore {
  readonly #parts: NodeStoreParts;
  readonly #queue: CommitQueue<WriteItem>;
  readonly #stores = new Map<string, FolderStore>();
  readonly #caches = new Map<string, ReadCache>();
  /** Folders that were asked for and have a part, though it may not be on the disk yet. */
  readonly #open = new Set<string>();
  #logPages = 0;
  #isSuspect = false;
  /** Something may be durable that is not seen, or the reader has lost its snapshot: so after every error. */
  #isBehind = false;
  #closed: Promise<void> | undefined;

  constructor(parts: NodeStoreParts) {
    this.#parts = parts;
    this.#queue = new CommitQueue({
      write: (items) => this.#write(items),
      weigh: weighItem,
      maxWeight: MAX_SHARED_ROWS,
    });
  }

  folder(id: string): FolderStore {
    this.#open.add(id);
    const store = this.#stores.get(id) ?? this.#make(id);
    this.#stores.set(id, store);
    return store;
  }

  folders(): readonly string[] {
    return [...new Set([...this.#parts.reader.folders(), ...this.#open])].sort();
  }

  async forget(id: string): Promise<void> {
    await this.#queue.push(id, { kind: 'forget', folder: id });
    this.#open.delete(id);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #make(id: string): FolderStore {
    const cache = new ReadCache(this.#parts.reader.folder(id));
    this.#caches.set(id, cache);
    return folderStore({
      reads: () => {
        if (this.#isBehind) this.#refresh();
        return cache.reads;
      },
      commit: (change) => this.#commit(id, change),
      asThrown: (error) => this.#noticed(error),
    });
  }

  /** Encoded at once: from here on the change is the caller's again. */
  async #commit(folder: string, change: FolderChange): Promise<void> {
    await this.#queue.push(folder, { kind: 'change', folder, change: encodeChange(change) });
  }

  async #write(items: readonly WriteItem[]): Promise<void> {
    // Of folders that what failed was not about: the queue sees to that.
    if (this.#isBehind) this.#refresh();
    try {
      if (this.#logPages > CHECKPOINT_PAGES) await this.#checkpoint();
      this.#logPages = await this.#parts.thread.ask({ kind: 'write', items });
    } catch (error) {
      throw this.#noticed(error);
    }
    this.#refresh();
    for (const item of items) this.#forgetRead(item);
  }

  #forgetRead(item: WriteItem): void {
    const cache = this.#caches.get(item.folder);
    const paths = item.kind === 'forget' ? 'all' : touchedBy(item.change);
    if (paths === 'all') cache?.clear();
    else cache?.forget(paths);
  }

  /** Between two writes the reader's snapshot is the latest, so all of the log can be moved and begun anew. */
  async #checkpoint(): Promise<void> {
    this.#logPages = await this.#parts.thread.ask({ kind: 'checkpoint' });
    this.#refresh();
  }

  /** Until it succeeds nothing can be read: what is durable would be taken for undone. The next read tries again. */
  #refresh(): void {
    if (this.#isBehind) for (const cache of this.#caches.values()) cache.clear();
    this.#isBehind = true;
    this.#parts.reader.refresh();
    this.#isBehind = false;
  }

  /** Damage that shows in the middle of a run is remembered, or the next start would meet it again. What is to be thrown. */
  #noticed(error: unknown): unknown {
    this.#isBehind = true;
    const damage = asKithError(error, 'STORE_CORRUPT');
    if (damage === undefined || this.#isSuspect) return error;
    try {
      markSuspect(this.#parts.file, damage);
    } catch (reason) {
      // The disk is in a worse state than one file. Whoever meets the damage next tries again.
      return new KithError(damage.code, { ...damage.data, unmarked: String(reason) }, error);
    }
    this.#isSuspect = true;
    setImmediate(this.#parts.onSuspect);
    return error;
  }

  /** The reader goes first: the last to leave empties the log, which it cannot. */
  async #close(): Promise<void> {
    await this.#queue.close();
    this.#parts.reader.close();
    await this.#parts.thread.ask({ kind: 'close' });
    await this.#parts.thread.ended();
  }
}
