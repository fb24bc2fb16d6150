import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_A, fileAt } from '../../test/contract/folder-store-rows.ts';
import { KithError } from '../base/error.ts';
import type { FolderChange, FolderStore } from '../ports/folder-store.ts';
import type { FolderContext } from './context.ts';
import { Hearings } from './hearing.ts';
import { Ledger } from './ledger.ts';
import type { Totals } from './totals.ts';

/** The changes that become durable, and a change under way that lasts until it is ended. */
function begun(isShared: () => boolean) {
  const [changes, holding]: [FolderChange[], PromiseWithResolvers<void>] = [
    [],
    Promise.withResolvers(),
  ];
  const store = {
    identity: () => undefined,
    lastSequence: () => 0,
    peer: () => undefined,
    commit: async (change: FolderChange) => {
      if (changes.length === 0) await holding.promise;
      changes.push(change);
    },
  } as unknown as FolderStore;
  const none = (): void => undefined;
  const totals = { hold: none, release: none, count: none } as unknown as Totals;
  const ledger = new Ledger(store, totals);
  const context = {
    store,
    ledger,
    busy: { whileFree: (_: unknown, work: () => unknown) => work() },
    allowance: { take: none },
    tally: { heard: none },
    superseded: { outrun: () => [], isOpen: false },
  } as unknown as FolderContext;
  const hearings = new Hearings(context, {
    isSharedWith: isShared,
    onComplete: () => Promise.resolve(),
  });
  return { ledger, hearings, changes, end: () => holding.resolve() };
}

const NEWS = { kind: 'full', entries: [{ ...fileAt('a', 'x'), sequence: 1 }] } as const;
const CLAIM = { indexId: 7n, sequence: 1 };

for (const what of ['news', 'the beginning of an index'] as const) {
  test(`${what} of a device that waits its turn while the folder is unshared from it is not kept`, async () => {
    let isShared = true;
    const { ledger, hearings, changes, end } = begun(() => isShared);
    const before = ledger.change(() => ({ forgetPeers: [] }));
    const heard =
      what === 'news'
        ? hearings.take(DEVICE_A, { ...NEWS, prevSequence: 0 } as never)
        : hearings.begin(DEVICE_A, CLAIM);
    isShared = false;
    const forgotten = ledger.change(() => ({ forgetPeers: [DEVICE_A] }));
    end();
    await assert.rejects(heard, new KithError('FOLDER_NOT_SHARED', { folder: undefined }));
    await Promise.all([before, forgotten]);
    assert.deepEqual(changes, [{ forgetPeers: [] }, { forgetPeers: [DEVICE_A] }]);
  });
}
