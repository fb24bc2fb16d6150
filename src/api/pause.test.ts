// How people say how long something rests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationSchema, pausedSchema } from './pause.ts';

test('a time is a number and a unit, or several of them', () => {
  const seconds = ['90s', '30m', '2h', '1d', '1h30m'].map((text) => durationSchema.parse(text));
  assert.deepEqual(seconds, [90, 1800, 7200, 86_400, 5400]);
});

for (const text of ['', '30', 'm', '1.5h', '-1h', '0s', '367d', '1w', '30 m', '9999999d']) {
  test(`"${text}" is no time that something can rest for`, () => {
    assert.equal(durationSchema.safeParse(text).success, false);
  });
}

test('the configuration says that it rests, until when and for how long, or nothing', () => {
  const timed = { until: '2026-01-31T12:00:00Z', seconds: 1800 };
  for (const value of [true, false, timed]) assert.deepEqual(pausedSchema.parse(value), value);
  const wrong = [1, 'yes', { until: 'tomorrow', seconds: 5 }, { until: timed.until }];
  for (const value of wrong) {
    const { error } = pausedSchema.safeParse(value);
    assert.match(error?.issues[0]?.message ?? '', /^must be true, false or \{ until/);
  }
});
