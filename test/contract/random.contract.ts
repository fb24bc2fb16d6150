/** What every ports/random does. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Random } from '../../src/ports/random.ts';

/** Registers the suite under `name`. */
export function randomContract(name: string, makeRandom: () => Random): void {
  describe(`random: ${name}`, () => {
    it('draws numbers from 0 up to but without 1, spread evenly', () => {
      const random = makeRandom();
      const buckets = new Array<number>(10).fill(0);
      for (let i = 0; i < 20_000; i++) {
        const drawn = random.unit();
        assert.ok(drawn >= 0 && drawn < 1);
        const bucket = Math.floor(drawn * 10);
        buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      }
      for (const count of buckets) assert.ok(count > 1_700 && count < 2_300, `${buckets}`);
    });
    it('gives as many bytes as asked for, each time a new array', () => {
      const random = makeRandom();
      for (const length of [0, 1, 3, 4, 33, 100_000])
        assert.equal(random.bytes(length).length, length);
      assert.notEqual(random.bytes(4).buffer, random.bytes(4).buffer);
    });
    it('gives every byte there is', () => {
      assert.equal(new Set(makeRandom().bytes(20_000)).size, 256);
    });
    it('does not repeat itself', () => {
      const random = makeRandom();
      assert.notDeepEqual(random.bytes(16), random.bytes(16));
      assert.notEqual(random.unit(), random.unit());
    });
  });
}
