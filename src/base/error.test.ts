import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS, type ErrorCode, itemTrouble, KithError } from './error.ts';

test('the trouble of an item is an error of ours that is neither a bug nor damage', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  for (const code of codes) {
    const error = new KithError(code);
    const isMore = error.kind === 'bug' || error.kind === 'corrupt';
    if (isMore) assert.throws(() => itemTrouble(error), error);
    else assert.equal(itemTrouble(error), error);
  }
  const foreign = new TypeError('not ours');
  assert.throws(() => itemTrouble(foreign), foreign);
});
