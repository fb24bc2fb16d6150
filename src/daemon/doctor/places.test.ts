import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/temporary.ts';
import { markerText } from '../../engine/marker-text.ts';
import { mountOf, parseMounts } from '../../host/mounts.ts';
import { judgeRooms, type Room } from './disk-check.ts';
import { judgeFilesystems, type Place } from './filesystem-check.ts';
import { type FolderFacts, judgeFolders } from './folders-check.ts';
import { parseListening } from './listeners.ts';
import { judgeMarkers } from './markers-check.ts';
import { surveyFolder } from './survey.ts';

const GB = 1e9;

test('the innermost mount that holds a path counts, and of two at one point the later one', () => {
  const mounts = parseMounts(
    [
      '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
      '30 22 0:30 / /srv rw - tmpfs tmp rw',
      '31 22 0:31 / /srv ro,nosuid - nfs4 nas:/x rw',
      '32 22 0:32 / /srv/with\\040blank rw - xfs /dev/sdb rw',
      'no line of a table',
    ].join('\n'),
  );
  const typeAt = (name: string) => mountOf(mounts, name)?.type;
  assert.deepEqual(['/', '/srv', '/srv/a', '/srvx', '/srv/with blank/a'].map(typeAt), [
    'ext4',
    'nfs4',
    'nfs4',
    'ext4',
    'xfs',
  ]);
  assert.equal(mountOf(mounts, '/srv')?.isReadOnly, true);
  assert.equal(mountOf(mounts, '/')?.isReadOnly, false);
});

function place(type: string, more: Partial<Place> = {}): Place {
  const mount = { point: '/', type, source: 'x', isReadOnly: false };
  const plain = { name: 'docs', isHome: false, mayBeReadOnly: false, path: '/p' };
  return { ...plain, mount, syncsAsOne: true, ...more };
}

test('a home on a network is bad, on a disk in memory or an unknown FUSE a warning', () => {
  const home = { isHome: true, name: 'home' };
  const types = ['ext4', 'nfs4', 'cifs', 'fuse.sshfs', 'tmpfs', 'fuse.gocryptfs', 'fuseblk'];
  const states = types.map((type) => judgeFilesystems([place(type, home)])[0]?.state);
  assert.deepEqual(states, ['ok', 'bad', 'bad', 'bad', 'warn', 'warn', 'ok']);
});

test('a folder on a network works, but is not told of changes made elsewhere; read-only it does not', () => {
  const types = ['btrfs', 'nfs4', 'fuse.rclone', 'tmpfs'];
  const states = types.map((type) => judgeFilesystems([place(type)])[0]?.state);
  assert.deepEqual(states, ['ok', 'warn', 'warn', 'warn']);
  const shut = place('ext4');
  const found = judgeFilesystems([{ ...shut, mount: { ...shut.mount, isReadOnly: true } }]);
  assert.equal(found[0]?.state, 'bad');
  const sent = { ...shut, mayBeReadOnly: true, mount: { ...shut.mount, isReadOnly: true } };
  assert.equal(judgeFilesystems([sent])[0]?.state, 'ok');
  const [fine] = judgeFilesystems([place('overlay', { syncsAsOne: false })]);
  assert.equal(fine?.text, 'overlay (synced file by file)');
});

function room(more: Partial<Room>): Room {
  return {
    names: ['folder docs'],
    hasHome: false,
    path: '/p',
    totalBytes: 100 * GB,
    freeBytes: 50 * GB,
    totalInodes: 1_000_000,
    freeInodes: 500_000,
    comingBytes: 0,
    ...more,
  };
}

test('a disk without room is bad, one with little a warning, and what is still to come counts', () => {
  const state = (more: Partial<Room>) => judgeRooms([room(more)])[0]?.state;
  assert.equal(state({}), 'ok');
  assert.equal(state({ freeBytes: 1e6 }), 'bad');
  assert.equal(state({ freeBytes: 50e6, hasHome: true }), 'bad');
  assert.equal(state({ freeBytes: 50e6 }), 'warn');
  assert.equal(state({ freeBytes: 4 * GB }), 'warn');
  assert.equal(state({ freeBytes: 50 * GB, totalBytes: 8000 * GB }), 'ok');
  assert.equal(state({ comingBytes: 60 * GB }), 'bad');
  assert.equal(state({ freeInodes: 3 }), 'bad');
  assert.equal(state({ freeInodes: 5000 }), 'warn');
  assert.equal(state({ totalInodes: 0, freeInodes: 0 }), 'ok');
});

test('listening sockets are read from the kernel’s table, others are not', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:55F0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1
   1: 0100007F:1234 0100007F:55F0 01 00000000:00000000 00:00000000 00000000     0        0 4243 1\n`;
  assert.deepEqual(parseListening(text), [
    { address: '0100007F', port: 22_000, user: 1000, inode: '4242' },
  ]);
});

function folder(more: Partial<FolderFacts>): FolderFacts {
  return {
    id: 'docs',
    path: '/docs',
    root: { isDirectory: true, place: '1:2' },
    lacking: [],
    survey: { directories: 3, unreadable: 0, examples: [], isWhole: true },
    status: undefined,
    ...more,
  };
}

test('a folder that is not there, is a file or may not be changed is bad, and each has its mend', () => {
  const text = (more: Partial<FolderFacts>) => {
    const [found] = judgeFolders([folder(more)]);
    return `${found?.state}: ${found?.text} → ${found?.mend}`;
  };
  assert.match(text({}), /^ok/);
  assert.match(text({ root: { errno: 'ENOENT' } }), /^bad: .* is not there → mount or restore it/);
  assert.match(text({ root: { errno: 'EACCES' } }), /^bad: .* → .*namei -l '\/docs'/);
  assert.match(text({ root: { isDirectory: false, place: '1:2' } }), /^bad: .* no directory/);
  assert.match(
    text({ lacking: [{ bit: 2, what: 'changed' }] }),
    /^bad: .* may not be changed by you/,
  );
  const examples = [{ path: 'a/b', code: 'EACCES' }];
  const survey = { directories: 3, unreadable: 2, examples, isWhole: true };
  assert.match(text({ survey }), /^bad: .*'a\/b' and 1 more cannot be read \(EACCES\)/);
});

test('two folders on one directory are told', () => {
  const found = judgeFolders([folder({}), folder({ id: 'twin' })]);
  assert.match(found[0]?.text ?? '', /folders docs and twin are the same directory/);
});

test('a marker is right only for its folder and for the start that the database knows', () => {
  const token = 'a'.repeat(32);
  const known = {
    indexId: 1n,
    token,
    nextToken: 'b'.repeat(32),
    bootId: 'x',
    endedCleanly: true,
    syncedSequence: 0,
    counterUsed: 0n,
    kind: 'send-receive' as const,
  };
  const judge = (marker: { text: string } | { errno: string }, of: typeof known | undefined) => {
    return judgeMarkers([{ id: 'docs', path: '/docs', marker, known: of }])[0];
  };
  const right = { text: markerText('docs', token) };
  assert.equal(judge(right, known)?.state, 'ok');
  assert.equal(judge({ text: markerText('docs', known.nextToken) }, known)?.state, 'ok');
  assert.equal(judge({ errno: 'ENOENT' }, undefined)?.state, 'ok');
  assert.match(judge({ errno: 'ENOENT' }, known)?.text ?? '', /marker .* is gone/);
  assert.match(judge({ errno: 'EACCES' }, known)?.text ?? '', /cannot be read \(EACCES\)/);
  assert.match(judge({ text: markerText('music', token) }, known)?.text ?? '', /of folder music/);
  assert.match(judge({ text: 'hello' }, known)?.text ?? '', /no marker of Kith/);
  const unmarked = { ...known, token: 'inode 5', nextToken: 'inode 5' };
  assert.equal(judge({ errno: 'ENOENT' }, unmarked)?.state, 'ok');
  const other = judge({ text: markerText('docs', 'c'.repeat(32)) }, known);
  assert.match(other?.text ?? '', /of another home/);
});

test('a walk counts directories, follows no link, and passes over what is Kith’s own', async (t) => {
  const root = await temporaryDirectory(t);
  for (const name of ['a/b', 'c', '.kith/stage'])
    await mkdir(path.join(root, name), { recursive: true });
  await writeFile(path.join(root, 'a/file'), '');
  await symlink(root, path.join(root, 'c/loop'));
  const survey = await surveyFolder(root, new AbortController().signal);
  assert.deepEqual(survey, { directories: 4, unreadable: 0, examples: [], isWhole: true });
});
