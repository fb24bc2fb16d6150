import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyEntry, anyLocal, fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import { toHex } from '../base/bytes.ts';
import { asKithError } from '../base/error.ts';
import { contentPrefix, decodeEntry, decodeOurs, encodeRow, rowDigest } from './rows.ts';

describe('rows', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(anyEntry, anyLocal, fc.maxSafeNat(), (entry, local, sequence) => {
        const row = encodeRow(entry, { ...local, sequence });
        assert.deepEqual(decodeOurs(entry.path, sequence, row), { ...entry, ...local, sequence });
        assert.deepEqual(decodeEntry(entry.path, encodeRow(entry)), entry);
      }),
    );
  });

  it('have the bytes that are described', () => {
    const previousHash = new Uint8Array(2).fill(0xab);
    const entry = oursAt(1, fileAt('a', 'x', { previousHash }), { diskPath: 'A' });
    const { record } = encodeRow(entry, entry);
    const expected = [
      '03', // format
      '19694178', // checksum
      'a0', // a file that stands here, under another spelling
      '3ff0000000000000', // size
      '000001a4', // mode
      '41d954fc40000000', // mtime: seconds
      '3b9ac9ff', // and nanoseconds
      'ffffffffffffffff', // modifiedBy
      '00020000', // block size
      '0000000100000000000000010000000000000001', // version
      '00000020', // content hash
      toHex(entry.contentHash),
      '00000000', // target
      '00000002abab', // what was replaced
      'fffffffffffffffe', // seen: inode
      '3ff0000000000000', // size
      '000081a4', // mode
      '41d954fc400000003b9ac9ff', // mtime
      'bff000000000000000000001', // ctime
      '00', // on the root’s file system
      '0000000141', // the path on the disk
    ];
    assert.equal(toHex(record), expected.join(''));
  });

  it('of the format before this one are read', () => {
    const entry = oursAt(1, fileAt('a', 'x'), { diskPath: 'A' });
    const old = [
      '0157b03059a03ff0000000000000000001a441d954fc400000003b9ac9ffffffffffffffffff00020000',
      `000000010000000000000001000000000000000100000020${toHex(entry.contentHash)}00000000`,
      'fffffffffffffffe3ff0000000000000000081a441d954fc400000003b9ac9ffbff000000000000000000001',
      '0000000141',
    ];
    const record = Uint8Array.from(Buffer.from(old.join(''), 'hex'));
    assert.deepEqual(decodeOurs('a', 1, { record, blocks: entry.blocks }), entry);
  });

  it('are refused when any bit of them or of their path has changed', () => {
    const entry = oursAt(1, fileAt('a/b', 'x'));
    const { record, blocks } = encodeRow(entry, entry);
    for (let bit = 0; bit < record.length * 8; bit++) {
      const bad = record.slice();
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => decodeOurs('a/b', 1, { record: bad, blocks }), isCorrupt, `bit ${bit}`);
    }
    for (let bit = 0; bit < blocks.length * 8; bit++) {
      const bad = blocks.slice();
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => decodeOurs('a/b', 1, { record, blocks: bad }), isCorrupt, `bit ${bit}`);
    }
    for (const sequence of [0, 2, 1 + 2 ** 31, 1 + 2 ** 32, 1 + 2 ** 52]) {
      assert.throws(() => decodeOurs('a/b', sequence, { record, blocks }), isCorrupt);
    }
    assert.throws(() => decodeOurs('a/c', 1, { record, blocks }), isCorrupt);
    for (let length = 0; length < record.length; length++) {
      const cut = { record: record.subarray(0, length), blocks };
      assert.throws(() => decodeOurs('a/b', 1, cut), isCorrupt);
    }
  });

  it('that are any bytes are refused and nothing worse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (record) => {
        assert.throws(() => decodeEntry('a', { record, blocks: new Uint8Array(0) }), isCorrupt);
      }),
    );
  });

  it('differ in their digest when they differ in anything', () => {
    const of = (entry: ReturnType<typeof fileAt>) => toHex(rowDigest(encodeRow(entry)));
    const plain = fileAt('a', 'x');
    assert.equal(of(plain), of({ ...fileAt('a', 'x') }));
    const others = [
      { invalid: true },
      { mode: 0 },
      { blocks: new Uint8Array(32) },
      { modifiedBy: 0n },
      { target: Uint8Array.of(1) },
    ];
    const digests = others.map((fields) => of(fileAt('a', 'x', fields)));
    assert.equal(new Set([of(plain), ...digests]).size, others.length + 1);
  });

  it('are found by content only while the content is here', () => {
    assert.notEqual(contentPrefix(fileAt('a', 'x')), undefined);
    assert.equal(contentPrefix(fileAt('a', 'x', { invalid: true })), undefined);
    assert.equal(contentPrefix(fileAt('a', 'x', { deleted: true })), undefined);
    assert.equal(contentPrefix(fileAt('a', 'x', { kind: 'directory' })), undefined);
  });
});

function isCorrupt(error: unknown): boolean {
  return asKithError(error, 'STORE_CORRUPT') !== undefined;
}
