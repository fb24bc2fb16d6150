/** What the kernel writes of changes. It is trusted to be right, but never to be what a program expects. */

import assert from 'node:assert/strict';
import { concatBytes } from '../../../src/base/bytes.ts';
import { IN, parseRecords } from '../../../src/host/inotify-record.ts';
import { bytesOf, type FuzzTarget } from '../target.ts';

const HEADER = 16;

export const inotify: FuzzTarget = {
  seeds: () => [
    record(1, IN.create, 'name'),
    concatBytes([record(2, IN.movedFrom, 'a'), record(2, IN.movedTo, 'b'.repeat(255))]),
    record(-1, IN.overflow, ''),
  ],
  run: (input) => {
    const bytes = Buffer.from(input);
    for (const length of [bytes.length, Math.floor(bytes.length / 2)]) {
      const records = parseRecords(bytes, length);
      assert.ok(records.length <= length / HEADER + 1, 'more records than there is room for');
      for (const { name } of records) {
        if (name === undefined) continue;
        assert.ok(!name.includes('\0') && name.isWellFormed(), 'a name that is none');
        assert.ok(
          Buffer.byteLength(name) <= Math.max(0, length - HEADER),
          'a name from beyond the end',
        );
      }
      const told = records.filter(({ mask }) => (mask & IN.overflow) !== 0).length;
      if (isCut(bytes, length)) assert.ok(told > 0, 'what cannot be read is not told as lost');
    }
  },
};

/** True if the last record is not whole. */
function isCut(bytes: Buffer, length: number): boolean {
  let at = 0;
  while (at + HEADER <= length) at += HEADER + bytes.readUInt32LE(at + 12);
  return at !== length;
}

function record(watch: number, mask: number, name: string): Uint8Array {
  const text = bytesOf(name);
  const padded = name === '' ? 0 : Math.ceil((text.length + 1) / 16) * 16;
  const bytes = new Uint8Array(HEADER + padded);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, watch, true);
  view.setUint32(4, mask, true);
  view.setUint32(12, padded, true);
  bytes.set(text, HEADER);
  return bytes;
}
