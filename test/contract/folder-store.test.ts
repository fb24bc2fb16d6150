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
  const pair = { memory: await openMemoryHarness(), sqlite: await openSqliteHarness() };
  const step = fc.record({ change: anyChange, isBad: fc.boolean(), reopen: fc.nat(20) });
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const id = `folder ${run++}`;
        for (const { change, isBad, reopen } of steps) {
          const last = pair.memory.store.folder(id).lastSequence();
          // A bad change with rows of ours breaks the rule wherever there was a row before.
          const whole = sequenced(change, isBad ? last - 1 : last);
          await assertSameOutcome(pair, (folder) => folder.commit(whole), id);
          if (reopen === 0) pair.sqlite = await pair.sqlite.reopen();
          assert.deepEqual(answers(pair.sqlite, id), answers(pair.memory, id));
        }
        await pair.memory.store.forget(id);
        await pair.sqlite.store.forget(id);
      }),
      { numRuns: 60 },
    );
  } finally {
    await pair.sqlite.dispose();
    await pair.memory.dispose();
  }
});

async function assertSameOutcome(
  { memory, sqlite }: Readonly<Record<'memory' | 'sqlite', StoreHarness>>,
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
function answers({ store }: StoreHarness, id: string): unknown {
  const folder = store.folder(id);
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
    superseded: folder.supersededPaths(undefined, 100).map((path) => folder.superseded(path)),
    few: folder.supersededPaths(at('a/b'), 2),
  };
}
