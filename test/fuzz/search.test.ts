/** A test of the fuzzer: it finds planted faults, each within so many inputs, and always the same way. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { search } from '../../lab/fuzz/search.ts';
import { plantedFaults } from './planted-faults.ts';

const SEED = 20260801;
/** Inputs within which a planted fault must be found. Several times what it takes. */
const MOST = 20_000;
const { signal } = new AbortController();

describe('planted faults', { concurrency: 2 }, () => {
  for (const { name, target, fault } of plantedFaults) {
    test(`${target}: it is found when ${name}`, async () => {
      const wish = { target, seed: SEED, executions: MOST, most: 1, corpus: [], faults: [fault] };
      const { found, progress } = await search(wish, { signal });
      assert.ok(found.length > 0, `nothing is found in ${progress.executions} inputs`);
      if (process.env['KITH_SHOW_LAWS'] === '1') {
        console.error(`${target}, ${name}: ${progress.executions} inputs, ${found[0]?.signature}`);
      }
    });
  }
});

test('one seed is one search', async () => {
  const wish = {
    target: 'bep-request',
    seed: SEED,
    executions: 1500,
    most: 1,
    corpus: [],
    faults: [],
  };
  const first = await search(wish, { signal });
  const second = await search(wish, { signal });
  assert.deepEqual(second, first);
  assert.deepEqual(first.found, []);
  assert.ok(first.progress.corpus > 20, 'next to nothing was reached');
  const other = await search({ ...wish, seed: SEED + 1 }, { signal });
  assert.notDeepEqual(other.corpus, first.corpus);
});

test('a decoder that never ends is found by who watches it', async () => {
  const fault = {
    file: 'src/host/inotify-record.ts',
    from: 'if (at + HEADER > length) return [...records, LOST];',
    to: 'if (at + HEADER > length) continue;',
  };
  const wish = {
    target: 'inotify',
    seed: SEED,
    executions: 100,
    most: 1,
    corpus: [],
    faults: [fault],
    hangMs: 2000,
  };
  const { found } = await search(wish, { signal });
  assert.deepEqual(
    found.map(({ signature }) => signature),
    ['it does not end'],
  );
});
