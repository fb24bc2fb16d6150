import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { asKithError, type ErrorCode } from '../base/error.ts';
import type { DirHandle, DirListing, FileHandle, FileStatus } from '../ports/file-system.ts';
import { NodeFileSystem } from './node-file-system.ts';

test('a handle that was closed is a bug and never an absence', (t) => {
  const { files, path, root } = setUp(t);
  fs.writeFileSync(join(path, 'a'), 'x');
  const file = files.execute({ call: 'openFile', dir: root, name: 'a', for: 'read' }) as FileHandle;
  files.execute({ call: 'close', handle: file });
  files.execute({ call: 'close', handle: root });
  throwsCode('BUG', () => files.execute({ call: 'status', dir: root, name: 'a' }));
  throwsCode('BUG', () => files.execute({ call: 'openDir', dir: root, name: 'a' }));
  throwsCode('BUG', () => files.execute({ call: 'list', dir: root }));
  throwsCode('BUG', () => files.execute({ call: 'close', handle: root }));
  const into = new Uint8Array(1);
  throwsCode('BUG', () => files.execute({ call: 'read', file, into, position: 0 }));
});

test('a descriptor that is not a handle of this file system is not taken', (t) => {
  const { files } = setUp(t);
  throwsCode('BUG', () => files.execute({ call: 'list', dir: 1 as DirHandle }));
  throwsCode('BUG', () => files.execute({ call: 'sync', handle: 1 as FileHandle }));
});

test('all handles are closed at once, and none a second time', (t) => {
  const { files, path, root } = setUp(t);
  for (let i = 0; i < 10; i++) {
    files.execute({ call: 'openFile', dir: root, name: `f${i}`, for: 'create' });
  }
  assert.equal(openBelow(path).length, 11);
  files.closeAll();
  assert.deepEqual(openBelow(path), []);
  files.closeAll();
});

test('a refused opening leaves no descriptor behind', (t) => {
  const { files, path, root } = setUp(t);
  fs.mkdirSync(join(path, 'dir'));
  const opened = openBelow(path).length;
  for (const purpose of ['read', 'write', 'create'] as const) {
    const call = { call: 'openFile', dir: root, name: 'dir', for: purpose } as const;
    throwsCode(purpose === 'create' ? 'FILE_EXISTS' : 'FILE_IS_DIRECTORY', () =>
      files.execute(call),
    );
  }
  assert.equal(openBelow(path).length, opened);
});

test('odd names are listed as they are, bytes that are no text escaped', (t) => {
  const { files, path, root } = setUp(t);
  const odd = ['\uFEFFmark', 'odd\uFFFD', 'back\\slash'];
  for (const name of odd) fs.writeFileSync(join(path, name), '');
  fs.writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.of(0x61, 0x5c, 0xff)]), '');
  const { names, undecodable } = files.execute({ call: 'list', dir: root }) as DirListing;
  assert.deepEqual([...names].sort(), odd.sort());
  assert.deepEqual(undecodable, ['a\\\\\\xff']);
});

test('an unpaired surrogate is refused instead of becoming another name', (t) => {
  const { files, root } = setUp(t);
  throwsCode('BUG', () =>
    files.execute({ call: 'openFile', dir: root, name: 'a\uD800', for: 'create' }),
  );
});

test('the fast look and the exact look agree in every field', (t) => {
  const { files, path, root } = setUp(t);
  fs.writeFileSync(join(path, 'a'), 'x'.repeat(70_000));
  fs.linkSync(join(path, 'a'), join(path, 'b'));
  fs.chmodSync(join(path, 'a'), 0o4751);
  const file = files.execute({ call: 'openFile', dir: root, name: 'a', for: 'read' }) as FileHandle;
  for (const mtime of [
    { s: -5_000_000_000, ns: 1 },
    { s: -1, ns: 999_999_999 },
    { s: 9e9, ns: 7 },
  ]) {
    files.execute({ call: 'setTime', handle: file, mtime });
    const byName = files.execute({ call: 'status', dir: root, name: 'a' }) as FileStatus;
    assert.deepEqual(byName, files.execute({ call: 'statusOf', handle: file }));
    if (mtime.s > -2) assert.deepEqual(byName.mtime, mtime);
    assert.equal(byName.links, 2);
  }
});

test('a name below a device of its own has the number of that device', (t) => {
  const { files } = setUp(t);
  const proc = files.execute({ call: 'openRoot', path: '/' }) as DirHandle;
  for (const name of ['proc', 'dev', 'sys']) {
    const status = files.execute({ call: 'status', dir: proc, name }) as FileStatus;
    assert.equal(status.device, fs.lstatSync(`/${name}`, { bigint: true }).dev);
  }
});

test('an impossible link target is told from absence', (t) => {
  const { files, root } = setUp(t);
  for (const target of [new Uint8Array(), Uint8Array.of(0x61, 0, 0x62)]) {
    throwsCode('FILE_NAME_IMPOSSIBLE', () =>
      files.execute({ call: 'makeLink', dir: root, name: 'l', target }),
    );
  }
  const target = new Uint8Array(5000).fill(0x61);
  throwsCode('FILE_NAME_IMPOSSIBLE', () =>
    files.execute({ call: 'makeLink', dir: root, name: 'l', target }),
  );
});

test('renaming across file systems is refused as that', (t) => {
  const { files, path, root } = setUp(t);
  const memory = fs.mkdtempSync('/dev/shm/kith-files-');
  t.after(() => fs.rmSync(memory, { recursive: true }));
  fs.writeFileSync(join(path, 'a'), 'x');
  const other = files.execute({ call: 'openRoot', path: memory }) as DirHandle;
  const from = { dir: root, name: 'a' };
  const to = { dir: other, name: 'a' };
  throwsCode('FILE_CROSS_DEVICE', () => files.execute({ call: 'rename', from, to, how: 'keep' }));
  assert.equal(fs.readFileSync(join(path, 'a'), 'utf8'), 'x');
});

test('a directory that is being swapped for a link outside never lets a write escape', (t) => {
  const { files, path, root } = setUp(t);
  const outside = fs.mkdtempSync(join(tmpdir(), 'kith-outside-'));
  t.after(() => fs.rmSync(outside, { recursive: true }));
  fs.mkdirSync(join(path, 'sub'));
  const sub = files.execute({ call: 'openDir', dir: root, name: 'sub' }) as DirHandle;
  fs.renameSync(join(path, 'sub'), join(path, 'moved'));
  fs.symlinkSync(outside, join(path, 'sub'));
  files.execute({ call: 'openFile', dir: sub, name: 'f', for: 'create' });
  files.execute({ call: 'makeDir', dir: sub, name: 'd' });
  files.execute({ call: 'makeLink', dir: sub, name: 'l', target: Buffer.from('x') });
  files.execute({
    call: 'rename',
    from: { dir: sub, name: 'f' },
    to: { dir: sub, name: 'g' },
    how: 'keep',
  });
  assert.deepEqual(fs.readdirSync(outside), []);
  assert.deepEqual(fs.readdirSync(join(path, 'moved')).sort(), ['d', 'g', 'l']);
});

function setUp(t: TestContext) {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'kith-files-')));
  const files = new NodeFileSystem();
  t.after(() => {
    files.closeAll();
    fs.rmSync(path, { recursive: true });
  });
  const root = files.execute({ call: 'openRoot', path }) as DirHandle;
  return { files, path, root };
}

function throwsCode(code: ErrorCode, act: () => unknown): void {
  assert.throws(act, (error) => asKithError(error)?.code === code);
}

function openBelow(path: string): readonly string[] {
  const targets = fs.readdirSync('/proc/self/fd').map((fd) => {
    const stats = fs.lstatSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false });
    return stats === undefined ? '' : fs.readlinkSync(`/proc/self/fd/${fd}`);
  });
  return targets.filter((target) => target.startsWith(path));
}
