import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { KithError } from '../base/error.ts';
import { SystemCallError, toFileError } from './errno.ts';

const onName = { call: 'openFile', name: 'a' };

test('every errno there is gets a file code, FILE_FAILED if it is none of the known', () => {
  const codes = new Map<string, string>();
  for (const [errno, value] of Object.entries(constants.errno)) {
    const error = toFileError(new SystemCallError('open', value), onName);
    assert.match(error.code, /^FILE_/);
    assert.equal(error.data['name'], 'a');
    codes.set(errno, error.code);
  }
  assert.equal(codes.get('EIO'), 'FILE_FAILED');
  assert.equal(codes.get('ENOENT'), 'FILE_GONE');
  assert.equal(codes.get('ENOSPC'), 'FILE_DISK_FULL');
  assert.equal(codes.get('EDQUOT'), 'FILE_DISK_FULL');
  assert.equal(codes.get('EPERM'), 'FILE_DENIED');
  assert.equal(codes.get('EROFS'), 'FILE_READ_ONLY');
  assert.equal(codes.get('EINVAL'), 'FILE_NAME_IMPOSSIBLE');
  const gone = [...codes].filter(([, code]) => code === 'FILE_GONE').map(([errno]) => errno);
  assert.deepEqual(gone, ['ENOENT'], 'nothing else looks like absence');
});

test('a full quota is a full disk although Node has no name for it', () => {
  const unnamed = { errno: -constants.errno.EDQUOT, code: 'Unknown system error -122' };
  const error = Object.assign(new Error('write'), { ...unnamed, syscall: 'write' });
  assert.equal(toFileError(error, { call: 'write' }).code, 'FILE_DISK_FULL');
});

test('a bad argument without a name in the call is a lack of the file system', () => {
  const error = toFileError(new SystemCallError('fsync', constants.errno.EINVAL), { call: 'sync' });
  assert.equal(error.code, 'FILE_UNSUPPORTED');
});

test('what is no errno is a bug, and what is known already stays', () => {
  const slip = new TypeError('x');
  const bug = toFileError(slip, onName);
  assert.equal(bug.code, 'BUG');
  assert.equal(bug.cause, slip);
  const known = new KithError('FILE_CHANGED');
  assert.equal(toFileError(known, onName), known);
  assert.equal(toFileError(new SystemCallError('x', 99_999), onName).code, 'FILE_FAILED');
});
