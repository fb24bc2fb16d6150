/** Runs the contract of the state database on every implementation, and compares them on random changes. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { asKithError } from '../../src/base/error.ts';
import { sha256 } from '../../src/base/sha256.ts';
import type { FolderStore } from '../../src/ports/folder-store.ts';
import { folderStoreContract, type StoreHarness } from './folder-store.contract.ts';
import { openMemoryHarness, openSqliteHarness } from './folder-store-harness.ts';
import { anyChange, at, DEVICE_A, fileAt, sequenced } from './folder-store-rows.ts';

folderStoreContract('memory', () => openMemoryHarness());
folderStoreContract('SQLite', () => openSqliteHarness());

it('memory and SQLite give equal answers after any changes, good or bad, reopened or not', async () => {
  const memory = await openMemoryHarness();
  let sqlite = await openSqliteHarness();
  let run = 0;
  const steps = fc.array(
    fc.record({ change: anyChange, isBad: fc.boolean(), reopen: fc.nat(20) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const id = `folder ${run++}`;
      for (const { change, isBad, reopen } of all) {
        const last = memory.store.folder(id).lastSequence();
        // One in two changes with rows of ours breaks the rule, wherever there was a row before.
        const whole = sequenced(change, isBad ? last - 1 : last);
        await assertSameOutcome([memory, sqlite], (folder) => folder.commit(whole), id);
        if (reopen === 0) sqlite = await sqlite.reopen();
        assert.deepEqual(answers(sqlite.store.folder(id)), answers(memory.store.folder(id)));
      }
      await memory.store.forget(id);
      await sqlite.store.forget(id);
    }),
    { numRuns: 60 },
  );
  await sqlite.dispose();
  await memory.dispose();
});

async function assertSameOutcome(
  [memory, sqlite]: readonly [StoreHarness, StoreHarness],
  act: (folder: FolderStore) => Promise<void>,
  id: string,
): Promise<void> {
  const results = await Promise.allSettled([
    act(memory.store.folder(id)),
    act(sqlite.store.folder(id)),
  ]);
  const codes = results.map((result) =>
    result.status === 'fulfilled' ? 'done' : asKithError(result.reason)?.code,
  );
  assert.equal(codes[1], codes[0]);
  assert.ok(codes[0] === 'done' || codes[0] === 'BUG', String(codes[0]));
}

/** All that a folder can be asked. */
function answers(folder: FolderStore): unknown {
  const paths = folder.paths(undefined, 100);
  const dirs = [undefined, at('a'), at('a/b'), at('d'), at('x'), at('x/y')];
  const contents = ['one', 'two'].map((text) => fileAt('x', text).contentHash);
  return {
    identity: folder.identity(),
    last: folder.lastSequence(),
    paths,
    from: paths.map((path) => folder.paths(path, 2)),
    ours: paths.map((path) => folder.ours(path)),
    announced: paths.map((path) => folder.announced(path)),
    children: dirs.map((dir) => folder.children(dir)),
    all: folder.oursAfter(0, 100),
    some: folder.oursAfter(2, 2),
    contents: contents.map((hash) => [folder.withContent(hash, 100), folder.withContent(hash, 1)]),
    none: folder.withContent(new Uint8Array(sha256('nothing')), 9),
    peers: folder.peers(),
    peer: folder.peer(DEVICE_A),
    intents: folder.intents(),
  };
}
