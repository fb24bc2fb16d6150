/** Names of conflict copies: golden cases, and the stamp against the platform's calendar. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRelPath } from '../model/path.ts';
import { conflictPath } from './conflict.ts';

const MAKER = 0x0123456789abcdefn;
const NOON = 1700000000;

function nameOf(path: string, seconds = NOON, attempt = 0): string {
  const losing = { path: parseRelPath(path), mtime: { s: seconds, ns: 5 }, modifiedBy: MAKER };
  return conflictPath(losing, attempt);
}

const GOLDEN = [
  ['notes.txt', 'notes.sync-conflict-20231114-221320-AERUKZ4.txt'],
  ['d/e/notes.txt', 'd/e/notes.sync-conflict-20231114-221320-AERUKZ4.txt'],
  ['Makefile', 'Makefile.sync-conflict-20231114-221320-AERUKZ4'],
  ['q1.tar.gz', 'q1.tar.sync-conflict-20231114-221320-AERUKZ4.gz'],
  ['.bashrc', '.sync-conflict-20231114-221320-AERUKZ4.bashrc'],
  ['.config/a', '.config/a.sync-conflict-20231114-221320-AERUKZ4'],
  ['v1.2/read me', 'v1.2/read me.sync-conflict-20231114-221320-AERUKZ4'],
  ['dot.', 'dot.sync-conflict-20231114-221320-AERUKZ4.'],
  ['größe.日本', 'größe.sync-conflict-20231114-221320-AERUKZ4.日本'],
] as const;

for (const [path, copy] of GOLDEN) {
  test(`the copy of ${path} is ${copy}`, () => assert.equal(nameOf(path), copy));
}

test('another attempt adds its number', () => {
  assert.equal(nameOf('a.txt', NOON, 3), 'a.sync-conflict-20231114-221320-AERUKZ4-3.txt');
});

test('a copy of a copy is named like any file', () => {
  const once = nameOf('a.txt');
  const twice = 'a.sync-conflict-20231114-221320-AERUKZ4.sync-conflict-20231114-221321-AERUKZ4.txt';
  assert.equal(nameOf(once, NOON + 1), twice);
});

test('times before 1970 and after 9999 are cut to what the stamp can show', () => {
  assert.match(nameOf('a', -1), /-19700101-000000-/);
  assert.match(nameOf('a', 253402300800), /-99991231-235959-/);
});

test('the stamp is UTC as the calendar has it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253402300799 }), (seconds) => {
      const iso = new Date(seconds * 1000).toISOString();
      const stamp = iso.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
      assert.equal(nameOf('a', seconds), `a.sync-conflict-${stamp}-AERUKZ4`);
    }),
  );
});

test('a stem that would make the name too long is cut between characters', () => {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  for (const character of ['x', 'ü', '日', '😀']) {
    const long = character.repeat(Math.floor(251 / bytes(character)));
    const copy = nameOf(`d/${long}.txt`);
    const name = copy.slice(2);
    assert.ok(bytes(name) <= 255 && bytes(name) > 255 - bytes(character), name);
    assert.ok(name.startsWith(character) && name.endsWith('-AERUKZ4.txt'), name);
    assert.ok(copy.isWellFormed());
  }
});

test('a name of any shape gives a name that can stand on a disk', () => {
  const parts = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
    .map((text) => text.replaceAll(/[/\0]/g, '_').normalize('NFC'));
  const names = parts.filter((name) => name !== '.' && name !== '..' && name.isWellFormed());
  const short = names.filter((name) => new TextEncoder().encode(name).length <= 255);
  fc.assert(
    fc.property(short, fc.integer({ min: 0, max: 9 }), (name, attempt) => {
      const copy = nameOf(name, NOON, attempt);
      assert.ok(new TextEncoder().encode(copy).length <= 255, copy);
      assert.equal(parseRelPath(copy), copy);
      assert.notEqual(copy, name);
    }),
  );
});
