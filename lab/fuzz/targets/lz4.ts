/** LZ4 bodies: the library against a plain decoder, and against its own other direction. */

import assert from 'node:assert/strict';
import { compressSync } from 'lz4-napi';
import { asKithError } from '../../../src/base/error.ts';
import { unpack } from '../../../src/bep/compression.ts';
import { unpackPlainly } from '../lz4-reference.ts';
import { mutate } from '../mutate.ts';
import { bytesOf, type FuzzTarget, unlessRefused } from '../target.ts';

const LIMIT = 256 * 1024;
const PREFIX = 4;

export const lz4: FuzzTarget = {
  seeds: () => {
    const plain = ['', 'abc', 'a'.repeat(500), 'abcabcabd'.repeat(40), '0123456789'.repeat(3000)];
    return plain.map((text) => packed(bytesOf(text)));
  },
  maxBytes: 0x4000,
  limitBytes: (length) => 2 * LIMIT + 8 * length + 1024,
  // The claim is set right half of the time: else few inputs come past it.
  mutate: (input, from) => {
    const bytes = mutate(input, from, 0x4000);
    const plain = bytes.length > PREFIX ? unpackPlainly(bytes.subarray(PREFIX), LIMIT) : undefined;
    if (plain !== undefined && from.random.chance(0.5)) {
      new DataView(bytes.buffer).setUint32(0, plain.length);
    }
    return bytes;
  },
  run: (body) => {
    unpackThere(packed(body), body);
    const claimed = body.length > PREFIX ? new DataView(body.buffer).getUint32(0) : 0;
    const expected = unpackPlainly(body.subarray(PREFIX), Math.min(claimed, LIMIT));
    const block = body.slice();
    const read = unlessRefused(() => unpack(block, LIMIT));
    if (claimed > LIMIT) mustRefuse(body, 'WIRE_TOO_LARGE');
    if (claimed > (body.length - PREFIX) * 255)
      assert.equal(read, undefined, 'more than a block can yield');
    if (read === undefined) {
      assert.notEqual(
        expected?.length,
        body.length > PREFIX ? claimed : -1,
        'a good block is refused',
      );
      return;
    }
    assert.deepEqual(read, expected, 'other bytes than the block says');
    // Less than was claimed is taken, as Syncthing takes it.
    assert.ok(read.length <= claimed, 'more than was claimed');
  },
};

function packed(plain: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(compressSync(Buffer.from(plain)));
  new DataView(bytes.buffer).setUint32(0, plain.length);
  return bytes;
}

function unpackThere(body: Uint8Array, plain: Uint8Array): void {
  assert.deepEqual(unpack(body, LIMIT), plain.slice(), 'what was packed is not unpacked');
}

function mustRefuse(body: Uint8Array, code: string): void {
  assert.throws(
    () => unpack(body.slice(), LIMIT),
    (error) => asKithError(error)?.code === code,
    `it is not refused as ${code}`,
  );
}
