import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, settled } from '../../test/support/manual-clock.ts';
import { Bell } from './bell.ts';

const never = new AbortController().signal;

/** Whether a wait is over, looked at without waiting for it. */
function watched(wait: Promise<void>): { isOver: boolean; error: unknown } {
  const seen = { isOver: false, error: undefined as unknown };
  wait.then(
    () => Object.assign(seen, { isOver: true }),
    (error: unknown) => Object.assign(seen, { isOver: true, error }),
  );
  return seen;
}

test('a ring ends the wait that is on, and only that', async () => {
  const [bell, clock] = [new Bell(), new ManualClock()];
  const first = watched(bell.wait(clock, undefined, never));
  await settled();
  assert.equal(first.isOver, false);
  bell.ring();
  await settled();
  assert.equal(first.isOver, true);
  const second = watched(bell.wait(clock, undefined, never));
  await clock.advance(1000);
  assert.equal(second.isOver, false);
});

test('rings before a wait end it at once, several as one', async () => {
  const [bell, clock] = [new Bell(), new ManualClock()];
  bell.ring();
  bell.ring();
  await bell.wait(clock, undefined, never);
  const next = watched(bell.wait(clock, undefined, never));
  await settled();
  assert.equal(next.isOver, false);
});

test('a wait without a ring ends with its time', async () => {
  const [bell, clock] = [new Bell(), new ManualClock()];
  const wait = watched(bell.wait(clock, 500, never));
  await clock.advance(499);
  assert.equal(wait.isOver, false);
  await clock.advance(1);
  assert.deepEqual(wait, { isOver: true, error: undefined });
});

test('a wait ends with the reason of its signal, before and while it is on', async () => {
  const [bell, clock] = [new Bell(), new ManualClock()];
  const reason = new Error('enough');
  const stop = new AbortController();
  const wait = watched(bell.wait(clock, undefined, stop.signal));
  await settled();
  stop.abort(reason);
  await settled();
  assert.equal(wait.error, reason);
  await assert.rejects(bell.wait(clock, undefined, stop.signal), reason);
});
