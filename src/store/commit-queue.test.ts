import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommitQueue } from './commit-queue.ts';

/** A queue whose writes end when the test says so. */
function makeQueue(maxWeight: number) {
  const writes: { items: readonly string[]; done: () => void; fail: (error: Error) => void }[] = [];
  const queue = new CommitQueue<string>({
    write: (items) =>
      new Promise((done, fail) => {
        writes.push({ items, done, fail });
      }),
    weigh: (item) => item.length,
    maxWeight,
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { queue, writes, turn };
}

describe('commit queue', () => {
  it('writes together what waits, up to a weight, and one item whatever its weight', async () => {
    const { queue, writes, turn } = makeQueue(4);
    const all = ['aa', 'bb', 'c', 'dddddd', 'e'].map((item) => queue.push('f', item));
    for (let at = 0; at < 4; at++) {
      await turn();
      writes[at]?.done();
    }
    await Promise.all(all);
    assert.deepEqual(
      writes.map(({ items }) => items),
      [['aa', 'bb'], ['c'], ['dddddd'], ['e']],
    );
  });

  it('has one write under way at a time', async () => {
    const { queue, writes, turn } = makeQueue(9);
    const first = queue.push('f', 'a');
    await turn();
    const second = queue.push('f', 'b');
    await turn();
    assert.equal(writes.length, 1);
    writes[0]?.done();
    await first;
    await turn();
    writes[1]?.done();
    await second;
  });

  it('fails with a write what waits for the same folder, and nothing else', async () => {
    const { queue, writes, turn } = makeQueue(9);
    const first = queue.push('f', 'a');
    await turn();
    const behind = queue.push('f', 'b');
    const other = queue.push('g', 'c');
    const error = new Error('disk full');
    writes[0]?.fail(error);
    await assert.rejects(first, error);
    await assert.rejects(behind, error);
    await turn();
    const later = queue.push('f', 'd');
    writes[1]?.done();
    await other;
    await turn();
    writes[2]?.done();
    await later;
    assert.deepEqual(
      writes.map(({ items }) => items),
      [['a'], ['c'], ['d']],
    );
  });

  it('settles all that was taken before it is closed', async () => {
    const { queue, writes, turn } = makeQueue(1);
    const all = [queue.push('f', 'a'), queue.push('f', 'b')];
    const closed = queue.close();
    await assert.rejects(queue.push('f', 'c'), { code: 'STORE_FAILED' });
    for (let at = 0; at < 2; at++) {
      await turn();
      writes[at]?.done();
    }
    await Promise.all([...all, closed]);
  });
});
