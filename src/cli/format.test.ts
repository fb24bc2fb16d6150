import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KithError } from '../base/error.ts';
import { errorLines } from './error-text.ts';
import { bytesText, countText, durationText, percentText, plainText } from './format.ts';
import { statusLines } from './status-text.ts';
import { tableLines } from './table.ts';

test('bytes have three digits at most and never four', () => {
  const shown = [0, 999, 1000, 1249, 9949, 9950, 99_949, 999_499, 999_500, 1.5e12, 9e18].map(
    bytesText,
  );
  assert.deepEqual(shown, [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '1.2 kB',
    '9.9 kB',
    '10 kB',
    '100 kB',
    '999 kB',
    '1.0 MB',
    '1.5 TB',
    '9000 PB',
  ]);
});

test('durations have one unit', () => {
  assert.deepEqual([0, 59_999, 60_000, 7_199_000, 86_400_000, -5].map(durationText), [
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '1 d',
    '0 s',
  ]);
});

test('a part that is not whole is never shown as 100 %', () => {
  assert.deepEqual([0, 0.5, 0.999999, 1].map(percentText), ['0 %', '50 %', '99 %', '100 %']);
});

test('nouns follow their number', () => {
  assert.deepEqual(
    [countText(1, 'file'), countText(0, 'file'), countText(2, 'directory')],
    ['1 file', '0 files', '2 directories'],
  );
});

test('nothing in a name moves the cursor, ends the line or turns the reading order (PRM-13, WEB-03)', () => {
  assert.equal(
    plainText('a\u001b[2Jb\nc\u202ed\u0085\u2028é日本'),
    'a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{85}\\u{2028}é日本',
  );
});

test('columns are as wide as their widest cell', () => {
  assert.deepEqual(
    tableLines([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
    ['a    bb  c', 'aaa  b'],
  );
});

test('mistakes in the configuration are shown with file, line and column', () => {
  const mistakes = [{ line: 4, column: 5, where: 'listen[1]', text: 'is wrong' }];
  assert.deepEqual(
    errorLines(new KithError('CONFIG_INVALID', { file: '/h/config.yaml', mistakes })),
    ['kith: the configuration has a mistake', '  /h/config.yaml:4:5: listen[1]: is wrong'],
  );
});

test('an error shows its facts, its reasons and its cause, each made plain', () => {
  const error = new KithError('LISTEN_FAILED', { address: 'a\u001bb' }, new Error('in use'));
  assert.deepEqual(errorLines(error), [
    'kith: this address cannot be listened on (address: a\\u{1b}b)',
    '  in use',
  ]);
  const refused = new KithError('CONFIG_CHANGE_REFUSED', { reasons: ['one', 'two'] });
  assert.deepEqual(errorLines(refused).slice(1), ['  one', '  two']);
});

test('facts of another program that no string can be made of are shown as they came', () => {
  const odd = JSON.parse('{"toString":1,"valueOf":1}');
  const refused = new KithError('CONFIG_CHANGE_REFUSED', { reasons: [odd] });
  assert.deepEqual(errorLines(refused).slice(1), ['  {"toString":1,"valueOf":1}']);
  const wrong = new KithError('CONFIG_INVALID', { file: odd, mistakes: [{ line: odd }, null] });
  assert.deepEqual(errorLines(wrong).slice(1), [
    '  {"toString":1,"valueOf":1}:{"toString":1,"valueOf":1}:: ',
    '  {"toString":1,"valueOf":1}::: ',
  ]);
});

test('a bug comes with its stack, an error of the system without', () => {
  assert.ok(errorLines(new TypeError('oops')).length > 1);
  const system = Object.assign(new Error("EACCES: permission denied, open '/x'"), {
    syscall: 'open',
  });
  assert.deepEqual(errorLines(system), ["kith: EACCES: permission denied, open '/x'"]);
});

test('a status names folders, devices and problems, and hides no escape in a file name (WEB-03)', () => {
  const nothing = { files: 0, bytes: 0, deletes: 0 };
  const device = {
    id: 'A',
    name: 'nas',
    connected: true,
    heard: true,
    address: 'tcp://192.0.2.7:22000',
  };
  const away = { ...device, id: 'B', name: 'phone', connected: false, address: null };
  const problem = { path: 'x\u001b[31m', code: 'FILE_DENIED', text: 'denied' };
  const lines = statusLines(
    {
      device: 'SE\u001bLF',
      name: 'laptop',
      version: '0.1.0',
      uptimeMs: 65_000,
      notes: ['look\u001b here'],
      folders: [
        {
          id: 'docs',
          path: '/docs',
          kind: 'receive-only',
          state: 'held',
          stateReason: 'everything is gone',
          local: { files: 1, directories: 2, bytes: 1500 },
          global: { files: 2, directories: 2, bytes: 2500 },
          need: { files: 1, bytes: 1000, deletes: 1 },
          kept: { files: 1, bytes: 20, deletes: 0 },
          otherModes: 2,
          problems: [problem],
          devices: [
            {
              ...device,
              need: nothing,
              completion: 1,
              freshnessMs: 0,
              lastSeenMs: 5,
              trouble: null,
              paused: false,
            },
            {
              ...device,
              name: 'desk',
              heard: false,
              need: nothing,
              completion: 1,
              freshnessMs: 0,
              lastSeenMs: 5,
              trouble: null,
              paused: false,
            },
            {
              ...away,
              need: { files: 1, bytes: 10, deletes: 0 },
              completion: 0.5,
              freshnessMs: 9,
              lastSeenMs: 1000,
              trouble: null,
              paused: false,
            },
          ],
        },
      ],
    },
    { paint: (_colour, text) => text, nowMs: 61_000 },
  );
  assert.deepEqual(lines, [
    'laptop  SE\\u{1b}LF',
    'kith 0.1.0, running for 1 min',
    'note  look\\u{1b} here',
    '',
    'docs  held: everything is gone  /docs',
    '  here       1 file, 2 directories, 1.5 kB',
    '  kind       receive-only',
    '  lacking    1 file, 1.0 kB, 1 delete',
    '  kept here  1 file, 20 bytes',
    '  modes      2 items with another mode than elsewhere: this disk did not take it',
    '  nas        connected, 100 %, has everything  tcp://192.0.2.7:22000',
    '  desk       connected, has not said yet what it has  tcp://192.0.2.7:22000',
    '  phone      not connected, last seen 1 min ago; then 50 %, lacks 1 file, 10 bytes',
    '  problem  x\\u{1b}[31m: denied (FILE_DENIED)',
  ]);
});
