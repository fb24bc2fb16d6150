import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../ports/clock.ts';
import type { Seen } from '../ports/folder-store.ts';
import { ClockSteps } from './clock-steps.ts';
import { stampOf } from './context.ts';

/** A clock that stands where it is put. */
class SetClock {
  wallMs = 1_000_000_000;
  passedMs = 0;
  now = (): number => this.wallMs;
  mono = (): number => this.passedMs;

  pass(ms: number): void {
    this.wallMs += ms;
    this.passedMs += ms;
  }
}

function begin(): { readonly clock: SetClock; readonly steps: ClockSteps } {
  const clock = new SetClock();
  return { clock, steps: new ClockSteps(clock as unknown as Clock) };
}

function seenAt(ms: number): Seen {
  const time = stampOf(ms);
  const facts = { inode: 1n, size: 1, mode: 0o644, racy: false, isForeign: false };
  return { ...facts, mtime: time, ctime: time };
}

test('as long as the clock goes on, no time comes twice, however slowly it is corrected', () => {
  const { clock, steps } = begin();
  const old = seenAt(clock.wallMs);
  clock.pass(10_000);
  for (let hour = 0; hour < 100; hour++) {
    assert.equal(steps.mayRepeat(old), false);
    clock.pass(3_600_000);
    clock.wallMs -= 700;
  }
});

test('what was dated in a time that the clock goes through again is in doubt from then on, what was before is not', () => {
  const { clock, steps } = begin();
  const [before, within] = [seenAt(clock.wallMs - 60_000), seenAt(clock.wallMs + 5000)];
  clock.pass(20_000);
  assert.equal(steps.mayRepeat(within), false);
  clock.wallMs -= 17_000;
  assert.equal(steps.mayRepeat(within), true);
  clock.pass(3_600_000);
  assert.equal(steps.mayRepeat(within), true);
  assert.equal(steps.mayRepeat(before), false);
  assert.equal(steps.mayRepeat(seenAt(clock.wallMs - 10_000)), false);
});

test('a file that could be written anew within its second is in doubt though nobody saw the clock being set back', () => {
  const { clock, steps } = begin();
  assert.equal(steps.mayRepeat(seenAt(clock.wallMs)), true);
});

test('times with fractions do not come twice', () => {
  const { clock, steps } = begin();
  const fine = seenAt(clock.wallMs + 5000.25);
  clock.pass(20_000);
  clock.wallMs -= 17_000;
  assert.equal(steps.mayRepeat(fine), false);
});

test('of many steps none is forgotten', () => {
  const { clock, steps } = begin();
  const first = seenAt(clock.wallMs + 5000);
  for (let i = 0; i < 50; i++) {
    clock.pass(20_000);
    steps.mayRepeat(first);
    clock.wallMs -= 17_000;
    assert.equal(steps.mayRepeat(first), true);
  }
});
