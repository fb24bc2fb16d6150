// When what rests goes on by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { type Config, configSchema } from '../api/config.ts';
import type { Paused } from '../api/pause.ts';
import type { Clock } from '../ports/clock.ts';
import { Pauses } from './pauses.ts';

const DOCS = { what: 'folder', id: 'docs' } as const;
const HALF_AN_HOUR = 1_800_000;

/** A wall clock that is set at will, over one that cannot be. */
class SetClock implements Clock {
  readonly real = new ManualClock();
  offsetMs = 0;
  now = (): number => this.real.now() + this.offsetMs;
  mono = (): number => this.real.mono();
  sleep = (ms: number, signal: AbortSignal): Promise<void> => this.real.sleep(ms, signal);
  alarm = (ms: number, ring: () => void): (() => void) => this.real.alarm(ms, ring);
}

function pausedFor(clock: Clock, ms: number): Paused {
  return { until: new Date(clock.now() + ms).toISOString(), seconds: ms / 1000 };
}

function withDocs(paused: Paused): Config {
  return configSchema.parse({ name: 'a', folders: [{ id: 'docs', path: '/docs', paused }] });
}

test('a pause without an end does not end, and one with an end ends then', async () => {
  const clock = new SetClock();
  const pauses = new Pauses(clock);
  const timed = pausedFor(clock, HALF_AN_HOUR);
  assert.equal(pauses.isPaused(DOCS, false), false);
  assert.equal(pauses.isPaused(DOCS, timed), true);
  await clock.real.advance(HALF_AN_HOUR - 1);
  assert.equal(pauses.isPaused(DOCS, timed), true);
  await clock.real.advance(1);
  assert.equal(pauses.isPaused(DOCS, timed), false);
  assert.deepEqual(pauses.over(withDocs(timed)), [DOCS]);
  assert.equal(pauses.isPaused(DOCS, true), true);
  // The same folder once more is a pause of its own.
  assert.equal(pauses.isPaused(DOCS, pausedFor(clock, 1000)), true);
});

test('a clock that is put back does not make it longer, nor does one that was wrong when it began', async () => {
  const clock = new SetClock();
  const pauses = new Pauses(clock);
  const timed = pausedFor(clock, HALF_AN_HOUR);
  assert.equal(pauses.isPaused(DOCS, timed), true);
  clock.offsetMs = -86_400_000;
  // Another start, with the clock as it is by now.
  const again = new Pauses(clock);
  assert.equal(again.isPaused(DOCS, timed), true);
  await clock.real.advance(HALF_AN_HOUR);
  assert.deepEqual(
    [pauses, again].map((each) => each.isPaused(DOCS, timed)),
    [false, false],
  );
});

test('what was over while no daemon ran, or while the machine slept, is over', () => {
  const clock = new SetClock();
  const timed = pausedFor(clock, HALF_AN_HOUR);
  const slept = new Pauses(clock);
  assert.equal(slept.isPaused(DOCS, timed), true);
  clock.offsetMs = HALF_AN_HOUR;
  for (const pauses of [slept, new Pauses(clock)]) {
    assert.equal(pauses.isPaused(DOCS, timed), false);
  }
});

test('its end is told once it is there, and again as long as the configuration says otherwise', async () => {
  const clock = new SetClock();
  const pauses = new Pauses(clock);
  let config = withDocs(pausedFor(clock, 12_000));
  const told: number[] = [];
  const stop = new AbortController();
  const onOver = async (): Promise<void> => {
    told.push(clock.mono());
    if (told.length === 2) config = withDocs(false);
  };
  const run = pauses.run({ config: () => config, onOver }, stop.signal);
  const ended = assert.rejects(run, /enough/);
  await clock.real.advance(60_000);
  stop.abort(new Error('enough'));
  await ended;
  assert.deepEqual(told, [12_000, 17_000]);
});
