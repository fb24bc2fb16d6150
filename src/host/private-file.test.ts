import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import {
  makePrivateDirectory,
  readTextIfThere,
  requirePrivate,
  writePrivateFile,
} from './private-file.ts';

test('a file is replaced whole, private, and leaves nothing beside it', async (t) => {
  const directory = await temporaryDirectory(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const file = path.join(directory, 'f');
  await writeFile(file, 'old', { mode: 0o644 });
  await Promise.all(['one', 'two', 'three'].map((text) => writePrivateFile(file, text)));
  assert.ok(['one', 'two', 'three'].includes(await readFile(file, 'utf8')));
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory), ['f']);
});

test('a write that fails leaves the old file and nothing else', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(path.join(directory, 'f', 'inside'), { recursive: true });
  await assert.rejects(writePrivateFile(path.join(directory, 'f'), 'text'));
  assert.deepEqual(await readdir(directory), ['f']);
});

test('only absence reads as nothing; every other failure is thrown', async (t) => {
  const directory = await temporaryDirectory(t);
  assert.equal(await readTextIfThere(path.join(directory, 'none')), undefined);
  await assert.rejects(readTextIfThere(directory), { code: 'EISDIR' });
  await writeFile(path.join(directory, 'f'), '');
  await assert.rejects(readTextIfThere(path.join(directory, 'f', 'g')), { code: 'ENOTDIR' });
});

test('a directory is made private, and what is open to others is refused with what to do', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'a', 'b');
  assert.equal(await makePrivateDirectory(directory), true);
  assert.equal(await makePrivateDirectory(directory), false);
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  await requirePrivate([directory, path.join(directory, 'none')]);
  await chmod(directory, 0o710);
  await assert.rejects(requirePrivate([directory]), {
    code: 'HOME_UNSAFE',
    data: { path: directory, mode: '0710', remedy: `chmod 700 '${directory}'` },
  });
});
