/** A short search for every target, the same one each time. The long ones are `npm run fuzz`. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCorpus } from '../../lab/fuzz/corpus.ts';
import { search } from '../../lab/fuzz/search.ts';
import { TARGETS } from '../../lab/fuzz/targets.ts';

const SEED = 1;
/** Beyond the corpus. */
const EXECUTIONS = 300;
const { signal } = new AbortController();

describe('a short search', { concurrency: 2 }, () => {
  for (const { name } of TARGETS) {
    test(`${name}: no input breaks a law`, async () => {
      const corpus = (await readCorpus(name)).map(({ input }) => input);
      const executions = corpus.length + EXECUTIONS;
      const wish = { target: name, seed: SEED, executions, most: 1, corpus, faults: [] };
      const { found } = await search(wish, { signal });
      assert.deepEqual(found, []);
    });
  }
});
