import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRelPath, type RelPath } from '../model/path.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import type { FolderReads } from './folder-reads.ts';
import { ReadCache } from './read-cache.ts';

const PATH = parseRelPath('a');
const OTHER = parseRelPath('b');

function rowOf(path: RelPath, sequence: number, blockBytes = 0): OurEntry {
  const blocks = new Uint8Array(blockBytes);
  return { path, sequence, blocks } as unknown as OurEntry;
}

/** Reads that count themselves; the sequence of a row says which state it is of. */
function counted(blockBytes = 0) {
  const asked: string[] = [];
  let state = 1;
  const reads = {
    ours: (path: RelPath) => {
      asked.push(`ours ${path}`);
      return rowOf(path, state, blockBytes);
    },
    announced: (path: RelPath) => {
      asked.push(`announced ${path}`);
      return [];
    },
  } as unknown as FolderReads;
  return { asked, reads, advance: () => ++state };
}

test('a path that is read twice is asked for once, an empty answer included', () => {
  const { asked, reads } = counted();
  const cache = new ReadCache(reads);
  for (let round = 0; round < 3; round++) {
    assert.equal(cache.reads.ours(PATH)?.sequence, 1);
    assert.deepEqual(cache.reads.announced(PATH), []);
  }
  assert.deepEqual(asked, ['ours a', 'announced a']);
});

test('a change of a path is seen, and other paths stay known', () => {
  const { asked, reads, advance } = counted();
  const cache = new ReadCache(reads);
  cache.reads.ours(PATH);
  cache.reads.ours(OTHER);
  advance();
  cache.forget({ ours: [PATH], announced: [] });
  assert.equal(cache.reads.ours(PATH)?.sequence, 2);
  cache.reads.ours(OTHER);
  assert.deepEqual(asked, ['ours a', 'ours b', 'ours a']);
});

test('cleared, it knows nothing', () => {
  const { reads, advance } = counted();
  const cache = new ReadCache(reads);
  cache.reads.ours(PATH);
  advance();
  cache.clear();
  assert.equal(cache.reads.ours(PATH)?.sequence, 2);
});

test('what is remembered is bounded in bytes, the oldest going first', () => {
  const { asked, reads } = counted(12 * 1024 * 1024);
  const cache = new ReadCache(reads);
  for (const name of ['x', 'y', 'z', 'z', 'y', 'x']) cache.reads.ours(parseRelPath(name));
  assert.deepEqual(asked, ['ours x', 'ours y', 'ours z', 'ours x']);
});

test('news of others leaves our row known, and the other way round', () => {
  const { asked, reads } = counted();
  const cache = new ReadCache(reads);
  cache.reads.ours(PATH);
  cache.reads.announced(PATH);
  cache.forget({ ours: [], announced: [PATH] });
  cache.reads.ours(PATH);
  cache.reads.announced(PATH);
  assert.deepEqual(asked, ['ours a', 'announced a', 'announced a']);
});
