import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { compareTrees } from '../../../lab/verify/equal-trees.ts';
import { temporaryDirectory } from '../../../test/support/temporary.ts';
import { copyTrees, makeUpTree } from './fill-folder.ts';
import { isEnough } from './source-tree.ts';

const { signal } = new AbortController();

test('a copy keeps contents, modes, times and links, below the name of its shelf', async (t) => {
  const directory = await temporaryDirectory(t);
  const [source, target] = [path.join(directory, 'share/doc'), path.join(directory, 'copy')];
  await mkdir(path.join(source, 'inner'), { recursive: true });
  await mkdir(target);
  await writeFile(path.join(source, 'inner/file'), 'hello', { mode: 0o640 });
  await utimes(path.join(source, 'inner/file'), 1_600_000_000, 1_600_000_000);
  await symlink('../nowhere', path.join(source, 'inner/link'));
  await chmod(path.join(source, 'inner'), 0o750);
  const filled = await copyTrees([source], { target, signal });
  assert.deepEqual(filled, { files: 2, directories: 3, bytes: 5 });
  const comparison = await compareTrees([source, path.join(target, 'share/doc')]);
  assert.deepEqual(comparison.differences, []);
});

test('a copy gives nobody the rights of another user', async (t) => {
  const directory = await temporaryDirectory(t);
  const [source, target] = [path.join(directory, 'lib/x'), path.join(directory, 'copy')];
  await mkdir(source, { recursive: true });
  await mkdir(target);
  await writeFile(path.join(source, 'program'), '');
  await chmod(path.join(source, 'program'), 0o4755);
  await copyTrees([source], { target, signal });
  assert.equal((await stat(path.join(target, 'lib/x/program'))).mode & 0o7777, 0o755);
});

test('a tree that is made up is enough, and no two of its files are the same', async (t) => {
  const target = await temporaryDirectory(t);
  const filled = await makeUpTree(target, signal);
  assert.ok(isEnough(filled));
  const names = await readdir(target, { recursive: true });
  assert.equal(names.length, filled.files + filled.directories);
  const files = names.filter((name) => /\/file-\d+$/.test(name));
  const { bytes } = await compareTrees([target, target]);
  assert.equal(bytes, filled.bytes);
  assert.equal(files.length, 2000);
});

test('filling ends when the person ends it', async (t) => {
  const target = await temporaryDirectory(t);
  await assert.rejects(makeUpTree(target, AbortSignal.abort(new Error('enough'))), /enough/);
});
