import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compressSync } from 'lz4-napi';
import { unpack } from './compression.ts';

const MIB = 1024 * 1024;

test('what another packer made is unpacked', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0, 0, 1, 7), { maxLength: 5000 }), (numbers) => {
      const bytes = Uint8Array.from(numbers);
      assert.deepEqual(unpack(packed(bytes), MIB), bytes);
    }),
  );
});

test('MAL-04: a claimed size beyond the limit is refused before unpacking, however small the body', () => {
  const body = packed(new Uint8Array(MIB + 1));
  assert.ok(body.length < 10_000);
  assert.throws(() => unpack(body, MIB), { code: 'WIRE_TOO_LARGE', kind: 'invalid' });
  assert.equal(unpack(packed(new Uint8Array(MIB)), MIB).length, MIB);
});

test('MAL-04: a claimed size that the block could never yield is refused before unpacking', () => {
  const body = packed(new Uint8Array(10));
  new DataView(body.buffer).setUint32(0, 64 * MIB);
  const before = process.memoryUsage().arrayBuffers;
  assert.throws(() => unpack(body, 64 * MIB), { code: 'WIRE_LZ4_INVALID', kind: 'invalid' });
  assert.ok(process.memoryUsage().arrayBuffers - before < MIB);
});

test('a size that is too small, a block cut short, junk behind it and bodies without a block are refused', () => {
  const good = packed(Uint8Array.from({ length: 100 }, (_, i) => i));
  const tooSmall = Uint8Array.from(good);
  tooSmall[3] = 99;
  const bodies = [tooSmall, good.slice(0, -1), Uint8Array.of(...good, 1, 2)];
  for (const body of [...bodies, good.slice(0, 4), good.slice(0, 2), new Uint8Array(0)]) {
    assert.throws(() => unpack(body, MIB), { code: 'WIRE_LZ4_INVALID', kind: 'invalid' });
  }
});

test('a size that is a little too large is taken as what the block yields', () => {
  const body = packed(new Uint8Array(100));
  body[3] = 101;
  assert.equal(unpack(body, MIB).length, 100);
});

test('the unpacked bytes can be given to another thread', () => {
  const unpacked = unpack(packed(new Uint8Array(100).fill(5)), MIB);
  assert.equal(unpacked.buffer.byteLength, 100);
  const moved = structuredClone(unpacked, { transfer: [unpacked.buffer as ArrayBuffer] });
  assert.deepEqual(moved, new Uint8Array(100).fill(5));
});

/** Packed as BEP has it: the library's little-endian size turned round. */
function packed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = Uint8Array.from(compressSync(Buffer.from(bytes)));
  new DataView(body.buffer).setUint32(0, bytes.length);
  return body;
}
