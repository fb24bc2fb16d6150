/** The choice among versions: the cases that people meet; the laws stand in test/property. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  directoryEntry,
  fileEntry,
  linkEntry,
  tombstone,
  vector,
} from '../../test/support/builders.ts';
import { versionKey } from '../model/version.ts';
import { chooseGlobal } from './global.ts';

test('of nothing nothing is chosen', () => {
  assert.equal(chooseGlobal([]), undefined);
  assert.equal(chooseGlobal([fileEntry('x', { invalid: true })]), undefined);
  assert.equal(chooseGlobal([fileEntry('x', { version: {} })]), undefined);
});

test('a version that knows the other one wins, however old its time', () => {
  const old = fileEntry('old', { version: { 1: 1 }, mtime: 2000 });
  const edit = fileEntry('edit', { version: { 1: 1, 2: 1 }, mtime: 1000 });
  assert.deepEqual(chooseGlobal([old, edit]), { entry: edit, losers: [] });
});

test('of concurrent edits the later one keeps the name, to the nanosecond', () => {
  const early = fileEntry('early', { version: { 1: 9 }, mtime: { s: 1000, ns: 1 } });
  const late = fileEntry('late', { version: { 2: 1 }, mtime: { s: 1000, ns: 2 } });
  assert.deepEqual(chooseGlobal([early, late]), { entry: late, losers: [early] });
});

test('equal content is one version under both vectors, with the later time', () => {
  const early = fileEntry('same', { version: { 1: 1 }, mtime: 1000 });
  const late = fileEntry('same', { version: { 2: 1 }, mtime: 1001 });
  const choice = chooseGlobal([early, late]);
  assert.deepEqual(choice, { entry: { ...late, version: vector({ 1: 1, 2: 1 }) }, losers: [] });
});

test('two deletes are one', () => {
  const choice = chooseGlobal([tombstone({ version: { 1: 2 } }), tombstone({ version: { 2: 2 } })]);
  assert.equal(choice?.entry.deleted, true);
  assert.equal(versionKey(choice.entry.version), '1:2,2:2');
});

test('an edit outlives a concurrent delete', () => {
  const gone = tombstone({ version: { 1: 2 }, mtime: 9000 });
  const edit = fileEntry('edit', { version: { 1: 1, 2: 1 }, mtime: 1000 });
  assert.deepEqual(chooseGlobal([gone, edit]), { entry: edit, losers: [] });
});

test('two edits and a delete of one of them have one winner in every order', () => {
  const a = fileEntry('a', { version: { 1: 1 }, mtime: 1000 });
  const b = fileEntry('b', { version: { 2: 1 }, mtime: 2000 });
  const gone = tombstone({ version: { 1: 2 }, mtime: 3000 });
  for (const order of [
    [a, b, gone],
    [gone, b, a],
    [b, gone, a],
  ]) {
    const choice = chooseGlobal(order);
    assert.equal(choice?.entry.contentHash, b.contentHash);
    assert.deepEqual(choice.losers, []);
  }
});

test('a directory or a link keeps the name against a later file', () => {
  const file = fileEntry('text', { version: { 1: 1 }, mtime: 9000 });
  for (const other of [
    directoryEntry({ version: { 2: 1 } }),
    linkEntry('to', { version: { 2: 1 } }),
  ]) {
    assert.deepEqual(chooseGlobal([file, other]), { entry: other, losers: [file] });
  }
});

test('the very content that the winner replaced is no loser, and any other is', () => {
  const [old, other] = [
    fileEntry('old', { version: { 1: 1 } }),
    fileEntry('other', { version: { 3: 1 } }),
  ];
  const edit = fileEntry('edit', { version: { 2: 2 }, mtime: 2000, previous: 'old' });
  assert.deepEqual(chooseGlobal([old, other, edit]), { entry: edit, losers: [other] });
  const touched = { ...old, mtime: { s: 3000, ns: 0 } };
  assert.deepEqual(chooseGlobal([touched, edit]), { entry: touched, losers: [edit] });
});

test('a merge has replaced what all of it did, and no more', () => {
  const one = fileEntry('same', { version: { 1: 2 }, previous: 'old' });
  const two = fileEntry('same', { version: { 2: 2 }, mtime: 2000, previous: 'old' });
  const back = fileEntry('old', { version: { 3: 1 } });
  assert.deepEqual(chooseGlobal([one, two, back])?.losers, []);
  for (const previous of [undefined, 'else']) {
    const own = fileEntry('same', { version: { 2: 2 }, mtime: 2000, previous });
    const choice = chooseGlobal([one, own, back]);
    assert.equal(choice?.entry.previousHash.length, 0);
    assert.deepEqual(choice?.losers, [back]);
  }
});

test('modes at one time make no circle of three', () => {
  const a = fileEntry('same', { version: { 1: 1 }, mode: 0o755 });
  const b = fileEntry('same', { version: { 3: 1 }, mode: 0o600 });
  const c = fileEntry('other', { version: { 2: 1 }, mode: 0o644 });
  const choices = [
    [a, b, c],
    [b, c, a],
    [c, a, b],
  ].map((set) => chooseGlobal(set)?.entry.contentHash);
  assert.deepEqual(new Set(choices.map((hash) => hash?.join())).size, 1);
});

test('losers of one choice are all kept, by the key of their version', () => {
  const [low, high] = [
    fileEntry('1', { version: { 1: 1 } }),
    fileEntry('2', { version: { 2: 1 } }),
  ];
  const winner = fileEntry('3', { version: { 3: 1 }, mtime: 2000 });
  assert.deepEqual(chooseGlobal([high, winner, low])?.losers, [low, high]);
});
