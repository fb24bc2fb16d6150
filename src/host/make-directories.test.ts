import assert from 'node:assert/strict';
import { stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { makeDirectories } from './make-directories.ts';

test('all that is missing is made, and what is there is no error', async (t) => {
  const place = await temporaryDirectory(t);
  const deep = path.join(place, 'a', 'b', 'c');
  await makeDirectories(deep);
  await makeDirectories(deep);
  assert.ok((await stat(deep)).isDirectory());
  await symlink('a', path.join(place, 'link'));
  await makeDirectories(path.join(place, 'link'));
  await makeDirectories(path.join(place, 'link', 'd'));
  assert.ok((await stat(path.join(place, 'a', 'd'))).isDirectory());
});

test('what cannot be made is an error, and no endless search', async (t) => {
  const place = await temporaryDirectory(t);
  await writeFile(path.join(place, 'file'), '');
  await symlink('nowhere/at/all', path.join(place, 'broken'));
  await assert.rejects(makeDirectories(path.join(place, 'file')), { code: 'EEXIST' });
  await assert.rejects(makeDirectories(path.join(place, 'file', 'in')), { code: 'ENOTDIR' });
  await assert.rejects(makeDirectories(path.join(place, 'broken', 'in')));
  await assert.rejects(makeDirectories('/proc/none'), { code: 'ENOENT' });
  await assert.rejects(makeDirectories('/proc/none/in/it'), { code: 'ENOENT' });
});
