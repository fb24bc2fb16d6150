// docs/errors.md says what the table of errors says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ERRORS } from '../../src/base/error.ts';
import { renderErrorDocs } from '../../tools/write-error-docs.ts';
import { ROOT } from './planted-house.ts';

test('docs/errors.md equals the table in base/error.ts; `npm run docs` makes it so', () => {
  assert.equal(readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8'), renderErrorDocs());
});

test('every code of the table is documented once', () => {
  const text = renderErrorDocs();
  for (const code of Object.keys(ERRORS)) {
    assert.equal(text.split(`\`${code}\``).length - 1, 1, code);
  }
});
