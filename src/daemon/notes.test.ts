import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { statusNotes } from './notes.ts';

test('every damaged database that is kept is told of', async (t) => {
  const home = await temporaryDirectory(t);
  const index = path.join(home, 'index.db');
  assert.deepEqual(await statusNotes(index), []);
  await writeFile(`${index}.damaged-1`, '');
  const [note, ...others] = await statusNotes(index);
  assert.match(note ?? '', /kept as .*index\.db\.damaged-1 until you remove it/);
  assert.deepEqual(others, []);
});

test('a home that cannot be looked into is told of, and does not keep the status from being told', async (t) => {
  const home = path.join(await temporaryDirectory(t), 'home');
  const [note] = await statusNotes(path.join(home, 'index.db'));
  assert.match(note ?? '', /home cannot be looked into: .*ENOENT/);
  await mkdir(home);
  assert.deepEqual(await statusNotes(path.join(home, 'index.db')), []);
});
