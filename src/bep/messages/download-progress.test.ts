import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { bytesTag, varintTag } from '../protobuf.ts';
import { decodeProgress } from './download-progress.ts';

test('forgetting is told from adding, and kinds that are not known are left out', () => {
  const { updates } = decodeProgress(message([update(1), update(2), update(0)]));
  assert.deepEqual(
    updates.map((one) => one.kind),
    ['forget', 'append'],
  );
});

test('a name that leaves the folder and a negative block are refused', () => {
  const outside = message([update(0, { name: '../n' })]);
  assert.throws(() => decodeProgress(outside), { code: 'PATH_INVALID', kind: 'invalid' });
  const negative = message([update(0, { indexes: [-1] })]);
  assert.throws(() => decodeProgress(negative), { code: 'WIRE_MALFORMED', kind: 'invalid' });
});

test('more blocks than could matter are refused, over all files together', () => {
  const indexes = new Array<number>(600_000).fill(1);
  assert.equal(decodeProgress(message([update(0, { indexes })])).updates.length, 1);
  const twice = message([update(0, { indexes }), update(0, { indexes })]);
  assert.throws(() => decodeProgress(twice), { code: 'WIRE_TOO_LARGE', kind: 'invalid' });
});

function update(
  kind: number,
  { name = 'n', indexes = [] }: { name?: string; indexes?: readonly number[] } = {},
): Uint8Array {
  const to = new BinaryWriter();
  to.uint32(varintTag(1)).int32(kind).uint32(bytesTag(2)).string(name);
  to.uint32(bytesTag(4)).fork();
  for (const index of indexes) to.int32(index);
  return to.join().finish();
}

function message(updates: readonly Uint8Array[]): Uint8Array {
  const to = new BinaryWriter();
  to.uint32(bytesTag(1)).string('f');
  for (const one of updates) to.uint32(bytesTag(2)).bytes(one);
  return to.finish();
}
