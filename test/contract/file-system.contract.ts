/**
 * What every implementation of ports/file-system does, whichever world it stands on. Each test is a program of primitive
 * calls in an empty directory of its own.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  abilities,
  close,
  list,
  makeDir,
  makeLink,
  openDir,
  openFile,
  openRoot,
  read,
  readLink,
  runProgram,
  setMode,
  setTime,
  status,
  statusOf,
  sync,
  syncFileSystem,
  truncate,
  write,
} from '../../src/engine/file-calls.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import type { FileProgram } from '../../src/ports/file-system.ts';
import { fileMovingLaws } from './file-moving-laws.ts';
import { dirAt, fileAt, load, newFile, refuses, save, text, there } from './file-system-steps.ts';
import {
  type FileSystemSubject,
  HandleKeeper,
  type Law,
  type Story,
} from './file-system-subject.ts';

/** Registers the suite under `name`; `makeFileSystem` is called once for each test. */
export function fileSystemContract(
  name: string,
  makeFileSystem: () => FileSystemSubject | Promise<FileSystemSubject>,
): void {
  const law = (title: string, story: Story): void => {
    it(title, async () => {
      const subject = await makeFileSystem();
      const files = new HandleKeeper(subject.files);
      try {
        runProgram(files, tell(subject, story));
      } finally {
        files.closeAll();
        await subject.dispose();
      }
    });
  };
  describe(`file system: ${name}`, () => {
    openingLaws(law);
    contentLaws(law);
    lookingLaws(law);
    metadataLaws(law);
    makingLaws(law);
    fileMovingLaws(law);
  });
}

function openingLaws(law: Law): void {
  law('a root that is not there is undefined, a file is no root', function* (root, { root: path }) {
    assert.equal(yield* openRoot(`${path}/absent`), undefined);
    assert.equal(yield* openRoot(`${path}/absent/deeper`), undefined);
    yield* save(root, 'file', 'x');
    yield* refuses('FILE_NOT_DIRECTORY', openRoot(`${path}/file`));
    yield* refuses('FILE_NOT_DIRECTORY', openRoot(`${path}/file/deeper`));
  });
  law('links on the way to a root are followed', function* (root, { root: path }) {
    yield* makeDir(root, 'real');
    yield* save(yield* dirAt(root, 'real'), 'inside', 'x');
    yield* makeLink({ dir: root, name: 'link' }, text('real'));
    const through = yield* openRoot(`${path}/link`);
    assert.ok(through !== undefined);
    assert.equal(yield* load(through, 'inside'), 'x');
  });
  law('only directories open as directories, and absence is told apart', function* (root, subject) {
    assert.equal(yield* openDir(root, 'absent'), undefined);
    yield* save(root, 'file', 'x');
    yield* makeDir(root, 'dir');
    yield* makeLink({ dir: root, name: 'link' }, text('dir'));
    yield* makeLink({ dir: root, name: 'dangling' }, text('nowhere'));
    subject.makeFifo('fifo');
    yield* refuses('FILE_NOT_DIRECTORY', openDir(root, 'file'));
    yield* refuses('FILE_NOT_DIRECTORY', openDir(root, 'fifo'));
    yield* refuses('FILE_IS_LINK', openDir(root, 'link'));
    yield* refuses('FILE_IS_LINK', openDir(root, 'dangling'));
    assert.ok((yield* openDir(root, 'dir')) !== undefined);
  });
  law('only regular files open as files, and a fifo never blocks', function* (root, subject) {
    yield* makeDir(root, 'dir');
    yield* save(root, 'file', 'x');
    yield* makeLink({ dir: root, name: 'link' }, text('file'));
    yield* makeLink({ dir: root, name: 'dangling' }, text('nowhere'));
    subject.makeFifo('fifo');
    for (const purpose of ['read', 'write'] as const) {
      assert.equal(yield* openFile({ dir: root, name: 'absent' }, purpose), undefined);
      yield* refuses('FILE_IS_DIRECTORY', openFile({ dir: root, name: 'dir' }, purpose));
      yield* refuses('FILE_IS_LINK', openFile({ dir: root, name: 'link' }, purpose));
      yield* refuses('FILE_IS_LINK', openFile({ dir: root, name: 'dangling' }, purpose));
      yield* refuses('FILE_UNSUPPORTED', openFile({ dir: root, name: 'fifo' }, purpose));
    }
  });
  law('create never takes a name that is taken', function* (root, subject) {
    yield* makeDir(root, 'dir');
    yield* save(root, 'file', 'kept');
    yield* makeLink({ dir: root, name: 'dangling' }, text('nowhere'));
    subject.makeFifo('fifo');
    for (const name of ['dir', 'file', 'dangling', 'fifo']) {
      yield* refuses('FILE_EXISTS', openFile({ dir: root, name }, 'create'));
      yield* refuses('FILE_EXISTS', makeDir(root, name));
      yield* refuses('FILE_EXISTS', makeLink({ dir: root, name }, text('t')));
    }
    assert.equal(yield* load(root, 'file'), 'kept');
    assert.equal(yield* status(root, 'nowhere'), undefined);
  });
  law('case is folded or not, as the subject says', function* (root, { foldsCase }) {
    yield* save(root, 'Name', 'x');
    assert.equal((yield* status(root, 'nAME')) !== undefined, foldsCase);
    assert.deepEqual((yield* list(root)).names, ['Name'], 'the first spelling is kept');
    const second = openFile({ dir: root, name: 'NAME' }, 'create');
    if (foldsCase) yield* refuses('FILE_EXISTS', second);
    else assert.ok((yield* second) !== undefined);
  });
}

function contentLaws(law: Law): void {
  law('what was written is read, short only at the end', function* (root) {
    yield* save(root, 'file', '0123456789');
    const file = yield* fileAt(root, 'file');
    const into = new Uint8Array(4);
    assert.equal(yield* read(file, into, 3), 4);
    assert.deepEqual(into, text('3456'));
    assert.equal(yield* read(file, into, 8), 2);
    assert.deepEqual(into.subarray(0, 2), text('89'));
    assert.equal(yield* read(file, into, 10), 0);
    assert.equal(yield* read(file, into, 99), 0);
  });
  law('opening for writing keeps what is there', function* (root) {
    yield* save(root, 'file', '0123456789');
    const file = yield* fileAt(root, 'file', 'write');
    yield* write(file, text('AB'), 4);
    yield* write(file, text('tail'), 10);
    assert.equal(yield* load(root, 'file'), '0123AB6789tail');
  });
  law('what is open for writing can be read too, and not the other way round', function* (root) {
    const made = yield* newFile(root, 'file');
    yield* write(made, text('content'), 0);
    for (const file of [made, yield* fileAt(root, 'file', 'write')]) {
      const into = new Uint8Array(7);
      assert.equal(yield* read(file, into, 0), 7);
      assert.deepEqual(into, text('content'));
    }
    const reading = yield* fileAt(root, 'file');
    yield* refuses('FILE_FAILED', write(reading, text('x'), 0));
    yield* refuses('FILE_UNSUPPORTED', truncate(reading, 0));
    yield* write(reading, text(''), 0);
    assert.equal(yield* load(root, 'file'), 'content');
  });
  law('writing nothing changes nothing, wherever', function* (root) {
    yield* save(root, 'file', 'abc');
    const file = yield* fileAt(root, 'file', 'write');
    yield* write(file, text(''), 99);
    assert.equal((yield* statusOf(file)).size, 3);
  });
  law('a gap reads as zeros, and truncate cuts and extends', function* (root) {
    yield* save(root, 'file', 'abc');
    const file = yield* fileAt(root, 'file', 'write');
    yield* write(file, text('z'), 5);
    assert.equal(yield* load(root, 'file'), 'abc\0\0z');
    yield* truncate(file, 2);
    assert.equal(yield* load(root, 'file'), 'ab');
    yield* truncate(file, 4);
    assert.equal(yield* load(root, 'file'), 'ab\0\0');
  });
  law('pieces of a larger file are written and read in any order', function* (root) {
    const size = 300_001;
    const whole = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
    const file = yield* newFile(root, 'file');
    const piece = 65_536;
    for (const at of [131_072, 0, 262_144, 196_608, 65_536]) {
      yield* write(file, whole.subarray(at, Math.min(size, at + piece)), at);
    }
    const back = new Uint8Array(size + 10);
    assert.equal(yield* read(yield* fileAt(root, 'file'), back, 0), size);
    assert.deepEqual(back.subarray(0, size), whole);
  });
  law('the caller may change its bytes after a write', function* (root) {
    const file = yield* newFile(root, 'file');
    const bytes = text('first');
    yield* write(file, bytes, 0);
    bytes.fill(0);
    assert.equal(yield* load(root, 'file'), 'first');
  });
}

function lookingLaws(law: Law): void {
  law('a listing is complete and holds no dots', function* (root) {
    assert.deepEqual((yield* list(root)).names, []);
    const wanted = Array.from({ length: 2_000 }, (_, i) => `entry-${i}`);
    for (const name of wanted) yield* close(yield* newFile(root, name));
    const { names, undecodable } = yield* list(root);
    assert.deepEqual([...names].sort(), wanted.sort());
    assert.deepEqual(undecodable, []);
  });
  law('names in other scripts come back as they were given', function* (root) {
    const wanted = ['\u00e9', '日本語', '😀', ' space ', 'tab\tin', '-', '~', '.hidden', '\uE000'];
    for (const name of wanted) yield* save(root, name, name);
    assert.deepEqual([...(yield* list(root)).names].sort(), wanted.sort());
    for (const name of wanted) assert.equal(yield* load(root, name), name);
  });
  law('a name that is no UTF-8 is listed apart and keeps its directory', function* (root, subject) {
    yield* save(root, 'plain', 'x');
    subject.makeUndecodable(Uint8Array.of(0x66, 0xff, 0xfe));
    const { names, undecodable } = yield* list(root);
    assert.deepEqual(names, ['plain']);
    assert.equal(undecodable.length, 1);
  });
  law('a replacement character in a good name is a good name', function* (root) {
    yield* save(root, 'odd\uFFFD', 'x');
    const { names, undecodable } = yield* list(root);
    assert.deepEqual(names, ['odd\uFFFD']);
    assert.deepEqual(undecodable, []);
  });
  law('status tells kinds apart and follows nothing', function* (root, subject) {
    yield* makeDir(root, 'dir');
    yield* save(root, 'file', '12345');
    yield* makeLink({ dir: root, name: 'link' }, text('dir'));
    subject.makeFifo('fifo');
    const kinds: Record<string, string | undefined> = {};
    for (const name of ['dir', 'file', 'link', 'fifo', 'absent']) {
      kinds[name] = (yield* status(root, name))?.kind;
    }
    assert.deepEqual(kinds, {
      dir: 'directory',
      file: 'file',
      link: 'symlink',
      fifo: 'other',
      absent: undefined,
    });
    const file = yield* there(root, 'file');
    assert.equal(file.size, 5);
    assert.equal(file.links, 1);
    assert.equal((yield* there(root, 'link')).size, 3);
  });
  law('a handle tells the same as its name', function* (root) {
    yield* save(root, 'file', 'x');
    yield* makeDir(root, 'dir');
    const file = yield* fileAt(root, 'file');
    assert.deepEqual(yield* statusOf(file), yield* there(root, 'file'));
    const dir = yield* dirAt(root, 'dir');
    assert.deepEqual(yield* statusOf(dir), yield* there(root, 'dir'));
    assert.equal((yield* statusOf(root)).kind, 'directory');
    assert.equal((yield* statusOf(root)).device, (yield* statusOf(file)).device);
  });
  law('two things that stand at once have two inodes', function* (root) {
    yield* save(root, 'a', 'x');
    yield* save(root, 'b', 'x');
    assert.notEqual((yield* there(root, 'a')).inode, (yield* there(root, 'b')).inode);
  });
  law('abilities are numbers one can reckon with', function* (root) {
    const { freeBytes, syncsAsOne } = yield* abilities(root);
    assert.ok(Number.isFinite(freeBytes) && freeBytes > 0);
    assert.equal(typeof syncsAsOne, 'boolean');
  });
  law('a name too long for the disk is a failure, never an absence', function* (root) {
    const name = 'n'.repeat(256);
    yield* refuses('FILE_NAME_IMPOSSIBLE', status(root, name));
    yield* refuses('FILE_NAME_IMPOSSIBLE', openFile({ dir: root, name }, 'create'));
    yield* refuses('FILE_NAME_IMPOSSIBLE', openFile({ dir: root, name }, 'read'));
    yield* refuses('FILE_NAME_IMPOSSIBLE', makeDir(root, name));
    yield* refuses('FILE_NAME_IMPOSSIBLE', openDir(root, name));
    yield* save(root, 'n'.repeat(255), 'fits');
  });
  law('what is not one part of a path is a bug of the caller', function* (root) {
    for (const name of ['', '.', '..', 'a/b', '/', 'nul\0']) {
      yield* refuses('BUG', status(root, name));
      yield* refuses('BUG', openFile({ dir: root, name }, 'create'));
    }
  });
}

function metadataLaws(law: Law): void {
  law('what is new is for its owner alone', function* (root) {
    yield* save(root, 'file', 'x');
    yield* makeDir(root, 'dir');
    assert.equal((yield* there(root, 'file')).mode, 0o600);
    assert.equal((yield* there(root, 'dir')).mode, 0o700);
  });
  law('all twelve bits of a mode are kept', function* (root) {
    yield* save(root, 'file', 'x');
    yield* makeDir(root, 'dir');
    const file = yield* fileAt(root, 'file', 'write');
    const dir = yield* dirAt(root, 'dir');
    for (const mode of [0o644, 0o755, 0o4711, 0o600]) {
      yield* setMode(file, mode);
      assert.equal((yield* there(root, 'file')).mode, mode);
    }
    for (const mode of [0o755, 0o1777, 0o700]) {
      yield* setMode(dir, mode);
      assert.equal((yield* statusOf(dir)).mode, mode);
    }
  });
  law('times are kept as exactly as the disk can', function* (root, { timeStepNs }) {
    yield* save(root, 'file', 'x');
    yield* makeDir(root, 'dir');
    const wanted: Timestamp[] = [
      { s: 1_700_000_001, ns: 123_456_789 },
      { s: 0, ns: 0 },
      { s: 1, ns: 999_999_999 },
      { s: -2, ns: 500_000_001 },
      { s: 4_102_444_801, ns: 1 },
    ];
    for (const mtime of wanted) {
      const handles = [yield* fileAt(root, 'file', 'write'), yield* dirAt(root, 'dir')];
      for (const handle of handles) {
        yield* setTime(handle, mtime);
        assert.deepEqual((yield* statusOf(handle)).mtime, roundTime(mtime, timeStepNs));
      }
    }
  });
  law('syncing changes nothing that can be seen', function* (root) {
    yield* makeDir(root, 'dir');
    const dir = yield* dirAt(root, 'dir');
    const file = yield* newFile(dir, 'file');
    yield* write(file, text('x'), 0);
    const before = yield* statusOf(file);
    yield* sync(file);
    yield* sync(dir);
    yield* sync(root);
    if ((yield* abilities(root)).syncsAsOne) yield* syncFileSystem(root);
    assert.deepEqual(yield* statusOf(file), before);
    assert.equal(yield* load(dir, 'file'), 'x');
  });
}

function makingLaws(law: Law): void {
  law('a link keeps any bytes', function* (root) {
    const targets = [text('../../etc'), Uint8Array.of(0x61, 0xff, 0x2f, 0xfe), text('日本語')];
    for (const [i, target] of targets.entries()) {
      yield* makeLink({ dir: root, name: `link-${i}` }, target);
      assert.deepEqual(Uint8Array.from(yield* readLink(root, `link-${i}`)), target);
    }
  });
  law('only links can be read as links', function* (root) {
    yield* save(root, 'file', 'x');
    yield* refuses('FILE_GONE', readLink(root, 'absent'));
    yield* refuses('FILE_CHANGED', readLink(root, 'file'));
  });
}

function* tell(subject: FileSystemSubject, story: Story): FileProgram<void> {
  const root = yield* openRoot(subject.root);
  assert.ok(root !== undefined, 'the root is there');
  yield* story(root, subject);
}

/** The time that a file system of this step keeps: cut towards the past. */
function roundTime(time: Timestamp, stepNs: number): Timestamp {
  if (stepNs === 1) return time;
  if (stepNs < 1e9) return { s: time.s, ns: time.ns - (time.ns % stepNs) };
  const step = stepNs / 1e9;
  return { s: Math.floor(time.s / step) * step, ns: 0 };
}
