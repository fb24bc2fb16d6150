/** The one parser of paths, and what is read off a path. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  baseName,
  childPath,
  comparePaths,
  isReserved,
  isWithin,
  parentPath,
  parseRelPath,
} from './path.ts';

const REFUSED = [
  ['', 'empty'],
  ['/etc/passwd', 'empty part'],
  ['a//b', 'empty part'],
  ['a/', 'empty part'],
  ['.', 'dot part'],
  ['a/./b', 'dot part'],
  ['..', 'dot part'],
  ['a/../b', 'dot part'],
  ['a\0b', 'NUL'],
  ['a\ud800', 'not Unicode'],
  ['u\u0308', 'not NFC'],
  ['x'.repeat(8193), 'too long'],
] as const;

for (const [text, reason] of REFUSED) {
  test(`${JSON.stringify(text.slice(0, 20))} is refused: ${reason}`, () => {
    assert.throws(() => parseRelPath(text), {
      code: 'PATH_INVALID',
      data: { path: text.slice(0, 200), reason },
    });
  });
}

test('what is odd but harmless stays as it is', () => {
  for (const text of ['a', '...', '..a', 'a\\b', 'C:/x', ' ', 'a\nb', 'ü/日本', '-rf']) {
    assert.equal(parseRelPath(text), text);
  }
});

test('a path that was parsed parses again and never leaves its root (LNK-08)', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('.', '/', 'a', '\\', 'ü', '\0'), maxLength: 12 }),
      (text) => {
        let path: ReturnType<typeof parseRelPath>;
        try {
          path = parseRelPath(text);
        } catch (cause) {
          assert.equal((cause as { code: string }).code, 'PATH_INVALID');
          return;
        }
        assert.equal(parseRelPath(path), path);
        assert.ok(
          new URL(encodeURI(path.replaceAll('\\', '_')), 'file:///root/').pathname.startsWith(
            '/root/',
          ),
        );
      },
    ),
  );
});

test('a path is its parent and its last part', () => {
  const path = parseRelPath('a/b/c.txt');
  assert.equal(parentPath(path), 'a/b');
  assert.equal(parentPath(parseRelPath('a')), undefined);
  assert.equal(baseName(path), 'c.txt');
  assert.equal(childPath(parentPath(path), baseName(path)), path);
  assert.equal(childPath(undefined, 'u\u0308'), 'ü');
});

test('a name with a slash is no child', () => {
  assert.throws(() => childPath(undefined, 'a/b'), { code: 'PATH_INVALID' });
  assert.throws(() => childPath(parseRelPath('a'), '..'), { code: 'PATH_INVALID' });
});

test('within means at or below, and not merely the same beginning', () => {
  const [d, below, beside] = ['d', 'd/x', 'dx'].map(parseRelPath);
  assert.ok(d !== undefined && below !== undefined && beside !== undefined);
  assert.deepEqual([isWithin(d, d), isWithin(below, d)], [true, true]);
  assert.deepEqual([isWithin(beside, d), isWithin(d, below)], [false, false]);
});

test('an ancestor stands before what is below it', () => {
  const sorted = ['d/x', 'd', 'd-x', 'd/x/y'].map(parseRelPath).sort(comparePaths);
  assert.deepEqual(sorted, ['d', 'd-x', 'd/x', 'd/x/y']);
  assert.equal(comparePaths(parseRelPath('d'), parseRelPath('d')), 0);
});

test('names that Kith keeps for itself are known under any case, and no others', () => {
  const stage = '.kith-0123456789abcdef0123456789abcdef';
  for (const text of ['.kith', '.Kith/stage/x', stage, `d/${stage.toUpperCase()}`, `${stage}/x`]) {
    assert.ok(isReserved(parseRelPath(text)), text);
  }
  for (const text of ['kith', 'd/.kith', '.kithx', '.kith-', `${stage}0`, `x${stage}`]) {
    assert.ok(!isReserved(parseRelPath(text)), text);
  }
});
