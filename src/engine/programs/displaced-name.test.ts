import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displacedName, isDisplacedBy, originOf } from './displaced-name.ts';

const STAGE = '0123456789abcdef'.repeat(2);

test('a displaced name tells where the inode stood, and what displaced it', () => {
  for (const diskPath of [
    'a',
    'd/e/f.txt',
    '100%/50%2F',
    'e\u0301/\u65e5',
    ' a\nb',
    'x'.repeat(90),
  ]) {
    const name = displacedName({ stageName: STAGE, diskPath });
    assert.ok(!name.includes('/') && isDisplacedBy(STAGE, name), name);
    assert.deepEqual(originOf(name), { diskPath, isWhole: true });
  }
});

test('a path that is too long for a name leaves the beginning of its last part', () => {
  const last = `\u65e5${'y%'.repeat(80)}`;
  const name = displacedName({ stageName: STAGE, diskPath: `${'x/'.repeat(60)}${last}` });
  assert.ok(new TextEncoder().encode(name).length <= 140 && isDisplacedBy(STAGE, name), name);
  const { diskPath, isWhole } = originOf(name);
  assert.ok(!isWhole && last.startsWith(diskPath) && diskPath.length > 50, diskPath);
});

test('what is no displaced name stands for itself', () => {
  assert.deepEqual(originOf('notes.txt'), { diskPath: 'notes.txt', isWhole: false });
  assert.equal(isDisplacedBy(STAGE, STAGE), false);
});
