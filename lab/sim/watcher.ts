/** ports/watcher over a simulated disk: hints that come a little late, in batches, and get lost when there are too many. */

import type { Watch, WatchBatch, WatchEvent, Watcher } from '../../src/ports/watcher.ts';
import type { Owner } from './event-heap.ts';
import type { FileTree } from './file-tree.ts';
import type { Inode } from './inode.ts';
import { Mailbox } from './mailbox.ts';
import type { SimRandom } from './random.ts';
import { resolvePath } from './resolve-path.ts';
import type { Scheduler } from './scheduler.ts';

/** How good the hints are. */
export interface WatchTraits {
  /** Events that wait at most; what comes then is lost and admitted. */
  readonly queueLimit: number;
  /** How late hints come at most. */
  readonly delayMs: number;
  /** Nothing is watched from the start, and that is said. */
  readonly blind?: boolean;
  /** This share of the hints is lost without a word, as on network disks. */
  readonly loses?: number;
}

export interface SimWatcherParts {
  readonly device: string;
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly tree: FileTree;
  readonly owner: Owner;
  readonly traits: () => WatchTraits;
}

const CONTROL = /^\.kith(?:$|\/)|(?:^|\/)\.kith-[0-9a-f]{32}(?:$|\/)/i;

export class SimWatcher implements Watcher {
  readonly #parts: SimWatcherParts;

  constructor(parts: SimWatcherParts) {
    this.#parts = parts;
  }

  watch(path: string, signal: AbortSignal): Watch {
    const { tree, owner } = this.#parts;
    const root = resolvePath(tree, path);
    const mailbox = new Mailbox<WatchBatch>();
    const isBlind = this.#parts.traits().blind === true;
    if (root === undefined || root.kind !== 'directory' || isBlind) {
      mailbox.push({ events: [], overflow: false, blind: `${path} cannot be watched` });
    }
    const collector = new Collector(this.#parts, mailbox);
    const listener = (dir: Inode, name: string, kind: WatchEvent['kind']): void => {
      if (!owner.alive) tree.listeners.delete(listener);
      else if (root !== undefined && !isBlind) {
        const relative = relativePath(root, dir, name);
        if (relative !== undefined && !CONTROL.test(relative)) collector.add(relative, kind);
      }
    };
    const stop = (): void => {
      tree.listeners.delete(listener);
      mailbox.end();
    };
    if (signal.aborted) stop();
    else {
      tree.listeners.add(listener);
      signal.addEventListener('abort', stop, { once: true });
    }
    return { ready: Promise.resolve(), batches: mailbox };
  }
}

/** Gathers events until the next batch goes out. */
class Collector {
  readonly #parts: SimWatcherParts;
  readonly #mailbox: Mailbox<WatchBatch>;
  #events = new Map<string, WatchEvent['kind']>();
  #overflow = false;
  #scheduled = false;

  constructor(parts: SimWatcherParts, mailbox: Mailbox<WatchBatch>) {
    this.#parts = parts;
    this.#mailbox = mailbox;
  }

  add(path: string, kind: WatchEvent['kind']): void {
    const { queueLimit, delayMs, loses = 0 } = this.#parts.traits();
    if (loses > 0 && this.#parts.random.chance(loses)) return;
    const known = this.#events.get(path);
    if (known === undefined && this.#events.size >= queueLimit) this.#overflow = true;
    else this.#events.set(path, known === 'tree' ? known : kind);
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { device, owner, random, scheduler } = this.#parts;
    const options = { label: `${device} watch`, owner };
    scheduler.after(delayMs * random.unit(), () => this.#send(), options);
  }

  #send(): void {
    const events = [...this.#events].map(([path, kind]) => ({ path, kind }));
    this.#mailbox.push({ events, overflow: this.#overflow, blind: undefined });
    this.#events = new Map();
    this.#overflow = false;
    this.#scheduled = false;
  }
}

function relativePath(root: Inode, dir: Inode, name: string): string | undefined {
  let path = name;
  for (let at = dir; at !== root; ) {
    if (at.parent === undefined) return undefined;
    path = `${at.name}/${path}`;
    at = at.parent;
  }
  return path;
}
