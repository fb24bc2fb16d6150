import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemCalls } from './ffi.ts';
import { Unwatched } from './inotify-blind.ts';
import { openWatchRoot } from './inotify-look.ts';
import { InotifyNews } from './inotify-news.ts';
import { IN, parseRecords } from './inotify-record.ts';
import { InotifySession } from './inotify-session.ts';
import { InotifyTree } from './inotify-tree.ts';

const settled = () => 'settled' as const;
const nothing = () => undefined;

test('records are read with their padding, the overflow and odd names among them', () => {
  const bytes = Buffer.concat([
    record(1, IN.closeWrite, Buffer.from('été'), 16),
    record(-1, IN.overflow, Buffer.alloc(0), 0),
    record(2, IN.attrib, Buffer.alloc(0), 0),
    record(3, IN.create | IN.isDir, Buffer.of(0x66, 0xff), 16),
    record(4, IN.delete, Buffer.from('odd\uFFFD'), 16),
    record(5, IN.delete, Buffer.from('x'.repeat(255)), 256),
  ]);
  assert.deepEqual(parseRecords(bytes, bytes.length), [
    { watch: 1, mask: IN.closeWrite, name: 'été' },
    { watch: -1, mask: IN.overflow, name: '' },
    { watch: 2, mask: IN.attrib, name: '' },
    { watch: 3, mask: IN.create | IN.isDir, name: undefined },
    { watch: 4, mask: IN.delete, name: 'odd\uFFFD' },
    { watch: 5, mask: IN.delete, name: 'x'.repeat(255) },
  ]);
  assert.deepEqual(parseRecords(bytes, 0), []);
});

test('a record that is not whole counts as an overflow, and nothing is read from beyond the end', () => {
  const whole = record(1, IN.create, Buffer.from('name'), 16);
  const endless = record(1, IN.create, Buffer.from('name'), 16);
  endless.writeUInt32LE(0xffff_ffff, 12);
  const read = { watch: 1, mask: IN.create, name: 'name' };
  const lost = { watch: -1, mask: IN.overflow, name: '' };
  assert.deepEqual(parseRecords(Buffer.concat([whole, endless]), 64), [read, lost]);
  assert.deepEqual(parseRecords(Buffer.concat([whole, whole]), 63), [read, lost]);
  assert.deepEqual(parseRecords(Buffer.concat([whole, whole]), 33), [read, lost]);
});

test('a directory that is taken out takes all below along', () => {
  const tree = new InotifyTree();
  for (const [i, path] of ['', 'a', 'a/b', 'a/b/c', 'ab'].entries()) tree.set(path, i);
  assert.deepEqual([...tree.remove('a')].sort(), [1, 2, 3]);
  assert.equal(tree.pathOf(3), undefined);
  assert.equal(tree.pathOf(4), 'ab');
  assert.deepEqual(tree.childrenOf(''), ['ab']);
  assert.deepEqual(tree.remove('a'), []);
});

test('a watch that turns up at another place leaves its former one', () => {
  const tree = new InotifyTree();
  tree.set('old', 1);
  tree.set('new/place', 1);
  assert.equal(tree.pathOf(1), 'new/place');
  assert.deepEqual(tree.remove('old'), []);
  tree.set('new/place', 2);
  assert.equal(tree.pathOf(1), undefined);
  assert.equal(tree.size, 1);
  tree.forget(2);
  assert.equal(tree.size, 0);
});

test('of several events for a path the one that asks for most is told, once', () => {
  const news = new InotifyNews();
  news.add('a', 'writing');
  news.add('a', 'settled');
  news.add('a', 'writing');
  news.add('b', 'tree');
  news.add('b', 'settled');
  news.add('c', 'created');
  news.add('d', 'created');
  news.add('d', 'writing');
  const batch = news.take(10, settled);
  assert.deepEqual(batch.events, [
    { path: 'a', kind: 'settled' },
    { path: 'b', kind: 'tree' },
    { path: 'c', kind: 'settled' },
    { path: 'd', kind: 'writing' },
  ]);
  assert.deepEqual(news.take(10, settled).events, []);
});

test('news beyond the bound are lost and that is told once', () => {
  const news = new InotifyNews(3);
  for (const path of ['a', 'b', 'c', 'a']) news.add(path, 'settled');
  assert.equal(news.isUrgent, false);
  news.add('d', 'settled');
  assert.equal(news.isUrgent, true);
  news.add('e', 'settled');
  const batch = news.take(1, settled);
  assert.deepEqual(batch, {
    events: [{ path: 'e', kind: 'settled' }],
    overflow: true,
    blind: undefined,
  });
  assert.equal(news.take(1, settled).overflow, false);
});

test('blindness is told when it begins, with every batch, and when it ends', () => {
  const news = new InotifyNews();
  news.setBlind(undefined);
  assert.equal(news.isUrgent, false);
  news.setBlind('no eyes');
  assert.equal(news.isUrgent, true);
  assert.equal(news.take(0, settled).blind, 'no eyes');
  assert.equal(news.isUrgent, false);
  news.add('a', 'settled');
  assert.equal(news.take(1, settled).blind, 'no eyes');
  news.setBlind(undefined);
  assert.equal(news.isUrgent, true);
});

test('directories that are not watched are counted by reason', () => {
  const unwatched = new Unwatched();
  assert.equal(unwatched.text(), undefined);
  for (const path of ['a', 'a/b', 'ab']) unwatched.set(path, 'EACCES');
  assert.equal(unwatched.text(), '3 directories are not watched: EACCES');
  unwatched.drop('a');
  unwatched.set('c', 'ENOSPC');
  const text = unwatched.text() ?? '';
  assert.match(text, /^1 directory is not watched: EACCES; 1 directory is not watched: the limit/);
});

test('after the kernel lost records everything is watched again, and only then is it admitted', (t) => {
  const { root, news, session } = openSession(t, ['a', 'a/known']);
  const watched = session.size;
  // As if the kernel had no room for the record of this directory and of this removal.
  const { calls } = found();
  fs.mkdirSync(join(root, 'a/missed/deep'), { recursive: true });
  fs.rmdirSync(join(root, 'a/known'));
  while (calls.pollReadable(session.fd, 0)) fs.readSync(session.fd, Buffer.alloc(65_536));
  session.hear({ watch: -1, mask: IN.overflow, name: '' });
  assert.equal(news.isUrgent, false, 'not before it is watched');
  assert.equal(session.isWalking, true);
  while (session.isWalking) session.step(1);
  assert.equal(news.take(0, settled).overflow, true);
  assert.equal(session.size, watched + 1);
  fs.writeFileSync(join(root, 'a/missed/deep/file'), 'x');
  session.read();
  assert.deepEqual(news.take(9, settled).events, [{ path: 'a/missed/deep/file', kind: 'settled' }]);
});

test('a link swapped in for a directory leads no watch out of the root', (t) => {
  const outside = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'kith-outside-')));
  t.after(() => fs.rmSync(outside, { recursive: true }));
  fs.mkdirSync(join(outside, 'deep'));
  const { root, news, session } = openSession(t, ['a/deep']);
  const watched = session.size;
  fs.renameSync(join(root, 'a'), join(root, 'b'));
  fs.symlinkSync(outside, join(root, 'a'));
  // The directory is asked for by a name whose way leads through the link now.
  session.walk('a/deep', nothing);
  while (session.isWalking) session.step(1);
  session.read();
  while (session.isWalking) session.step(1);
  assert.equal(session.size, watched);
  news.take(99, settled);
  fs.writeFileSync(join(outside, 'deep/file'), 'x');
  fs.writeFileSync(join(root, 'b/deep/file'), 'x');
  session.read();
  assert.deepEqual(news.take(9, settled).events, [{ path: 'b/deep/file', kind: 'settled' }]);
});

function openSession(t: TestContext, dirs: readonly string[]) {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'kith-session-')));
  for (const dir of dirs) fs.mkdirSync(join(root, dir), { recursive: true });
  const rootFd = openWatchRoot(root);
  assert.ok(rootFd !== undefined);
  const news = new InotifyNews();
  const session = new InotifySession({ ...found(), rootFd, news, unwatched: new Unwatched() });
  session.walk('', nothing);
  while (session.isWalking) session.step(64);
  t.after(() => {
    session.close();
    fs.rmSync(root, { recursive: true });
  });
  return { root, news, session };
}

function found() {
  const all = systemCalls();
  assert.ok(all.kind === 'found', 'this machine has koffi');
  return all;
}

function record(watch: number, mask: number, name: Buffer, padded: number): Buffer {
  const bytes = Buffer.alloc(16 + padded);
  bytes.writeInt32LE(watch, 0);
  bytes.writeUInt32LE(mask, 4);
  bytes.writeUInt32LE(padded, 12);
  name.copy(bytes, 16);
  return bytes;
}
