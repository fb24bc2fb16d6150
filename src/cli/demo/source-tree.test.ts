import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/temporary.ts';
import { findSourceTrees, isEnough, LEAST, readCopyable } from './source-tree.ts';

/** A shelf with directories of so many empty files, each with one file that gives it its bytes. */
async function shelfOf(
  t: TestContext,
  directories: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>,
): Promise<string> {
  const shelf = await temporaryDirectory(t);
  for (const [name, { files, bytes }] of Object.entries(directories)) {
    await mkdir(path.join(shelf, name, 'below'), { recursive: true });
    await writeFile(path.join(shelf, name, 'big'), new Uint8Array(bytes));
    for (let at = 1; at < files; at++)
      await writeFile(path.join(shelf, name, 'below', `${at}`), '');
  }
  return shelf;
}

test('one directory that is enough is taken alone', async (t) => {
  const shelf = await shelfOf(t, { few: { files: 3, bytes: 60_000_000 }, right: LEAST });
  assert.deepEqual(await findSourceTrees([shelf]), [path.join(shelf, 'right')]);
});

test('several are taken together if none is enough, the biggest first', async (t) => {
  const shelf = await shelfOf(t, {
    tiny: { files: 10, bytes: 10 },
    many: { files: 1999, bytes: 1000 },
    large: { files: 5, bytes: LEAST.bytes },
  });
  const found = await findSourceTrees([shelf]);
  assert.deepEqual(
    found?.map((place) => path.basename(place)),
    ['large', 'many'],
  );
});

test('what would take too long to copy is passed over, and too little is no tree', async (t) => {
  const shelf = await shelfOf(t, { huge: { files: 2000, bytes: 130_000_000 } });
  assert.equal(await findSourceTrees([shelf, path.join(shelf, 'not-there')]), undefined);
});

test('enough means files and bytes, both', () => {
  assert.equal(isEnough(LEAST), true);
  assert.equal(isEnough({ ...LEAST, files: LEAST.files - 1 }), false);
  assert.equal(isEnough({ ...LEAST, bytes: LEAST.bytes - 1 }), false);
});

test('names that not every system can hold are left out', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(path.join(directory, 'plain'), '');
  await writeFile(path.join(directory, 'u\u0308'), '');
  await writeFile(Buffer.concat([Buffer.from(`${directory}/`), Buffer.of(0xff)]), '');
  await symlink('plain', path.join(directory, 'link'));
  const entries = await readCopyable(directory);
  assert.deepEqual(
    entries?.map(({ name }) => name),
    ['link', 'plain'],
  );
  assert.equal(await readCopyable(path.join(directory, 'nowhere')), undefined);
});
