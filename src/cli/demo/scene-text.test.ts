import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderStatus } from '../../api/status.ts';
import type { Out } from '../out.ts';
import { makeOut } from '../out.ts';
import { showChanges, showProgress } from './progress.ts';
import { equalText, sceneLine, sceneLines } from './scene-text.ts';
import type { Scene } from './scenes.ts';

const NOTHING = { files: 0, bytes: 0, deletes: 0 };
const DONE: FolderStatus = {
  id: 'demo',
  path: '/demo',
  kind: 'send-receive',
  state: 'idle',
  stateReason: null,
  local: { files: 2100, directories: 9, bytes: 52_000_000 },
  global: { files: 2100, directories: 9, bytes: 52_000_000 },
  need: NOTHING,
  kept: NOTHING,
  problems: [],
  devices: [],
};
const BUSY: FolderStatus = {
  ...DONE,
  state: 'syncing',
  local: { files: 1000, directories: 9, bytes: 26_000_000 },
  need: { files: 1100, bytes: 26_000_000, deletes: 1 },
};
const WAITING: Scene = {
  folders: [DONE, BUSY],
  verdict: { kind: 'waiting', reasons: ['x'] },
  elapsedMs: 1500,
};
const EQUAL: Scene = { folders: [DONE, DONE], verdict: { kind: 'equal' }, elapsedMs: 4000 };
const names = ['one', 'two'];

function recording(isTTY = false): { readonly out: Out; readonly text: () => string } {
  const written: string[] = [];
  const stdout = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { out: makeOut({ stdout, stderr: stdout, env: {} }), text: () => written.join('') };
}

test('a scene is a row for each device, or one line', () => {
  const lines = sceneLines(WAITING, { names, paint: (_, text) => text });
  assert.deepEqual(lines, [
    '',
    'device  state    files  bytes  has    lacks',
    'one     idle     2,100  52 MB  100 %  -',
    'two     syncing  1,000  26 MB  50 %   1100 entries, 26 MB, 1 delete',
  ]);
  const line = sceneLine(WAITING, { names });
  assert.equal(line, '1.5 s: one idle 2100 files 52 MB; two syncing 1000 files 26 MB');
});

test('the figures count what was delivered, not what was there', () => {
  const text = equalText({ files: 2, bytes: 50_000_000 }, { devices: 4, elapsedMs: 3000 });
  assert.equal(text, '150 MB delivered to 3 devices in 3.0 s, scan included: 50 MB/s');
});

test('without a terminal progress is a line every two seconds, and the last one', () => {
  const { out, text } = recording();
  const { show } = showProgress(out, names);
  for (const elapsedMs of [0, 100, 1999, 2000, 2100]) show({ ...WAITING, elapsedMs });
  show({ ...EQUAL, elapsedMs: 2200 });
  assert.deepEqual(text().match(/^[\d.]+ s/gm), ['0.0 s', '2.0 s', '2.2 s']);
});

test('a change is told once it is everywhere, with the time it took, and what was there before is not', () => {
  const { out, text } = recording();
  const { show } = showChanges(out, { names, start: EQUAL });
  show(EQUAL);
  assert.equal(text(), '');
  show({ ...WAITING, elapsedMs: 5000 });
  assert.equal(text(), '');
  show({ ...EQUAL, elapsedMs: 5500 });
  assert.equal(text(), 'everywhere, 0.5 s after it was noticed: 2100 files, 52000000 bytes\n');
});

test('on a terminal the table stays below what is printed, and is cut to the width', () => {
  const { out, text } = recording(true);
  out.draft(['a table', 'x'.repeat(100)]);
  out.line('news');
  out.draft([]);
  const table = `a table\n${'x'.repeat(59)}\n`;
  const erase = '\u001b[2A\u001b[0J';
  assert.equal(text(), `${table}${erase}news\n${table}${erase}`);
});
