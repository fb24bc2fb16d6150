import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskGroup } from './task-group.ts';

/** A task that ends with the signal's reason. */
function endless(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

test('a group ends with its parent, for the same reason', async () => {
  const parent = new AbortController();
  const group = new TaskGroup(parent.signal);
  group.start(endless);
  const reason = new Error('enough');
  parent.abort(reason);
  await group.join();
  assert.equal(group.signal.reason, reason);
});

test('a group of a parent that has ended has ended too', () => {
  const reason = new Error('before');
  assert.equal(new TaskGroup(AbortSignal.abort(reason)).signal.reason, reason);
});

test('a child that fails ends the others, and its failure is thrown', async () => {
  const parent = new AbortController();
  const group = new TaskGroup(parent.signal);
  group.start(endless);
  const failure = new Error('broken');
  group.start(() => Promise.reject(failure));
  await assert.rejects(group.join(), failure);
  assert.equal(parent.signal.aborted, false);
});

test('a parent that goes on knows nothing any more of groups that were cancelled', async (t) => {
  const parent = new AbortController();
  const added = t.mock.method(parent.signal, 'addEventListener');
  const removed = t.mock.method(parent.signal, 'removeEventListener');
  const group = new TaskGroup(parent.signal);
  group.start(endless);
  group.cancel(new Error('over'));
  await group.join();
  const [listener] = added.mock.calls.map((call) => call.arguments[1]);
  assert.ok(listener);
  assert.ok(removed.mock.calls.some((call) => call.arguments[1] === listener));
});
