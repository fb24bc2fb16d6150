import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFolderId } from '../../model/folder.ts';
import { parseRelPath } from '../../model/path.ts';
import { decodeRequest, encodeRequest, MAX_REQUEST_BYTES, type PieceRequest } from './request.ts';

const plain = { path: parseRelPath('a'), offset: 0, size: 5, hash: new Uint8Array(32) };

test('MAL-02: a request for more than 32 MiB or for less than nothing is refused', () => {
  for (const size of [MAX_REQUEST_BYTES + 1, 0x7fffffff, -1, -0x80000000]) {
    assert.throws(() => again({ ...plain, size }), invalid('size'));
  }
  assert.equal(again({ ...plain, size: MAX_REQUEST_BYTES }).request.size, MAX_REQUEST_BYTES);
});

test('a request before the beginning or beyond all numbers is refused', () => {
  assert.throws(() => again({ ...plain, offset: -1 }), invalid('offset'));
  const beyond = { ...plain, offset: 2 ** 60 };
  assert.throws(() => again(beyond), { code: 'WIRE_MALFORMED', kind: 'invalid' });
});

test('a request for a name that leaves the folder is refused', () => {
  for (const path of ['../a', '/etc/passwd', 'a/../b', '']) {
    const request = { ...plain, path: path as PieceRequest['path'] };
    assert.throws(() => again(request), { code: 'WIRE_REQUEST_INVALID', kind: 'invalid' });
  }
});

test('a request for nothing, without a hash, is one', () => {
  const request = { ...plain, size: 0, hash: new Uint8Array(0) };
  assert.deepEqual(again(request).request, request);
});

test('a hash is a copy', () => {
  const bytes = encodeRequest({ id: 0, folder: parseFolderId('f'), request: plain });
  const { request } = decodeRequest(bytes);
  bytes.fill(0xff);
  assert.deepEqual(request.hash, new Uint8Array(32));
});

function again(request: PieceRequest) {
  return decodeRequest(encodeRequest({ id: 3, folder: parseFolderId('f'), request }));
}

function invalid(reason: string) {
  return (error: { code?: string; kind?: string; data?: { reason?: string } }) => {
    assert.deepEqual([error.code, error.kind], ['WIRE_REQUEST_INVALID', 'invalid']);
    assert.equal(error.data?.reason, reason);
    return true;
  };
}
