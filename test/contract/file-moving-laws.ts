/** The part of the file-system contract about names that move and go, and handles that stay. */

import assert from 'node:assert/strict';
import {
  list,
  makeDir,
  makeLink,
  openDir,
  openFile,
  read,
  removeDir,
  removeFile,
  rename,
  status,
  statusOf,
  write,
} from '../../src/engine/file-calls.ts';
import type { DirHandle, FileProgram } from '../../src/ports/file-system.ts';
import { dirAt, fileAt, load, refuses, save, text, there } from './file-system-steps.ts';
import type { Law } from './file-system-subject.ts';

/** Registers the laws of rename, of removal and of handles. */
export function fileMovingLaws(law: Law): void {
  renameLaws(law);
  removingLaws(law);
  handleLaws(law);
}

function renameLaws(law: Law): void {
  law('a rename moves what stands there, its inode and all', function* (root) {
    yield* makeDir(root, 'dir');
    const dir = yield* dirAt(root, 'dir');
    yield* save(root, 'a', 'content');
    const before = yield* there(root, 'a');
    yield* rename({ from: { dir: root, name: 'a' }, to: { dir, name: 'b' }, how: 'keep' });
    assert.equal(yield* status(root, 'a'), undefined);
    const after = yield* there(dir, 'b');
    assert.equal(after.inode, before.inode);
    assert.deepEqual(after.mtime, before.mtime);
    assert.equal(yield* load(dir, 'b'), 'content');
  });
  law('a rename that keeps never replaces anything', function* (root, subject) {
    yield* save(root, 'a', 'from a');
    yield* save(root, 'file', 'kept');
    yield* makeDir(root, 'dir');
    yield* makeLink({ dir: root, name: 'dangling' }, text('nowhere'));
    subject.makeFifo('fifo');
    for (const name of ['file', 'dir', 'dangling', 'fifo', 'a']) {
      const move = { from: { dir: root, name: 'a' }, to: { dir: root, name } };
      yield* refuses('FILE_EXISTS', rename({ ...move, how: 'keep' }));
    }
    assert.equal(yield* load(root, 'a'), 'from a');
    assert.equal(yield* load(root, 'file'), 'kept');
  });
  law('what is gone cannot be renamed', function* (root) {
    yield* save(root, 'b', 'x');
    const gone = { dir: root, name: 'a' };
    const here = { dir: root, name: 'b' };
    yield* refuses('FILE_GONE', rename({ from: gone, to: { dir: root, name: 'c' }, how: 'keep' }));
    yield* refuses('FILE_GONE', rename({ from: gone, to: here, how: 'exchange' }));
    yield* refuses('FILE_GONE', rename({ from: here, to: gone, how: 'exchange' }));
    assert.deepEqual((yield* list(root)).names, ['b']);
  });
  law('an exchange swaps whatever stands at two names', function* (root) {
    yield* makeDir(root, 'dir');
    const dir = yield* dirAt(root, 'dir');
    yield* save(root, 'file', 'outer');
    yield* save(dir, 'file', 'inner');
    yield* makeDir(root, 'full');
    yield* save(yield* dirAt(root, 'full'), 'child', 'x');
    yield* makeLink({ dir: root, name: 'link' }, text('target'));
    const outer = (yield* there(root, 'file')).inode;
    yield* swap({ dir: root, name: 'file' }, { dir, name: 'file' });
    assert.equal(yield* load(root, 'file'), 'inner');
    assert.equal(yield* load(dir, 'file'), 'outer');
    assert.equal((yield* there(dir, 'file')).inode, outer);
    yield* swap({ dir: root, name: 'full' }, { dir, name: 'file' });
    assert.equal(yield* load(root, 'full'), 'outer');
    assert.equal(yield* load(yield* dirAt(dir, 'file'), 'child'), 'x');
    yield* swap({ dir: root, name: 'link' }, { dir: root, name: 'full' });
    assert.equal((yield* there(root, 'full')).kind, 'symlink');
    assert.equal(yield* load(root, 'link'), 'outer');
  });
  law('a directory moves with all below it, but never into itself', function* (root) {
    yield* makeDir(root, 'a');
    yield* makeDir(root, 'b');
    const a = yield* dirAt(root, 'a');
    const b = yield* dirAt(root, 'b');
    yield* save(a, 'file', 'x');
    yield* rename({ from: { dir: root, name: 'a' }, to: { dir: b, name: 'a' }, how: 'keep' });
    assert.equal(yield* load(yield* dirAt(b, 'a'), 'file'), 'x');
    const inside = { from: { dir: root, name: 'b' }, to: { dir: a, name: 'b' } };
    yield* refuses('FILE_UNSUPPORTED', rename({ ...inside, how: 'keep' }));
    assert.equal((yield* there(root, 'b')).kind, 'directory');
    assert.equal(yield* status(a, 'b'), undefined);
  });
}

function removingLaws(law: Law): void {
  law(
    'removing a file takes whatever is no directory, and only the name',
    function* (root, subject) {
      yield* save(root, 'file', 'x');
      yield* makeLink({ dir: root, name: 'link' }, text('file'));
      subject.makeFifo('fifo');
      yield* makeDir(root, 'dir');
      yield* removeFile(root, 'link');
      assert.equal(yield* load(root, 'file'), 'x');
      yield* removeFile(root, 'file');
      yield* removeFile(root, 'fifo');
      yield* refuses('FILE_GONE', removeFile(root, 'file'));
      yield* refuses('FILE_IS_DIRECTORY', removeFile(root, 'dir'));
      assert.deepEqual((yield* list(root)).names, ['dir']);
    },
  );
  law('only an empty directory is removed', function* (root) {
    yield* makeDir(root, 'dir');
    yield* save(yield* dirAt(root, 'dir'), 'child', 'x');
    yield* save(root, 'file', 'x');
    yield* makeLink({ dir: root, name: 'link' }, text('dir'));
    yield* refuses('FILE_NOT_EMPTY', removeDir(root, 'dir'));
    yield* refuses('FILE_NOT_DIRECTORY', removeDir(root, 'file'));
    yield* refuses('FILE_NOT_DIRECTORY', removeDir(root, 'link'));
    yield* refuses('FILE_GONE', removeDir(root, 'absent'));
    yield* removeFile(yield* dirAt(root, 'dir'), 'child');
    yield* removeDir(root, 'dir');
    assert.equal(yield* status(root, 'dir'), undefined);
  });
}

function handleLaws(law: Law): void {
  law('a directory handle stays with its directory when that is renamed', function* (root) {
    yield* makeDir(root, 'a');
    const a = yield* dirAt(root, 'a');
    yield* rename({ from: { dir: root, name: 'a' }, to: { dir: root, name: 'b' }, how: 'keep' });
    yield* makeDir(root, 'a');
    yield* save(a, 'file', 'in b');
    assert.equal(yield* load(yield* dirAt(root, 'b'), 'file'), 'in b');
    assert.deepEqual((yield* list(yield* dirAt(root, 'a'))).names, []);
  });
  law('a directory handle is not led astray by a link in its place', function* (root) {
    yield* makeDir(root, 'shared');
    yield* makeDir(root, 'outside');
    const shared = yield* dirAt(root, 'shared');
    const away = { dir: root, name: 'moved' };
    yield* rename({ from: { dir: root, name: 'shared' }, to: away, how: 'keep' });
    yield* makeLink({ dir: root, name: 'shared' }, text('outside'));
    yield* save(shared, 'file', 'x');
    yield* refuses('FILE_IS_LINK', openDir(root, 'shared'));
    assert.deepEqual((yield* list(yield* dirAt(root, 'outside'))).names, []);
    assert.equal(yield* load(yield* dirAt(root, 'moved'), 'file'), 'x');
  });
  law('nothing can be made in a directory that was removed', function* (root) {
    yield* makeDir(root, 'dir');
    const dir = yield* dirAt(root, 'dir');
    yield* removeDir(root, 'dir');
    yield* refuses('FILE_GONE', makeDir(dir, 'x'));
    yield* refuses('FILE_GONE', makeLink({ dir, name: 'x' }, text('t')));
    yield* refuses('FILE_GONE', openFile({ dir, name: 'x' }, 'create'));
    assert.equal(yield* status(dir, 'x'), undefined);
    assert.equal(yield* status(dir, 'n'.repeat(256)), undefined);
    assert.deepEqual((yield* list(dir)).names, []);
    assert.equal((yield* statusOf(dir)).links, 0);
  });
  law('an open file is read to its end after its name went', function* (root) {
    yield* save(root, 'file', 'still here');
    const file = yield* fileAt(root, 'file');
    yield* removeFile(root, 'file');
    yield* save(root, 'file', 'another');
    const into = new Uint8Array(20);
    assert.equal(yield* read(file, into, 0), 10);
    assert.deepEqual(into.subarray(0, 10), text('still here'));
    assert.equal((yield* statusOf(file)).links, 0);
  });
  law('a writer writes to the file it opened, whatever the name is now', function* (root) {
    yield* save(root, 'a', 'old');
    const file = yield* fileAt(root, 'a', 'write');
    yield* rename({ from: { dir: root, name: 'a' }, to: { dir: root, name: 'b' }, how: 'keep' });
    yield* save(root, 'a', 'new');
    yield* write(file, text('OLD'), 0);
    assert.equal(yield* load(root, 'b'), 'OLD');
    assert.equal(yield* load(root, 'a'), 'new');
  });
}

function* swap(
  from: { dir: DirHandle; name: string },
  to: { dir: DirHandle; name: string },
): FileProgram<void> {
  yield* rename({ from, to, how: 'exchange' });
}
