import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, DEVICE_A, fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import { KithError } from '../base/error.ts';
import { MemoryStore } from './memory-store.ts';

describe('memory store', () => {
  it('lets a commit take effect when it is told to', async () => {
    const gate = Promise.withResolvers<void>();
    const store = new MemoryStore({ settle: () => gate.promise });
    const folder = store.folder('f');
    const commit = folder.commit({ ours: [oursAt(1, fileAt('a', '1'))] });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(folder.ours(at('a')), undefined);
    gate.resolve();
    await commit;
    assert.equal(folder.ours(at('a'))?.sequence, 1);
  });

  it('drops at a crash what has not resolved, even if it is let through later', async () => {
    let gate = Promise.withResolvers<void>();
    gate.resolve();
    const store = new MemoryStore({ settle: () => gate.promise });
    await store.folder('f').commit({ ours: [oursAt(1, fileAt('a', '1'))] });
    gate = Promise.withResolvers<void>();
    let hasSettled = false;
    const settled = () => {
      hasSettled = true;
    };
    store
      .folder('f')
      .commit({ ours: [oursAt(2, fileAt('b', '1'))] })
      .then(settled, settled);
    const left = store.crash();
    gate.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(hasSettled, false);
    for (const after of [store, new MemoryStore({ from: left })]) {
      assert.deepEqual(after.folder('f').paths(undefined, 9), ['a']);
      assert.equal(after.folder('f').lastSequence(), 1);
    }
  });

  it('gives snapshots that later commits do not touch, and that serve more than once', async () => {
    const store = new MemoryStore();
    const claims = { device: DEVICE_A, entries: [fileAt('a', '1')] };
    await store.folder('f').commit({ claims, ours: [oursAt(1, fileAt('a', '1'))] });
    const old = store.snapshot();
    await store
      .folder('f')
      .commit({ forgetPeers: [DEVICE_A], ours: [oursAt(2, fileAt('b', '1'))] });
    for (let round = 0; round < 2; round++) {
      const folder = new MemoryStore({ from: old }).folder('f');
      assert.deepEqual(folder.paths(undefined, 9), ['a']);
      assert.equal(folder.announced(at('a')).length, 1);
      await folder.commit({ beginIndex: DEVICE_A, endIndex: DEVICE_A, forgetOurs: true });
      assert.deepEqual(folder.paths(undefined, 9), []);
    }
  });

  it('rejects a commit that is refused and keeps nothing of it, nor of what waits behind', async () => {
    const refused = new KithError('STORE_FULL');
    const answers: (KithError | undefined)[] = [refused];
    const store = new MemoryStore({
      settle: () => {
        const error = answers.shift();
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      },
    });
    const folder = store.folder('f');
    const first = folder.commit({ ours: [oursAt(1, fileAt('a', '1'))] });
    const behind = folder.commit({ ours: [oursAt(2, fileAt('b', '1'))] });
    await assert.rejects(first, refused);
    await assert.rejects(behind, refused);
    assert.deepEqual(folder.paths(undefined, 9), []);
    await folder.commit({ ours: [oursAt(1, fileAt('c', '1'))] });
    assert.equal(folder.lastSequence(), 1);
  });

  it('sweeps rows that were replaced, however often', async () => {
    const folder = new MemoryStore().folder('f');
    for (let sequence = 1; sequence <= 500; sequence++) {
      await folder.commit({ ours: [oursAt(sequence, fileAt('a', String(sequence)))] });
    }
    assert.deepEqual(
      folder.oursAfter(0, 9).map(({ sequence }) => sequence),
      [500],
    );
  });
});
