import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Complaints } from './complaints.ts';

test('a path is complained of once for each code, again after it was well, and a flood ends', () => {
  const lines: unknown[] = [];
  const complaints = new Complaints({
    log: { write: (_level, _event, facts) => lines.push([facts['path'], facts['code']]) },
    event: 'failed',
    facts: { folder: 'f' },
  });
  for (const code of ['FILE_FAILED', 'FILE_FAILED', 'FILE_DENIED'] as const) {
    complaints.tell('a', code);
  }
  complaints.forget('a');
  complaints.tell('a', 'FILE_DENIED');
  const once = [
    ['a', 'FILE_FAILED'],
    ['a', 'FILE_DENIED'],
    ['a', 'FILE_DENIED'],
  ];
  assert.deepEqual(lines, once);
  for (let i = 0; i < 3000; i++) complaints.tell(`${i}`, 'FILE_FAILED');
  assert.equal(lines.length, once.length + 999);
});
