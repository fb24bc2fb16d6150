/** BEP against bytes that were written down before this code was: both ways, and nothing else in between. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { concatBytes, toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';
import { encodeFrame, type Frame, FrameReader } from '../../src/bep/frame.ts';
import { encodeHello, HelloReader } from '../../src/bep/hello.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { decodeClose, encodeClose } from '../../src/bep/messages/close.ts';
import { decodeProgress } from '../../src/bep/messages/download-progress.ts';
import { decodeIndex, encodeIndex } from '../../src/bep/messages/index-message.ts';
import { decodeRequest, encodeRequest } from '../../src/bep/messages/request.ts';
import { decodeResponse, encodeResponse } from '../../src/bep/messages/response.ts';
import { parseFolderId } from '../../src/model/folder.ts';
import { parseRelPath } from '../../src/model/path.ts';

interface Golden {
  readonly hello: Record<'hex' | 'deviceName' | 'clientName' | 'clientVersion', string>;
  readonly frames: readonly { readonly name: string; readonly hex: string }[];
  readonly index: { readonly hex: string };
  readonly replacing: { readonly hex: string; readonly replaced: string };
}

const golden = read('bep-frames.json') as Golden;

test('Hello has the bytes of the vector', () => {
  const { hex, ...names } = golden.hello;
  const hello = { ...names, connections: 0, timestamp: 0n, started: 0n };
  assert.equal(toHex(encodeHello(hello)), compact(hex));
  assert.deepEqual(new HelloReader().push(bytes(hex)), { used: bytes(hex).length, hello });
});

test('a cluster config without folders is six zero bytes', () => {
  assert.equal(framed(MessageType.clusterConfig, []), vector('empty-cluster-config'));
  assert.equal(frame('empty-cluster-config').type, MessageType.clusterConfig);
});

test('Ping and Close have the bytes of the vectors', () => {
  assert.equal(framed(MessageType.ping, []), vector('ping'));
  assert.equal(framed(MessageType.close, [encodeClose('bye')]), vector('close-bye'));
  assert.equal(decodeClose(frame('close-bye').body), 'bye');
});

test('a packed Close unpacks to the text it was made of', () => {
  assert.equal(decodeClose(frame('close-packed').body), 'a'.repeat(200));
});

test('Request has the bytes of the vector', () => {
  const message = {
    id: 0,
    folder: parseFolderId('f1'),
    request: { path: parseRelPath('a/b.txt'), offset: 0, size: 5, hash: plain(sha256('hello')) },
  };
  assert.equal(framed(MessageType.request, [encodeRequest(message)]), vector('request-hello'));
  assert.deepEqual(decodeRequest(frame('request-hello').body), message);
});

test('Response has the bytes of the vectors', () => {
  const data = new TextEncoder().encode('hello');
  const given = { id: 0, kind: 'data', data } as const;
  assert.equal(framed(MessageType.response, encodeResponse(given)), vector('response-hello'));
  assert.deepEqual(decodeResponse(frame('response-hello').body), given);
  const refused = { id: 7, kind: 'refused', reason: 'no-such-file' } as const;
  const name = 'response-no-such-file';
  assert.equal(framed(MessageType.response, encodeResponse(refused)), vector(name));
  assert.deepEqual(decodeResponse(frame(name).body), refused);
});

test('download progress reads the same with block numbers packed and unpacked', () => {
  const expected = {
    folder: 'f1',
    updates: [
      { kind: 'append', path: 'm.bin', version: [{ id: 5n, value: 7n }], blockIndexes: [0, 3] },
    ],
  };
  assert.deepEqual(decodeProgress(frame('progress-unpacked').body), expected);
  assert.deepEqual(decodeProgress(frame('progress-packed').body), expected);
});

test('an index with every kind of entry reads as its entries and is written as it was', () => {
  const body = bytes(golden.index.hex);
  const whole = only(body);
  const { folder, entries } = decodeIndex(whole.body);
  assert.deepEqual(
    entries.map(({ path, kind, size, deleted, invalid, sequence }) => [
      [path, kind, size].join(' '),
      deleted,
      invalid,
      sequence,
    ]),
    [
      ['a/b.txt file 131077', false, false, 1],
      ['empty file 0', false, false, 2],
      ['a directory 0', false, false, 3],
      ['lïnk symlink 0', false, false, 4],
      ['gone file 0', true, false, 5],
      ['ignored file 0', false, true, 6],
    ],
  );
  assert.deepEqual(entries[0]?.mtime, { s: 1_700_000_000, ns: 999_999_999 });
  assert.equal(toHex(entries[0]?.blocks ?? body), zeros(131072) + toHex(sha256('hello')));
  assert.equal(toHex(entries[1]?.blocks ?? body), zeros(0));
  assert.equal(entries[1]?.mtime.s, -5);
  assert.equal(toHex(entries[3]?.target ?? body), 'ff2f2e2e');
  assert.equal(toHex(entries[3]?.contentHash ?? body), toHex(sha256(bytes('ff2f2e2e'))));
  assert.deepEqual(entries[5]?.version, []);
  const again = framed(MessageType.index, [encodeIndex({ folder, entries }, 0)]);
  assert.equal(again, golden.index.hex);
});

test('an entry that says what it replaced has the bytes of the vector', () => {
  const { hex, replaced } = golden.replacing;
  const { folder, entries } = decodeIndex(only(bytes(hex)).body);
  assert.equal(toHex(entries[0]?.previousHash ?? bytes(hex)), toHex(sha256(sha256(replaced))));
  assert.equal(framed(MessageType.index, [encodeIndex({ folder, entries }, 0)]), hex);
});

test('blocks of zeros have the hashes by which they are known', () => {
  for (const [size, hash] of Object.entries(read('bep-zero-blocks.json') as object)) {
    assert.equal(toHex(sha256(new Uint8Array(Number(size)))), hash, size);
  }
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

function vector(name: string): string {
  const found = golden.frames.find((one) => one.name === name);
  assert.ok(found, name);
  return compact(found.hex);
}

function frame(name: string): Frame {
  return only(bytes(vector(name)));
}

function only(piece: Uint8Array): Frame {
  const frames = [...new FrameReader().push(piece)];
  assert.equal(frames.length, 1);
  return frames[0] as Frame;
}

function framed(type: MessageType, parts: readonly Uint8Array[]): string {
  return toHex(concatBytes(encodeFrame(type, parts)));
}

function zeros(size: number): string {
  return (read('bep-zero-blocks.json') as Record<string, string>)[size] ?? '';
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(compact(hex).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function plain(array: Uint8Array): Uint8Array {
  return new Uint8Array(array);
}

function compact(hex: string): string {
  return hex.replaceAll(' ', '');
}
