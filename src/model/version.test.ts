import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vector } from '../../test/support/builders.ts';
import {
  compareVersions,
  counterOf,
  mergeVersions,
  orderVersions,
  raiseCounter,
  versionKey,
} from './version.ts';

test('versions relate as the protocol says', () => {
  const rows = [
    [{}, {}, 'equal', 0],
    [{ 1: 1 }, {}, 'newer', 1],
    [{ 1: 0 }, {}, 'equal', 0],
    [{ 1: 1 }, { 1: 1, 2: 1 }, 'older', -1],
    [{ 1: 2 }, { 1: 1, 2: 1 }, 'concurrent', 1],
    [{ 1: 1, 2: 2 }, { 1: 2, 2: 1 }, 'concurrent', -1],
    [{ 2: 5 }, { 1: 1 }, 'concurrent', -1],
  ] as const;
  for (const [a, b, relation, order] of rows) {
    assert.equal(compareVersions(vector(a), vector(b)), relation, JSON.stringify([a, b]));
    assert.equal(orderVersions(vector(a), vector(b)), order, JSON.stringify([a, b]));
  }
});

test('counters are compared as unsigned numbers of 64 bits', () => {
  const high = [{ id: 0xffff_ffff_ffff_ffffn, value: 0xffff_ffff_ffff_ffffn }];
  const low = [{ id: 0xffff_ffff_ffff_ffffn, value: 0xffff_ffff_ffff_fffen }];
  assert.equal(compareVersions(high, low), 'newer');
  assert.equal(compareVersions([{ id: 1n, value: 1n }], high), 'concurrent');
});

test('merging takes the greater of each counter, by ascending id', () => {
  const merged = mergeVersions(vector({ 1: 3, 5: 1 }), vector({ 1: 2, 3: 4, 5: 9 }));
  assert.deepEqual(merged, vector({ 1: 3, 3: 4, 5: 9 }));
});

test('raising a counter puts it in its place', () => {
  assert.deepEqual(raiseCounter(vector({ 1: 3, 5: 1 }), 3n, 7n), vector({ 1: 3, 3: 7, 5: 1 }));
  assert.equal(counterOf(vector({ 1: 3 }), 1n), 3n);
  assert.equal(counterOf(vector({ 1: 3 }), 2n), 0n);
});

test('the key tells versions apart that would read the same without separators', () => {
  const keys = [vector({ 1: 17 }), vector({ 17: 1 }), vector({ 1: 1, 7: 1 }), []].map(versionKey);
  assert.equal(new Set(keys).size, keys.length);
});
