/** Every input that is kept holds its target's laws: what once failed, and what takes a way of its own through a decoder. */

import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { CORPUS, readCorpus } from '../../lab/fuzz/corpus.ts';
import { Executor } from '../../lab/fuzz/execution.ts';
import { TARGETS } from '../../lab/fuzz/targets.ts';

const MIB = 1024 * 1024;

describe('what the fuzzer found before', () => {
  for (const { name, load } of TARGETS) {
    test(`${name}: every kept input holds`, async () => {
      const kept = await readCorpus(name);
      assert.ok(kept.length > 0, 'nothing is kept');
      const executor = new Executor(await load());
      for (const { file, input } of kept) {
        const { failure } = await executor.run(input);
        assert.equal(failure, undefined, `${path.relative(CORPUS, file)}: ${failure?.text}`);
      }
    });
  }
});

test('what is kept belongs to a target, and all of it is small', async () => {
  const folders = await readdir(CORPUS);
  const names = TARGETS.map(({ name }) => name);
  assert.deepEqual(folders.toSorted(), names.toSorted());
  let bytes = 0;
  for (const name of await readdir(CORPUS, { recursive: true })) {
    const about = await stat(path.join(CORPUS, name));
    if (about.isFile()) bytes += about.size;
  }
  assert.ok(bytes < MIB, `${bytes} bytes are kept`);
});
