import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '../base/bytes.ts';
import { encodeFrame, FrameReader } from './frame.ts';
import { limitOf, MessageType } from './message-type.ts';

const ping = concatBytes(encodeFrame(MessageType.ping, []));

test('MAL-02: a length beyond the limit of its type is refused before anything is allocated for it', () => {
  const types = [...Object.values(MessageType), 42];
  for (const type of types) {
    for (const length of [limitOf(type) + 1, 500_000_000, 0x7fffffff]) {
      const before = process.memoryUsage().arrayBuffers;
      assert.throws(() => read(announced(type, length)), {
        code: 'WIRE_TOO_LARGE',
        kind: 'invalid',
      });
      assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
    }
    assert.deepEqual(read(announced(type, limitOf(type))), []);
  }
});

test('MAL-03: negative lengths of header and message are refused', () => {
  for (const bytes of [
    [0x80, 0],
    [0xff, 0xff],
    [0, 2, 8, 6, 0x80, 0, 0, 0],
    [0, 0, 255, 255, 255, 255],
  ]) {
    assert.throws(() => read(Uint8Array.from(bytes)), { code: 'WIRE_MALFORMED', kind: 'invalid' });
  }
});

test('a message of an unknown type is passed over, packed or not, in pieces or whole', () => {
  for (const flag of [0, 1]) {
    const stranger = Uint8Array.of(0, 5, 8, 0x90, 0x4e, 16, flag, 0, 0, 0, 3, 1, 2, 3);
    const reader = new FrameReader();
    assert.deepEqual([...reader.push(stranger.subarray(0, 12))], []);
    const rest = concatBytes([stranger.subarray(12), ping, stranger, ping]);
    assert.equal([...reader.push(rest)].length, 2);
  }
});

test('an unknown compression is refused, whatever the type', () => {
  for (const type of [6, 42]) {
    const bytes = Uint8Array.of(0, 4, 8, type, 16, 2);
    assert.throws(() => read(bytes), { code: 'WIRE_COMPRESSION_UNKNOWN', kind: 'invalid' });
  }
});

test('unknown fields of a header are passed over, and its type may come twice', () => {
  const bytes = Uint8Array.of(0, 7, 8, 3, 26, 1, 0, 8, 6, 0, 0, 0, 0);
  assert.deepEqual(read(bytes), [{ type: MessageType.ping, body: new Uint8Array(0) }]);
});

test('a body has a buffer of its own, which the piece it came in does not share', () => {
  const piece = concatBytes([
    ping,
    ...encodeFrame(MessageType.response, [Uint8Array.of(18, 1, 9)]),
  ]);
  const frame = read(piece)[1];
  piece.fill(0);
  assert.deepEqual(frame?.body, Uint8Array.of(18, 1, 9));
  assert.equal(frame?.body.buffer.byteLength, 3);
});

test('the parts of a message are sent as they are, not copied', () => {
  const data = Uint8Array.of(1, 2, 3);
  const parts = encodeFrame(MessageType.response, [Uint8Array.of(7), new Uint8Array(0), data]);
  assert.equal(parts.length, 3);
  assert.equal(parts[2], data);
});

test('a message of ours beyond the limit of its type is a bug', () => {
  const body = new Uint8Array(limitOf(MessageType.close) + 1);
  assert.throws(() => encodeFrame(MessageType.close, [body]), { code: 'BUG' });
});

function read(piece: Uint8Array) {
  return [...new FrameReader().push(piece)];
}

/** The beginning of a frame: its header and how long its message is said to be. */
function announced(type: number, length: number): Uint8Array {
  const bytes = Uint8Array.of(0, 2, 8, type, 0, 0, 0, 0);
  new DataView(bytes.buffer).setUint32(4, length);
  return bytes;
}
