/** Block sizes as BEP has them, and where a block stands. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockAt, blockCount, blockSizeFor, MAX_BLOCK_BYTES, MIN_BLOCK_BYTES } from './block.ts';

const MIB = 1024 * 1024;

const SIZES = [
  [0, 128],
  [250 * MIB - 1, 128],
  [250 * MIB, 256],
  [500 * MIB, 512],
  [1000 * MIB, 1024],
  [2000 * MIB, 2048],
  [4000 * MIB, 4096],
  [8000 * MIB, 8192],
  [16000 * MIB - 1, 8192],
  [16000 * MIB, 16384],
  [2 ** 50, 16384],
] as const;

for (const [bytes, kib] of SIZES) {
  test(`a file of ${bytes} bytes has blocks of ${kib} KiB`, () => {
    assert.equal(blockSizeFor(bytes), kib * 1024);
  });
}

test('block sizes are powers of two, and the smallest that keeps a file below 2000 blocks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 35 }), (bytes) => {
      const size = blockSizeFor(bytes);
      assert.ok(
        size >= MIN_BLOCK_BYTES && size <= MAX_BLOCK_BYTES && Number.isInteger(Math.log2(size)),
      );
      assert.ok(size === MAX_BLOCK_BYTES || blockCount(bytes, size) <= 2000);
      assert.ok(size === MIN_BLOCK_BYTES || bytes >= 2000 * (size / 2));
    }),
  );
});

test('an empty file has one empty block', () => {
  assert.equal(blockCount(0, MIN_BLOCK_BYTES), 1);
  const blocks = new Uint8Array(32).fill(7);
  assert.deepEqual(blockAt({ size: 0, blockSize: MIN_BLOCK_BYTES, blocks }, 0), {
    index: 0,
    offset: 0,
    size: 0,
    hash: blocks,
  });
});

test('blocks lie end to end, each with its own hash, and make up the file', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 64 }),
      (size, blockSize) => {
        const count = blockCount(size, blockSize);
        const blocks = Uint8Array.from({ length: count * 32 }, (_, i) => Math.floor(i / 32) % 256);
        let at = 0;
        for (let index = 0; index < count; index++) {
          const block = blockAt({ size, blockSize, blocks }, index);
          assert.equal(block.offset, at);
          assert.ok(block.size > 0 && block.size <= blockSize);
          assert.deepEqual(block.hash, new Uint8Array(32).fill(index % 256));
          at += block.size;
        }
        assert.equal(at, size);
      },
    ),
  );
});
