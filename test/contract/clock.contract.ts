/** What every ports/clock does. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock, and how to let its time pass while a promise is awaited. */
export interface ClockSubject {
  readonly clock: Clock;
  /** Awaits `work` while time goes on. */
  readonly during: <Result>(work: Promise<Result>) => Promise<Result>;
}

/** Registers the suite under `name`. No sleep in it is longer than 50 ms unless it is aborted. */
export function clockContract(name: string, makeClock: () => ClockSubject): void {
  const never = new AbortController().signal;
  describe(`clock: ${name}`, () => {
    it('sleeps at least as long as it was told, by its own count', async () => {
      const { clock, during } = makeClock();
      const began = clock.mono();
      await during(clock.sleep(30, never));
      assert.ok(clock.mono() - began >= 29, `${clock.mono() - began} ms`);
    });
    it('wakes the shorter sleep first', async () => {
      const { clock, during } = makeClock();
      const woken: string[] = [];
      const sleeper = async (ms: number, who: string): Promise<void> => {
        await clock.sleep(ms, never);
        woken.push(who);
      };
      await during(Promise.all([sleeper(40, 'long'), sleeper(5, 'short')]));
      assert.deepEqual(woken, ['short', 'long']);
    });
    it('lets others run before a sleep of nothing ends', async () => {
      const { clock, during } = makeClock();
      const order: string[] = [];
      const sleeping = clock.sleep(0, never).then(() => order.push('slept'));
      void Promise.resolve().then(() => order.push('others'));
      await during(sleeping);
      assert.deepEqual(order, ['others', 'slept']);
    });
    it('ends a sleep with the reason of the signal, at once', async () => {
      const { clock, during } = makeClock();
      const stop = new AbortController();
      const began = clock.mono();
      const sleeping = clock.sleep(3_600_000, stop.signal);
      const reason = new Error('enough');
      stop.abort(reason);
      await assert.rejects(during(sleeping), reason);
      assert.ok(clock.mono() - began < 60_000);
    });
    it('does not begin a sleep whose signal has aborted', async () => {
      const { clock, during } = makeClock();
      const reason = new Error('before');
      await assert.rejects(during(clock.sleep(0, AbortSignal.abort(reason))), reason);
    });
    it('rings an alarm once, after its time', async () => {
      const { clock, during } = makeClock();
      const rings: number[] = [];
      const began = clock.mono();
      clock.alarm(20, () => rings.push(clock.mono() - began));
      await during(clock.sleep(45, never));
      assert.equal(rings.length, 1);
      assert.ok(Number(rings[0]) >= 19, `${rings[0]} ms`);
    });
    it('does not ring before the alarm is set, nor after it was called off', async () => {
      const { clock, during } = makeClock();
      const rings: string[] = [];
      const callOff = clock.alarm(0, () => rings.push('called off'));
      clock.alarm(0, () => rings.push('set'));
      assert.deepEqual(rings, []);
      callOff();
      await during(clock.sleep(10, never));
      assert.deepEqual(rings, ['set']);
    });
    it('counts in whole wall milliseconds of our time', () => {
      const { clock } = makeClock();
      assert.ok(Number.isInteger(clock.now()));
      assert.ok(clock.now() > Date.UTC(2020, 0, 1) && clock.now() < Date.UTC(2200, 0, 1));
    });
  });
}
