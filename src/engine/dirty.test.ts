import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dirty } from './dirty.ts';

/** Notes a path that has to stay unmentioned for so long. */
function note(dirty: Dirty, path: string, nowMs: number, afterMs: number): void {
  dirty.note(path, { nowMs, afterMs, isTree: false });
}

function due(dirty: Dirty, nowMs: number, limit = 10): readonly string[] {
  return dirty.takeDue(nowMs, limit).map(({ path }) => path);
}

test('each path is taken as soon as it is at rest, and once', () => {
  const dirty = new Dirty();
  note(dirty, 'late', 0, 100);
  note(dirty, 'soon', 0, 50);
  assert.deepEqual(due(dirty, 49), []);
  assert.deepEqual(due(dirty, 50), ['soon']);
  assert.deepEqual(due(dirty, 99), []);
  assert.deepEqual(due(dirty, 100), ['late']);
  assert.deepEqual(due(dirty, 1000), []);
});

test('a path that is noted after all were taken is taken too', () => {
  const dirty = new Dirty();
  note(dirty, 'first', 0, 10);
  assert.deepEqual(due(dirty, 10), ['first']);
  note(dirty, 'second', 20, 0);
  assert.deepEqual(due(dirty, 20), ['second']);
});

test('what the limit leaves is taken the next time', () => {
  const dirty = new Dirty();
  for (const path of ['a', 'b', 'c']) note(dirty, path, 0, 0);
  assert.deepEqual(due(dirty, 0, 2), ['a', 'b']);
  assert.deepEqual(due(dirty, 0, 2), ['c']);
});

test('a path that is mentioned again waits anew, though not for ever', () => {
  const dirty = new Dirty();
  for (let nowMs = 0; nowMs < 60_000; nowMs += 40) {
    note(dirty, 'log', nowMs, 50);
    assert.deepEqual(due(dirty, nowMs), []);
  }
  assert.deepEqual(due(dirty, 60_000), ['log']);
});
