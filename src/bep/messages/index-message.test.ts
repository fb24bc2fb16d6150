import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { KithError } from '../../base/error.ts';
import { sha256 } from '../../base/sha256.ts';
import type { SequencedEntry } from '../../model/entry.ts';
import { bytesTag, varintTag } from '../protobuf.ts';
import { decodeIndex } from './index-message.ts';

type Field = readonly [number, number | bigint | string | Uint8Array | readonly Field[]];

const HASH = sha256('x');
const NAME: Field = [1, 'n'];
const SEQUENCE: Field = [10, 1];
const VERSION: Field = [
  9,
  [
    [
      1,
      [
        [1, 5],
        [2, 7],
      ],
    ],
  ],
];
const ONE_BLOCK: Field = block(0, 9);
const FILE: readonly Field[] = [NAME, [3, 9], VERSION, SEQUENCE, ONE_BLOCK];

test('an entry that cannot be is refused with folder, name and reason', () => {
  const directory: readonly Field[] = [NAME, [2, 1], VERSION, SEQUENCE];
  const link: readonly Field[] = [NAME, [2, 4], VERSION, SEQUENCE];
  const bare: readonly Field[] = [NAME, VERSION, SEQUENCE];
  const rows: readonly (readonly [string, readonly Field[]])[] = [
    ['type', [...bare, [2, 2]]],
    ['type', [...bare, [2, 3]]],
    ['type', [...bare, [2, 5]]],
    ['type', [...bare, [2, -1]]],
    ['encrypted', [...FILE, [19, HASH]]],
    ['sequence', [NAME, VERSION, ONE_BLOCK, [3, 9]]],
    ['sequence', [...FILE, [10, -1]]],
    ['time', [...FILE, [11, 1_000_000_000]]],
    ['time', [...FILE, [11, -1]]],
    ['size', [...directory, [3, -1]]],
    ['block size', [...FILE, [13, -1]]],
    ['block size', [...FILE, [13, 16 * 1024 * 1024 + 1]]],
    ['counters', [...FILE, VERSION]],
    ['counters', [...FILE, [9, [[1, [[2, 7]]]]]]],
    ['deleted with blocks', [...FILE, [6, 1]]],
    ['directory with blocks', [...directory, ONE_BLOCK]],
    ['symlink with blocks', [...link, ONE_BLOCK]],
    ['file without blocks', bare],
    ['file without blocks', [...bare, [3, 9]]],
  ];
  for (const [reason, fields] of rows) assert.deepEqual(refusal(fields), refused(reason), reason);
});

test('blocks that are not those of a file cut at its block size are refused (MAL-16)', () => {
  const K128 = 131072;
  const head = [NAME, VERSION, SEQUENCE];
  const rows: readonly (readonly Field[])[] = [
    [[3, 10], block(0, 9)],
    [[3, 9], block(1, 9)],
    [[3, 9], block(0, 9), block(9, 0)],
    [[3, K128 + 9], block(0, 9), block(9, K128)],
    [[3, K128 + 1], block(0, K128 + 1)],
    [[3, 2 * K128], block(0, K128), block(0, K128)],
    [[3, K128 + 9], [13, 2 * K128], block(0, K128), block(K128, 9)],
    [[3, K128], block(0, K128), block(K128, 0)],
    [[3, 3 * K128], block(0, K128), block(K128, K128 - 1), block(2 * K128 - 1, K128 + 1)],
    [[3, 9], block(0, 10), block(10, -1)],
    [[3, 2 * K128 + 8], block(0, K128), block(K128, K128 - 1), block(2 * K128 - 1, 9)],
    [[3, 9], block(0, 9, HASH.subarray(1))],
    [[3, 9], block(0, 9, new Uint8Array(0))],
    [[3, 9], block(0, 9, new Uint8Array(33))],
    [[3, 200_000], [13, 65536], block(0, 65536), block(65536, 65536), block(131072, 68928)],
  ];
  for (const [i, fields] of rows.entries()) {
    assert.deepEqual(refusal([...head, ...fields]), refused('blocks'), `row ${i}`);
  }
});

test('names that are not in canonical form are refused with the reason (LNK-08)', () => {
  const rows = [
    ['', 'empty'],
    ['/a', 'empty part'],
    ['a//b', 'empty part'],
    ['a/', 'empty part'],
    ['./a', 'dot part'],
    ['a/../b', 'dot part'],
    ['..', 'dot part'],
    ['a\0', 'NUL'],
    ['e\u0301', 'not NFC'],
    ['x'.repeat(9000), 'too long'],
  ] as const;
  for (const [name, reason] of rows) {
    const found = refusal([[1, name], ...FILE.slice(1)]);
    assert.deepEqual(found, { folder: 'f', name: name.slice(0, 200), reason: `name: ${reason}` });
  }
});

test('a name that is not UTF-8 or half a surrogate is refused', () => {
  for (const name of [Uint8Array.of(0x61, 0xff), Uint8Array.of(0xed, 0xa0, 0x80)]) {
    assert.throws(() => decode([[1, name], ...FILE.slice(1)]), { code: 'WIRE_MALFORMED' });
  }
});

test('numbers that JavaScript cannot hold are refused', () => {
  for (const field of [3, 5, 10]) {
    assert.throws(() => decode([...FILE, [field, 2n ** 53n]]), { code: 'WIRE_MALFORMED' });
  }
});

test('what says the same in another way is brought into one form', () => {
  const version: Field = [
    9,
    [
      [
        1,
        [
          [1, 9],
          [2, 1],
        ],
      ],
      [1, [[1, 3]]],
      [
        1,
        [
          [1, 5],
          [2, 7],
        ],
      ],
    ],
  ];
  const file = decode([
    ...FILE.filter((field) => field !== VERSION),
    version,
    [13, 7],
    [4, 0o104755],
  ]);
  assert.equal(file.blockSize, 131072);
  assert.equal(file.mode, 0o755);
  assert.deepEqual(file.version, [
    { id: 5n, value: 7n },
    { id: 9n, value: 1n },
  ]);
  const directory = decode([NAME, [2, 1], [3, 128], SEQUENCE]);
  assert.deepEqual([directory.size, directory.version], [0, []]);
  const link = decode([NAME, [2, 4], [3, 4], [4, 0o777], [5, 99], SEQUENCE, [17, 't']]);
  assert.deepEqual([link.size, link.mode, link.noPermissions, link.mtime.s], [0, 0, true, 0]);
  const gone = decode([NAME, [3, 9], [6, 1], [13, 131072], [5, 99], SEQUENCE, [17, 't']]);
  assert.deepEqual([gone.size, gone.blockSize, gone.target.length, gone.mtime.s], [0, 0, 0, 99]);
});

test('an entry that must not be used needs no blocks, and may have them', () => {
  assert.equal(decode([NAME, [7, 1], [3, 9], SEQUENCE]).size, 0);
  assert.equal(decode([...FILE, [7, 1]]).size, 9);
});

test('counters and owners use all of 64 bits', () => {
  const most = 2n ** 64n - 1n;
  const entry = decode([
    NAME,
    [2, 1],
    SEQUENCE,
    [12, most],
    [
      9,
      [
        [
          1,
          [
            [1, most],
            [2, most],
          ],
        ],
      ],
    ],
  ]);
  assert.equal(entry.modifiedBy, most);
  assert.deepEqual(entry.version, [{ id: most, value: most }]);
});

test('fields of databases, platforms and later versions are passed over', () => {
  const extra: readonly Field[] = [
    [14, [[1, 'x']]],
    [18, HASH],
    [1000, 5],
    [60000, 'k'],
  ];
  assert.deepEqual(decode([...FILE, ...extra]), decode(FILE));
});

test('what a live file says to have replaced is taken, and nothing that cannot be a hash or stands elsewhere', () => {
  assert.deepEqual([...decode([...FILE, [20, HASH]]).previousHash], [...HASH]);
  const rows: readonly (readonly Field[])[] = [
    [...FILE, [20, HASH.subarray(1)]],
    [...FILE, [20, new Uint8Array(33)]],
    [NAME, VERSION, SEQUENCE, [6, 1], [20, HASH]],
    [NAME, VERSION, SEQUENCE, [2, 1], [20, HASH]],
    [NAME, VERSION, SEQUENCE, [2, 4], [17, 't'], [20, HASH]],
  ];
  for (const fields of rows) assert.equal(decode(fields).previousHash.length, 0);
});

test('an entry keeps no view of the message it came in', () => {
  const bytes = message([
    [...FILE, [20, HASH]],
    [
      [1, 'l'],
      [2, 4],
      [10, 2],
      [17, 'target'],
    ],
  ]);
  const { entries } = decodeIndex(bytes);
  bytes.fill(0);
  assert.deepEqual([...(entries[0]?.blocks ?? [])], [...HASH]);
  assert.deepEqual([...(entries[0]?.previousHash ?? [])], [...HASH]);
  assert.deepEqual(entries[1]?.target, new TextEncoder().encode('target'));
});

test('the folder may be named after the entries, and must be named', () => {
  assert.equal(
    decodeIndex(
      encode([
        [2, FILE],
        [1, 'late'],
      ]),
    ).folder,
    'late',
  );
  assert.throws(() => decodeIndex(encode([[2, FILE]])), { code: 'FOLDER_ID_INVALID' });
});

test('one bad entry refuses the whole batch', () => {
  const bytes = message([FILE, [...FILE, [11, -1]], FILE]);
  assert.throws(() => decodeIndex(bytes), { code: 'WIRE_ENTRY_REFUSED', kind: 'invalid' });
});

test('more entries than any device sends at once are refused before they are read', () => {
  const bytes = message(Array.from({ length: 100_001 }, () => []));
  assert.throws(() => decodeIndex(bytes), { code: 'WIRE_TOO_LARGE', kind: 'invalid' });
});

test('more counters than a folder has devices are refused', () => {
  const counters: Field[] = Array.from({ length: 4097 }, (_, i) => [1, [[1, i]]]);
  const bytes = message([[...FILE, [9, counters]]]);
  assert.throws(() => decodeIndex(bytes), { code: 'WIRE_MALFORMED', kind: 'invalid' });
});

test('a negative sequence before the news is refused, like that of an entry', () => {
  assert.throws(
    () =>
      decodeIndex(
        encode([
          [1, 'f'],
          [4, -1],
        ]),
      ),
    { code: 'WIRE_MALFORMED', kind: 'invalid' },
  );
  assert.equal(
    decodeIndex(
      encode([
        [1, 'f'],
        [4, 0],
      ]),
    ).prevSequence,
    0,
  );
});

function block(offset: number, size: number, hash: Uint8Array = HASH): Field {
  return [
    16,
    [
      [1, offset],
      [2, size],
      [3, hash],
    ],
  ];
}

function decode(fields: readonly Field[]): SequencedEntry {
  const [entry] = decodeIndex(message([fields])).entries;
  assert.ok(entry);
  return entry;
}

function refused(reason: string) {
  return { folder: 'f', name: 'n', reason };
}

function refusal(fields: readonly Field[]): unknown {
  try {
    decode(fields);
  } catch (error) {
    assert.ok(error instanceof KithError && error.code === 'WIRE_ENTRY_REFUSED', String(error));
    const { data } = error;
    return data;
  }
  return 'taken';
}

function message(entries: readonly (readonly Field[])[]): Uint8Array {
  return encode([[1, 'f'], ...entries.map((fields): Field => [2, fields])]);
}

/** Protobuf of fields written as pairs of number and value. */
function encode(fields: readonly Field[]): Uint8Array {
  const to = new BinaryWriter();
  for (const [field, value] of fields) {
    if (typeof value === 'bigint') to.uint32(varintTag(field)).uint64(value);
    else if (typeof value === 'number') to.uint32(varintTag(field)).int64(value);
    else if (typeof value === 'string') to.uint32(bytesTag(field)).string(value);
    else if (value instanceof Uint8Array) to.uint32(bytesTag(field)).bytes(value);
    else to.uint32(bytesTag(field)).bytes(encode(value));
  }
  return to.finish();
}
