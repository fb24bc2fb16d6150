/** The rules that hold when a person has said nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRelPath } from '../model/path.ts';
import { defaultRules } from './rules.ts';

const OUT = [
  '.kith/stage/x',
  '.KITH',
  'd/.kith-0123456789abcdef0123456789abcdef',
  '.stfolder',
  '.stversions/a~1.txt',
  'd/.syncthing.a.txt.tmp',
  'd/~syncthing~a.txt.tmp',
  'd/.#a.txt',
  '#a.txt#',
  '.a.txt.swp',
  '~$report.docx',
  '.~lock.report.odt#',
  '.goutputstream-AB12CD',
  'a.kate-swp',
  '.fuse_hidden0000abcd00000001',
  '.nfs000000000123',
];
const IN = [
  'a.txt',
  '.bashrc',
  'd/.kith/x',
  'd/.stfolder',
  'a#b',
  '.a.txt.swift',
  'swp',
  '4913',
  'd/4913.txt',
  '#a#/b',
  '.gitignore',
  'a.sync-conflict-20231114-221320-AERUKZ4.txt',
];

for (const text of OUT) {
  test(`${text} is nobody's work`, () => {
    assert.ok(defaultRules.isExcluded(parseRelPath(text), 'file'));
  });
}

for (const text of IN) {
  test(`${text} is somebody's work`, () => {
    assert.ok(!defaultRules.isExcluded(parseRelPath(text), 'file'));
  });
}

test('a directory is somebody’s work, whatever its name, but what Kith or Syncthing keeps for itself', () => {
  for (const text of OUT) {
    const isTheirs = /kith|\.st/i.test(text);
    assert.equal(defaultRules.isExcluded(parseRelPath(text), 'directory'), isTheirs, text);
    assert.equal(defaultRules.isExcluded(parseRelPath(text), undefined), isTheirs, text);
  }
});

test('what stands below an excluded directory is excluded', () => {
  assert.ok(defaultRules.isExcluded(parseRelPath('.stversions/d/e/f'), 'file'));
});
