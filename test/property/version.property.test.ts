/** The laws of version vectors: a partial order with a least upper bound, and a total order that respects it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareVersions,
  counterOf,
  mergeVersions,
  orderVersions,
  raiseCounter,
  versionKey,
} from '../../src/model/version.ts';
import { versions } from '../support/arbitraries.ts';

const OPPOSITE = { newer: 'older', older: 'newer', equal: 'equal', concurrent: 'concurrent' };
const isAtLeast = (relation: string) => relation === 'newer' || relation === 'equal';
const options = { numRuns: 500 };

test('comparing is antisymmetric and reflexive', () => {
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      assert.equal(compareVersions(b, a), OPPOSITE[compareVersions(a, b)]);
      assert.equal(compareVersions(a, a), 'equal');
    }),
    options,
  );
});

test('dominance is transitive', () => {
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      if (compareVersions(a, b) !== 'newer' || compareVersions(b, c) !== 'newer') return;
      assert.equal(compareVersions(a, c), 'newer');
    }),
    options,
  );
});

test('a merge is commutative, associative, idempotent and knows both, and no more than both', () => {
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      const merged = mergeVersions(a, b);
      assert.deepEqual(merged, mergeVersions(b, a));
      assert.deepEqual(mergeVersions(merged, c), mergeVersions(a, mergeVersions(b, c)));
      assert.deepEqual(mergeVersions(merged, a), merged);
      assert.ok(isAtLeast(compareVersions(merged, a)) && isAtLeast(compareVersions(merged, b)));
      if (isAtLeast(compareVersions(c, a)) && isAtLeast(compareVersions(c, b))) {
        assert.ok(isAtLeast(compareVersions(c, merged)));
      }
    }),
    options,
  );
});

test('raising a counter makes a newer version that differs in that counter alone', () => {
  fc.assert(
    fc.property(versions, fc.bigInt(1n, 4n), (a, id) => {
      const raised = raiseCounter(a, id, counterOf(a, id) + 1n);
      assert.equal(compareVersions(raised, a), 'newer');
      for (const counter of a) {
        if (counter.id !== id) assert.equal(counterOf(raised, counter.id), counter.value);
      }
    }),
    options,
  );
});

test('the total order puts every newer version after every older one, and ties only equals (CON-06)', () => {
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      const order = orderVersions(a, b);
      assert.equal(order + orderVersions(b, a), 0);
      const relation = compareVersions(a, b);
      if (relation === 'newer') assert.equal(order, 1);
      assert.equal(order === 0, relation === 'equal');
      assert.equal(versionKey(a) === versionKey(b), relation === 'equal');
    }),
    options,
  );
});

test('the total order is transitive (CON-06)', () => {
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      const sorted = [a, b, c].sort(orderVersions);
      const [first, , last] = sorted;
      assert.ok(first !== undefined && last !== undefined && orderVersions(first, last) <= 0);
    }),
    options,
  );
});
