import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScanPace } from './scan-pace.ts';

const HOUR_MS = 3_600_000;

test('where changes are told everything is looked at every hour, and at once when it is asked for', () => {
  const pace = new ScanPace();
  assert.equal(pace.dueMs(), 0);
  pace.begin(1000);
  pace.end(500_000);
  assert.equal(pace.dueMs(), 1000 + HOUR_MS);
  assert.equal(pace.blind, undefined);
  pace.ask();
  assert.deepEqual([pace.dueMs(), pace.isScanning, pace.hasBegun], [0, true, false]);
});

test('where they are not, every minute, or so that a twentieth of the time is spent, but every hour at least', () => {
  const dueAfter = (tookMs: number): number => {
    const pace = new ScanPace();
    pace.setBlind('no eyes');
    pace.begin(1000);
    pace.end(1000 + tookMs);
    return pace.dueMs() - 1000;
  };
  assert.deepEqual([0, 3000, 10_000, HOUR_MS].map(dueAfter), [60_000, 60_000, 200_000, HOUR_MS]);
});

test('a look that takes long is not begun again before it is over', () => {
  const pace = new ScanPace();
  pace.setBlind('no eyes');
  pace.begin(0);
  assert.equal(pace.dueMs(), HOUR_MS);
  pace.end(120_000);
  assert.equal(pace.dueMs(), 2_400_000);
});

test('that nothing is told any more is news, and takes effect at once', () => {
  const pace = new ScanPace();
  pace.begin(0);
  pace.end(10);
  assert.deepEqual([pace.setBlind('no eyes'), pace.setBlind('no eyes')], [true, false]);
  assert.equal(pace.dueMs(), 60_000);
  assert.equal(pace.blind, 'no eyes; everything is looked at every 60 s');
  assert.equal(pace.setBlind(undefined), true);
  assert.equal(pace.dueMs(), HOUR_MS);
});
