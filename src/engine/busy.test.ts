import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelPath } from '../model/path.ts';
import { Busy } from './busy.ts';

const at = (name: string): RelPath => name as RelPath;

/** Work that is done at once. */
const nothing = (): Promise<void> => Promise.resolve();

test('who waits for a path goes on once its group is over, and not before', async () => {
  const busy = new Busy();
  busy.add(at('a'));
  const events: string[] = [];
  const waiting = busy.whileFree([at('x'), at('a')], nothing).then(() => events.push('free'));
  await busy.whileFree([at('x')], nothing);
  assert.equal(busy.has(at('a')), true);
  assert.deepEqual(events, []);
  busy.clear();
  await waiting;
  assert.deepEqual(events, ['free']);
  assert.equal(busy.has(at('a')), false);
});

test('who waits for a path waits for the next group as well, if it is of that too', async () => {
  const busy = new Busy();
  busy.add(at('a'));
  let isFree = false;
  const waiting = busy.whileFree([at('a')], async () => {
    isFree = true;
  });
  busy.clear();
  busy.add(at('a'));
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  assert.equal(isFree, false);
  busy.clear();
  await waiting;
});

test('while somebody waits for a path or works on it no group should begin with it', async () => {
  const busy = new Busy();
  busy.add(at('a'));
  let end = (): void => undefined;
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      end = resolve;
    });
  const first = busy.whileFree([at('a'), at('b')], work);
  const second = busy.whileFree([at('b')], nothing);
  await second;
  assert.deepEqual([busy.isAwaited(at('a')), busy.isAwaited(at('b'))], [true, true]);
  busy.clear();
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  assert.equal(busy.isAwaited(at('a')), true, 'the work goes on');
  end();
  await first;
  assert.deepEqual([busy.isAwaited(at('a')), busy.isAwaited(at('b'))], [false, false]);
});
