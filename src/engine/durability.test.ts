import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderChange, FolderIdentity } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';
import { asNotDurable, endCleanly } from './durability.ts';

/** A folder with ten rows, of which none is durable; `sync` is what a sync of its disk comes to. */
function folder(sync: (context: FolderContext) => boolean): {
  readonly context: FolderContext;
  readonly synced: () => number | undefined;
} {
  let identity = { bootId: 'boot', syncedSequence: 0, endedCleanly: false } as FolderIdentity;
  const change = (build: (next: () => number) => FolderChange | undefined): Promise<void> => {
    identity = build(() => 0)?.identity ?? identity;
    return Promise.resolve();
  };
  const context = {
    bootId: 'boot',
    store: { identity: () => identity, lastSequence: () => 10 },
    ledger: { change },
    ports: { disk: { run: () => Promise.resolve(sync(context)) } },
    superseded: { isOpen: false },
    unsynced: { doubt: {}, damaged: new Set(), rewritten: undefined, hadWriteError: false },
  } as unknown as FolderContext;
  return { context, synced: () => identity.syncedSequence };
}

test('a sync makes all durable that was recorded before it', async () => {
  const { context, synced } = folder(() => true);
  asNotDurable(context, [7, 4]);
  await endCleanly(context);
  assert.equal(synced(), 10);
});

test('what is written anew while a sync is under way is not durable by it, nor is what comes after', async () => {
  const { context, synced } = folder((during) => {
    asNotDurable(during, [7, 4, 9]);
    return true;
  });
  await endCleanly(context);
  assert.equal(synced(), 3);
});

test('what is written anew is not durable where a disk cannot be synced, and notes so at once', async () => {
  const { context } = folder(() => false);
  assert.deepEqual(asNotDurable(context, []), {});
  assert.deepEqual(asNotDurable(context, [4]), {});
  await context.ledger.change(() => ({
    identity: { ...(context.store.identity() as FolderIdentity), syncedSequence: 8 },
  }));
  assert.equal(asNotDurable(context, [6]).identity?.syncedSequence, 5);
  await endCleanly(context);
  assert.equal(context.unsynced.rewritten, 4);
});
