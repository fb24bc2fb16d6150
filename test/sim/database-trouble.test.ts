/** A database that cannot be written, or read, for a while stops its folder, which says so; the connection goes on. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type { FolderChange, FolderStore } from '../../src/ports/folder-store.ts';
import { assertTrees, calm, cast, statusOf, storeOf, told } from './scene.ts';

const CODES: readonly ErrorCode[] = ['STORE_FULL', 'STORE_FAILED'];

type Open = { -readonly [Name in 'commit' | 'peer']: FolderStore[Name] };

/** What others announce cannot be kept from now on; the result mends that. */
function refuseClaims(device: SimDevice, code: ErrorCode): () => void {
  const store = storeOf(device) as Open;
  const sound = store.commit;
  store.commit = async (change: FolderChange) => {
    if (change.claims !== undefined) throw new KithError(code);
    await sound(change);
  };
  return () => Object.assign(store, { commit: sound });
}

/** What was heard of others cannot be read from now on; the result mends that. */
function refuseReads(device: SimDevice, code: ErrorCode): () => void {
  const store = storeOf(device) as Open;
  const sound = store.peer;
  store.peer = () => {
    throw new KithError(code);
  };
  return () => Object.assign(store, { peer: sound });
}

const TROUBLES = { written: refuseClaims, read: refuseReads };

for (const code of CODES) {
  for (const [what, begin] of Object.entries(TROUBLES)) {
    test(`news that meets ${code}, the database not being ${what}, stops the folder, which says why and goes on later`, () =>
      told(cast('laptop', 'desk'), async (world, laptop, desk) => {
        world.upAll();
        laptop.person.write('a', 'old');
        await calm(world);
        const mend = begin(desk, code);
        laptop.person.write('a', 'new');
        const isSaid = (): boolean => {
          const { state, stateReason } = statusOf(world, desk);
          return state === 'stopped' && stateReason === new KithError(code).message;
        };
        await world.runUntil(isSaid, { ms: 20_000 });
        await world.run({ ms: 30_000 });
        const lost = [laptop, desk].flatMap(({ log }) =>
          log.filter(({ event }) => event.startsWith('connection-')),
        );
        assert.deepEqual(lost, []);
        mend();
        await calm(world);
        assertTrees([laptop, desk], ['a = new']);
      }));
  }
}
