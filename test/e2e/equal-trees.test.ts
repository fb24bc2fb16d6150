/** The code that proves equality finds every kind of difference, or its proofs would be worth nothing. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compareTrees } from '../../lab/verify/equal-trees.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const PROGRAM = fileURLToPath(new URL('../../lab/verify/equal-trees.ts', import.meta.url));
const TIME = 1_700_000_000;

/** Two directories that are equal: a file, a link, a file in a directory. */
async function twins(t: TestContext): Promise<readonly [string, string]> {
  const directory = await temporaryDirectory(t);
  const places = [path.join(directory, 'a'), path.join(directory, 'b')] as const;
  for (const place of places) {
    await mkdir(path.join(place, 'inner'), { recursive: true });
    await mkdir(path.join(place, '.kith'));
    await writeFile(path.join(place, '.kith/own'), place);
    for (const [name, text] of [
      ['file', 'hello'],
      ['inner/other', 'world'],
    ] as const) {
      await writeFile(path.join(place, name), text);
      await utimes(path.join(place, name), TIME, TIME);
    }
    await symlink('file', path.join(place, 'link'));
  }
  return places;
}

/** What is done to the second directory, and what must be found for it. */
const DAMAGES: Readonly<
  Record<string, { readonly harm: (at: string) => Promise<void>; readonly what: RegExp }>
> = {
  'a byte that differs under the same size and time': {
    harm: async (at) => {
      await writeFile(path.join(at, 'file'), 'hellO');
      await utimes(path.join(at, 'file'), TIME, TIME);
    },
    what: /^sha256 is \w{64} instead of \w{64}$/,
  },
  'a time that differs by a millisecond': {
    harm: (at) => utimes(path.join(at, 'file'), TIME, TIME + 0.001),
    what: /^mtime is /,
  },
  'a mode of a file': {
    harm: (at) => chmod(path.join(at, 'file'), 0o600),
    what: /^mode is 600 instead of 6\d\d$/,
  },
  'a mode of a directory': { harm: (at) => chmod(path.join(at, 'inner'), 0o700), what: /^mode/ },
  'a file that is gone': { harm: (at) => rm(path.join(at, 'file')), what: /^is not there$/ },
  'a file that is too many': {
    harm: (at) => writeFile(path.join(at, 'inner/new'), ''),
    what: /^is there and should not be$/,
  },
  'a file of the private name below the root': {
    harm: (at) => writeFile(path.join(at, 'inner/.kith'), ''),
    what: /^is there and should not be$/,
  },
  'a link that leads elsewhere': {
    harm: async (at) => {
      await rm(path.join(at, 'link'));
      await symlink('inner', path.join(at, 'link'));
    },
    what: /^target is inner instead of file$/,
  },
  'a directory where a file was': {
    harm: async (at) => {
      await rm(path.join(at, 'file'));
      await mkdir(path.join(at, 'file'));
    },
    what: /kind is directory instead of file/,
  },
  'a name in another case': {
    harm: (at) => rename(path.join(at, 'file'), path.join(at, 'File')),
    what: /^is (not there|there and should not be)$/,
  },
};

test('equal directories are equal, whatever stands in .kith', async (t) => {
  const comparison = await compareTrees(await twins(t));
  assert.deepEqual(comparison, {
    isEqual: true,
    files: 2,
    directories: 1,
    links: 1,
    bytes: 10,
    bytesHashed: 20,
    differences: [],
    differenceCount: 0,
  });
});

for (const [name, { harm, what }] of Object.entries(DAMAGES)) {
  test(`${name} is found`, async (t) => {
    const [first, second] = await twins(t);
    await harm(second);
    const { isEqual, differences } = await compareTrees([first, second]);
    assert.equal(isEqual, false);
    for (const difference of differences) {
      assert.equal(difference.there, second);
      assert.match(difference.what, what);
    }
    assert.ok(differences.length > 0);
  });
}

test('as a program it tells by its exit code: 0 equal, 1 different, 2 not comparable', async (t) => {
  const [first, second] = await twins(t);
  const code = async (...words: readonly string[]): Promise<unknown> => {
    const args = [
      ...process.execArgv.filter((word) => !word.startsWith('--test')),
      PROGRAM,
      ...words,
    ];
    return await promisify(execFile)(process.execPath, args).then(
      () => 0,
      (error: { readonly code: unknown }) => error.code,
    );
  };
  assert.equal(await code(first, second), 0);
  await rm(path.join(second, 'file'));
  assert.equal(await code(first, second), 1);
  assert.equal(await code(first, path.join(second, 'nowhere')), 2);
  assert.equal(await code(first), 2);
});
