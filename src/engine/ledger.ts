/** The one way to change what a folder knows: one change after the other, each seeing the one before, sums kept. */

import type { RelPath } from '../model/path.ts';
import { counterOf } from '../model/version.ts';
import type { FolderChange, FolderIdentity, FolderStore } from '../ports/folder-store.ts';
import type { Totals } from './totals.ts';

/** What a change was about. `ours`: rows of ours changed, so there is news for others. */
export interface Changed {
  readonly paths: readonly RelPath[];
  readonly ours: boolean;
}

export class Ledger {
  readonly store: FolderStore;
  readonly #totals: Totals;
  readonly #listeners: ((changed: Changed) => void)[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  constructor(store: FolderStore, totals: Totals) {
    this.store = store;
    this.#totals = totals;
  }

  /** How many entries there are here. */
  get entries(): number {
    return this.#totals.local.files + this.#totals.local.directories;
  }

  /** Called after every change that has become durable. */
  onChange(listener: (changed: Changed) => void): void {
    this.#listeners.push(listener);
  }

  /** What our counter has been raised to; true for as long as a change is built. */
  counterUsed(): bigint {
    return this.store.identity()?.counterUsed ?? 0n;
  }

  /**
   * Runs `build` when all changes before are done; what it reads stays true until its change is durable. `next` gives
   * the sequence numbers of new rows of ours. undefined: nothing to change. Rejects as the store does.
   */
  change(build: (next: () => number) => FolderChange | undefined): Promise<void> {
    const run = this.#tail.then(() => this.#apply(build));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #apply(build: (next: () => number) => FolderChange | undefined): Promise<void> {
    let last = this.store.lastSequence();
    const built = build(() => ++last);
    if (built === undefined) return;
    const change = withCounter(built, this.store.identity());
    const paths = touchedPaths(change);
    this.#totals.hold();
    for (const path of paths) this.#totals.count(path, -1);
    try {
      await this.store.commit(change);
    } finally {
      for (const path of paths) this.#totals.count(path, 1);
      this.#totals.release();
    }
    const changed = { paths, ours: change.ours !== undefined && change.ours.length > 0 };
    for (const listener of this.#listeners) listener(changed);
  }
}

/** What our counter was raised to is kept with the rows it was raised in, as they may be replaced. */
function withCounter(change: FolderChange, known: FolderIdentity | undefined): FolderChange {
  const identity = change.identity ?? known;
  if (identity === undefined || change.ours === undefined) return change;
  let { counterUsed } = identity;
  for (const { version } of change.ours) {
    const value = counterOf(version, identity.indexId);
    if (value > counterUsed) counterUsed = value;
  }
  if (counterUsed === identity.counterUsed) return change;
  return { ...change, identity: { ...identity, counterUsed } };
}

function touchedPaths(change: FolderChange): readonly RelPath[] {
  const paths = new Set<RelPath>();
  for (const entry of change.claims?.entries ?? []) paths.add(entry.path);
  for (const entry of change.ours ?? []) paths.add(entry.path);
  for (const { path } of change.refresh ?? []) paths.add(path);
  return [...paths];
}
