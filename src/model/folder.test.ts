/** Folder ids. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFolderId } from './folder.ts';

test('any text of sensible length is a folder id, case and all', () => {
  for (const text of ['a', 'Photos 2026', 'abcd-1234', 'ü/日本', 'x'.repeat(200)]) {
    assert.equal(parseFolderId(text), text);
  }
});

test('nothing, too much, control characters and broken Unicode are refused', () => {
  for (const text of ['', 'x'.repeat(201), 'a\nb', 'a\0', 'a\u007f', 'a\ud800']) {
    assert.throws(() => parseFolderId(text), { code: 'FOLDER_ID_INVALID' });
  }
});
