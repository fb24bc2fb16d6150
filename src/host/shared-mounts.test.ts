import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { whyUntold } from './shared-mounts.ts';

const on = (type: string) => (): string => `22 1 0:1 / / rw,relatime - ${type} nas:/x rw\n`;

test('of file systems that others change too it is said that not all is told', () => {
  const types = ['ext4', 'nfs4', 'fuseblk', 'fuse.unheard-of', '9p'];
  const told = types.map((type) => whyUntold(tmpdir(), on(type))?.split(' ').at(-1));
  assert.deepEqual(told, [undefined, 'nfs4', undefined, 'fuse.unheard-of', '9p']);
});

test('of a directory that is not there, or a table that cannot be read, nothing is said', () => {
  assert.equal(whyUntold('/not/there', on('nfs4')), undefined);
  const unreadable = (): string => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
  };
  assert.equal(whyUntold(tmpdir(), unreadable), undefined);
  assert.equal(whyUntold(tmpdir()), undefined);
});
