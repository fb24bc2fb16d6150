// Stories that once ended badly, each told again: nothing is violated, and every decision in it still has its effect.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Performance } from '../../lab/chaos/performance.ts';
import { readRepro } from '../../lab/chaos/repro.ts';

const STORIES = path.join(path.dirname(fileURLToPath(import.meta.url)), '../stories');

for (const file of readdirSync(STORIES).sort()) {
  const { story, script } = readRepro(path.join(STORIES, file));
  test(story, async () => {
    const first = await new Performance(script).perform();
    const ids = script.decisions.map(({ id }) => id);
    assert.deepEqual(first.violations, []);
    assert.deepEqual(first.applied, ids, 'a decision has no effect any more: this tells nothing');
    const second = await new Performance(script).perform();
    assert.equal(second.trace, first.trace, 'told twice, it is two stories');
  });
}
