/**
 * The state that every fixture of the database holds, and a database as text. `node test/golden/store-fixture.ts` prints the
 * fixture of the present format, which becomes store-vN.sql when a migration is added; those of before are never made anew.
 */

import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';
import { type DeviceId, deviceIdFromHash } from '../../src/model/device-id.ts';
import type { Entry } from '../../src/model/entry.ts';
import { parseRelPath } from '../../src/model/path.ts';
import type { FolderChange, OurEntry, Seen } from '../../src/ports/folder-store.ts';
import { migrate } from '../../src/store/database.ts';
import { encodeChange } from '../../src/store/encoded-change.ts';
import { SqliteWriter } from '../../src/store/sqlite-writer.ts';

const NONE = new Uint8Array(0);
const TIME = { s: 1_700_000_000, ns: 123_456_789 };
const [ONE, TWO] = ['one', 'two'].map((seed) => deviceIdFromHash(sha256(seed))) as [
  DeviceId,
  DeviceId,
];

function file(path: string, content: string, fields: Partial<Entry> = {}): Entry {
  const blocks = new Uint8Array(sha256(content));
  return {
    path: parseRelPath(path),
    kind: 'file',
    deleted: false,
    invalid: false,
    noPermissions: false,
    size: content.length,
    mode: 0o640,
    mtime: TIME,
    modifiedBy: 77n,
    version: [
      { id: 3n, value: 1_700_000_001n },
      { id: 0xffff_ffff_ffff_fff0n, value: 2n },
    ],
    blockSize: 131_072,
    blocks,
    contentHash: new Uint8Array(sha256(blocks)),
    previousHash: NONE,
    target: NONE,
    ...fields,
  };
}

function other(path: string, kind: 'directory' | 'symlink', target = ''): Entry {
  const bare = { blockSize: 0, blocks: NONE, contentHash: NONE };
  return file(path, '', { ...bare, kind, mode: 0o755, target: new TextEncoder().encode(target) });
}

function ours(sequence: number, entry: Entry, fields: Partial<OurEntry & Seen> = {}): OurEntry {
  const { diskPath, racy = false, isForeign = false } = fields;
  const seen = {
    inode: 0xffff_ffff_ffff_0000n + BigInt(sequence),
    size: entry.size,
    mode: 0o100_640,
    mtime: TIME,
    ctime: { s: -1, ns: sequence },
    racy,
    isForeign,
  };
  const isHere = !entry.deleted && !entry.invalid;
  return { ...entry, sequence, diskPath, seen: isHere ? seen : undefined };
}

const GONE = { deleted: true, size: 0, blockSize: 0, blocks: NONE, contentHash: NONE };

/** In order, by folder. */
export const FIXTURE: readonly { readonly folder: string; readonly change: FolderChange }[] = [
  {
    folder: 'docs',
    change: {
      identity: {
        indexId: 0xfedc_ba98_7654_3210n,
        token: 'token of now',
        nextToken: 'token to come',
        bootId: 'a boot',
        endedCleanly: false,
        syncedSequence: 4,
        counterUsed: 0n,
        kind: 'send-receive',
      },
      ours: [
        ours(1, other('dir', 'directory')),
        ours(2, file('dir/näme.txt', 'content'), { diskPath: 'dir/na\u0308me.txt' }),
        ours(4, file('dir/racy', 'written just now'), { racy: true }),
        ours(5, other('link', 'symlink', 'dir/racy')),
        ours(7, file('gone', '', GONE)),
        ours(8, file('not-here', 'elsewhere alone', { invalid: true, noPermissions: true })),
        ours(9, other('mounted', 'directory'), { isForeign: true }),
        ours(11, file('edited', 'new', { previousHash: new Uint8Array(sha256('old')) })),
      ],
      addIntents: [
        {
          path: parseRelPath('edited'),
          stageName: 'stage-1',
          displaced: { inode: 0xffff_ffff_ffff_fffen, size: 12, mtime: { s: -7, ns: 5 } },
          conflictCopy: parseRelPath('edited.sync-conflict-20260101-000000-ABCDEFG'),
        },
        {
          path: parseRelPath('dir'),
          stageName: 'mode-555',
          displaced: { inode: 5n, size: 0, mtime: TIME },
          conflictCopy: undefined,
        },
      ],
    },
  },
  {
    folder: 'docs',
    change: {
      peer: { device: ONE, indexId: 9n, heard: 41 },
      claims: {
        device: ONE,
        entries: [
          file('dir/racy', 'written just now'),
          file('only/there', 'far away', { previousHash: new Uint8Array(sha256('before')) }),
          file('gone', 'kept elsewhere', { version: [{ id: 9n, value: 4n }] }),
        ],
      },
    },
  },
  {
    folder: 'docs',
    change: {
      claims: {
        device: TWO,
        entries: [file('dir/racy', 'written just now'), file('only/there', '', GONE)],
      },
    },
  },
  { folder: 'docs', change: { beginIndex: TWO } },
  { folder: 'photos', change: { ours: [ours(1, file('a', 'of another folder'))] } },
];

/** A new database that holds the fixture, written as it is written today. */
export function writtenToday(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const writer = new SqliteWriter(database);
  for (const { folder, change } of FIXTURE) {
    writer.write([{ kind: 'change', folder, change: encodeChange(change) }]);
  }
  return database;
}

/** Statements that make a database of the same content. */
export function dump(database: DatabaseSync): string {
  const lines = [
    `PRAGMA user_version = ${database.prepare('PRAGMA user_version').get()?.['user_version']};`,
  ];
  const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY rowid').all();
  for (const { sql } of schema) {
    if (typeof sql === 'string' && !sql.includes('sqlite_'))
      lines.push(`${sql.replace(/\s+/g, ' ')};`);
  }
  const tables = schema.filter(
    ({ type, sql }) => type === 'table' && !String(sql).includes('sqlite_'),
  );
  for (const { name } of tables) lines.push(...rowsOf(database, String(name)));
  // Last, for it is written to by itself when others are.
  lines.push('DELETE FROM sqlite_sequence;', ...rowsOf(database, 'sqlite_sequence'));
  return `${lines.join('\n')}\n`;
}

function rowsOf(database: DatabaseSync, table: string): readonly string[] {
  const rows = database.prepare(`SELECT * FROM ${table}`).all();
  const texts = rows.map((row) => Object.values(row).map(literal).join(', ')).sort();
  return texts.map((text) => `INSERT INTO ${table} VALUES (${text});`);
}

function literal(value: SQLOutputValue): string {
  if (value instanceof Uint8Array) return `X'${toHex(value)}'`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return value === null ? 'NULL' : String(value);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(dump(writtenToday()));
