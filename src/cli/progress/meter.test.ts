import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../follow.ts';
import { Meter, Rate } from './meter.ts';

test('what is added while work is done makes the whole larger, and takes nothing of what is done', () => {
  const meter = new Meter();
  const seen = [100, 60, 80, 30, 0].map((left, at) => {
    const { done, total } = meter.observe({ left }, at * 1000);
    return [done, total];
  });
  assert.deepEqual(seen, [
    [0, 100],
    [40, 100],
    [40, 120],
    [90, 120],
    [120, 120],
  ]);
});

test('what was done before it was first seen is a part of the whole', () => {
  const { done, total } = new Meter().observe({ left: 70, before: 30 }, 0);
  assert.deepEqual([done, total], [30, 100]);
});

test('new work begins at nothing', () => {
  const meter = new Meter();
  for (const [at, left] of [100, 0].entries()) meter.observe({ left }, at * 1000);
  const { done, total, perSecond } = meter.observe({ left: 50 }, 10_000);
  assert.deepEqual([done, total, perSecond], [0, 50, undefined]);
});

test('a rate is that of the last seconds, and does not jump', () => {
  const rate = new Rate();
  for (let second = 0; second <= 30; second++) rate.add(second === 0 ? 0 : 1000, second * 1000);
  assert.equal(Math.round(rate.perSecond ?? 0), 1000);
  rate.add(0, 31_000);
  const lull = rate.perSecond ?? 0;
  assert.ok(lull > 700 && lull < 900, String(lull));
  rate.add(0, 91_000);
  assert.ok((rate.perSecond ?? 1) < 1);
});

test('the time that is left follows from the rate, and is not known before there is one', () => {
  const meter = new Meter();
  assert.equal(meter.observe({ left: 1000 }, 0).leftMs, undefined);
  meter.observe({ left: 900 }, 1000);
  const { perSecond, leftMs } = meter.observe({ left: 800 }, 2000);
  assert.equal(Math.round(perSecond ?? 0), 100);
  assert.equal(Math.round((leftMs ?? 0) / 1000), 8);
});

test('a status is asked for closely in a short burst, and four times a second in a long one', () => {
  const pace = new Pace();
  let nowMs = 0;
  const asked: number[] = [];
  while (nowMs < 60_000) {
    asked.push(nowMs);
    nowMs += pace.gapMs(nowMs);
  }
  const inFirst = asked.filter((ms) => ms < 250).length;
  assert.ok(inFirst >= 5, String(inFirst));
  assert.ok(asked.length <= 4 * 60 + 10, String(asked.length));
});
