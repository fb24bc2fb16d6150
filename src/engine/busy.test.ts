import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelPath } from '../model/path.ts';
import { Busy } from './busy.ts';

const at = (name: string): RelPath => name as RelPath;

test('who waits for a path goes on once its group is over, and not before', async () => {
  const busy = new Busy();
  busy.add(at('a'));
  const events: string[] = [];
  const waiting = busy.allFree([at('x'), at('a')]).then(() => events.push('free'));
  await busy.allFree([at('x')]);
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
  const waiting = busy.allFree([at('a')]).then(() => {
    isFree = true;
  });
  busy.clear();
  busy.add(at('a'));
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  assert.equal(isFree, false);
  busy.clear();
  await waiting;
});
