import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryEntry, fileEntry } from '../../test/support/builders.ts';
import type { SequencedEntry } from '../model/entry.ts';
import { parseFolderId } from '../model/folder.ts';
import { indexBatches } from './index-batches.ts';
import { encodeIndex } from './messages/index-message.ts';

const small: SequencedEntry = { ...directoryEntry({ path: 'd' }), sequence: 1 };
/** 70 KB on the wire. */
const large: SequencedEntry = {
  ...fileEntry('x'),
  sequence: 2,
  size: 1500 * 131072,
  blocks: new Uint8Array(1500 * 32),
};

test('small entries are cut after a thousand', () => {
  assert.deepEqual(sizes(new Array(2500).fill(small)), [1000, 1000, 500]);
  assert.deepEqual(sizes(new Array(1000).fill(small)), [1000]);
});

test('large entries are cut where 250 KiB are passed, the last one going beyond', () => {
  const batches = [...indexBatches(new Array(9).fill(large))];
  for (const batch of batches.slice(0, -1)) {
    const folder = parseFolderId('f');
    assert.ok(encodeIndex({ folder, entries: batch }, 0).length > 200 * 1024);
    assert.ok(encodeIndex({ folder, entries: batch.slice(1) }, 0).length <= 250 * 1024);
  }
  assert.ok(batches.length > 1 && batches.length <= 3);
});

test('nothing makes no batch', () => {
  assert.deepEqual(sizes([]), []);
});

function sizes(entries: readonly SequencedEntry[]): number[] {
  return [...indexBatches(entries)].map((batch) => batch.length);
}
