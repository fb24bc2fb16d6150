import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCKS, barStyle, barText, PLAIN, progressText } from './bar.ts';

const LINE = {
  label: 'docs → nas',
  part: 0.42,
  texts: ['1.2 GB of 2.9 GB', '38 s left', '45 MB/s', '310 files left'],
};

test('a line has as many words as its width has room for, and the bar what is left', () => {
  const at = (width: number) => progressText(LINE, { width, style: BLOCKS });
  assert.deepEqual([120, 80, 60, 40, 24, 16, 10].map(at), [
    'docs → nas  ████████████░░░░░░░░░░░░░░░░░░   42 %  1.2 GB of 2.9 GB  38 s left  45 MB/s  310 files left',
    'docs → nas  █████████░░░░░░░░░░░░░░   42 %  1.2 GB of 2.9 GB  38 s left  45 MB/s',
    'docs → nas  █████░░░░░░░   42 %  1.2 GB of 2.9 GB  38 s left',
    'docs → nas  ████████░░░░░░░░░░░░░   42 %',
    'docs → nas  ██░░░   42 %',
    'docs → nas  42 %',
    'docs → nas',
  ]);
  for (let width = 1; width < 130; width++) assert.ok(at(width).length <= width, `${width}`);
});

test('without a whole there are words and no bar', () => {
  const line = { label: 'docs', part: undefined, texts: ['12,400 looked at', '45 MB/s'] };
  const at = (width: number) => progressText(line, { width, style: BLOCKS });
  assert.deepEqual([40, 24, 12].map(at), [
    'docs  12,400 looked at  45 MB/s',
    'docs  12,400 looked at',
    'docs',
  ]);
});

test('a bar is full for the whole alone', () => {
  const bars = [-1, 0, 0.5, 0.999, 1, 2].map((part) => barText(part, 4, PLAIN));
  assert.deepEqual(bars, ['----', '----', '##--', '###-', '####', '####']);
});

test('a terminal that does not say UTF-8 gets plain characters', () => {
  assert.equal(barStyle({ LANG: 'de_DE.UTF-8' }), BLOCKS);
  assert.equal(barStyle({ LANG: 'de_DE.utf8', LC_ALL: 'C' }), PLAIN);
  assert.equal(barStyle({}), PLAIN);
});
