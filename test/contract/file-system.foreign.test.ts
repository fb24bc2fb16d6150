/** What the host makes of errors that other kinds of disks than ours word in their own way. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import {
  abilities,
  makeDir,
  makeLink,
  openFile,
  openRoot,
  removeDir,
  runProgram,
  status,
  statusOf,
} from '../../src/engine/file-calls.ts';
import { NodeFileSystem } from '../../src/host/node-file-system.ts';
import type { DirHandle, FileProgram } from '../../src/ports/file-system.ts';
import { type DiskKind, mountedDisk, whyNotMounted } from '../support/mounted-disk.ts';
import { codeOf, dirAt, refuses, text } from './file-system-steps.ts';

function on(kind: DiskKind, story: (root: DirHandle, path: string) => FileProgram<void>) {
  return (t: TestContext): void => {
    const disk = mountedDisk(kind);
    const files = new NodeFileSystem();
    t.after(() => {
      files.closeAll();
      disk.dispose();
    });
    runProgram(
      files,
      inRoot(disk.path, (root) => story(root, disk.path)),
    );
  };
}

function run(program: string, ...args: readonly string[]): void {
  const { status: code, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(code, 0, stderr);
}

function* inRoot(path: string, story: (root: DirHandle) => FileProgram<void>): FileProgram<void> {
  const root = yield* openRoot(path);
  assert.ok(root !== undefined);
  yield* story(root);
}

test(
  'a disk whose inodes are used up is not called full (DSK-05)',
  { skip: whyNotMounted('few-inodes') },
  on('few-inodes', function* (root) {
    let code: string | undefined;
    for (let i = 0; code === undefined; i++) code = yield* codeOf(makeDir(root, `${i}`));
    assert.equal(code, 'FILE_NO_INODES');
    yield* refuses('FILE_NO_INODES', openFile({ dir: root, name: 'x' }, 'create'));
    yield* refuses('FILE_NO_INODES', makeLink({ dir: root, name: 'x' }, text('target')));
    assert.ok((yield* abilities(root)).freeBytes > 0);
  }),
);

test(
  'a name that exFAT cannot have is impossible, not gone',
  { skip: whyNotMounted('exfat') },
  on('exfat', function* (root) {
    yield* refuses('FILE_NAME_IMPOSSIBLE', makeDir(root, 'a:b'));
    yield* refuses('FILE_NAME_IMPOSSIBLE', openFile({ dir: root, name: 'a?' }, 'create'));
    assert.equal(yield* status(root, 'a:b'), undefined);
    yield* makeDir(root, 'dir');
    const dir = yield* dirAt(root, 'dir');
    yield* refuses('FILE_NAME_IMPOSSIBLE', makeDir(dir, 'a:b'));
    yield* removeDir(root, 'dir');
    yield* refuses('FILE_GONE', makeDir(dir, 'x'));
  }),
);

test(
  'a directory of the same file system that is mounted inside it once more is told apart',
  { skip: whyNotMounted('ext4') },
  on('ext4', function* (root, path) {
    yield* makeDir(root, 'dir');
    yield* makeDir(root, 'bound');
    const [from, at] = [`${path}/dir`, `${path}/bound`];
    const open = yield* dirAt(root, 'dir');
    run('mount', '--bind', from, at);
    try {
      const bound = yield* dirAt(root, 'bound');
      const found = [
        yield* status(root, 'dir'),
        yield* status(root, 'bound'),
        yield* statusOf(open),
        yield* statusOf(bound),
      ];
      assert.deepEqual(
        found.map((each) => each?.isMountRoot),
        [false, true, false, true],
      );
      assert.deepEqual(new Set(found.map((each) => each?.device)).size, 1);
      assert.deepEqual(new Set(found.map((each) => each?.inode)).size, 1);
    } finally {
      run('umount', '--lazy', at);
    }
  }),
);
