/** The tables of the state database, as numbered steps that are never edited once released. See docs/storage-format.md. */

import type { DatabaseSync } from 'node:sqlite';
import { noteCounters } from './note-counters.ts';
import { rewriteRows } from './rewrite-rows.ts';

/** Statements in order, or work of any other kind; it runs inside a transaction, which it neither begins nor ends. */
export type Migration = readonly string[] | ((database: DatabaseSync) => void);

/** Step n brings a database of version n (counted from 0) to version n + 1. */
export const MIGRATIONS: readonly Migration[] = [
  [
    `CREATE TABLE folder (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        last_sequence INTEGER NOT NULL DEFAULT 0
      ) STRICT`,
    `CREATE TABLE identity (
        folder INTEGER PRIMARY KEY,
        index_id BLOB NOT NULL,
        token TEXT NOT NULL,
        next_token TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        ended_cleanly INTEGER NOT NULL,
        synced_sequence INTEGER NOT NULL
      ) STRICT`,
    `CREATE TABLE path (
        id INTEGER PRIMARY KEY,
        folder INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        text TEXT NOT NULL,
        UNIQUE (folder, text)
      ) STRICT`,
    `CREATE INDEX path_parent ON path (folder, parent)`,
    `CREATE TABLE ours (
        path INTEGER PRIMARY KEY,
        folder INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        content INTEGER,
        record BLOB NOT NULL,
        blocks BLOB NOT NULL
      ) STRICT`,
    `CREATE UNIQUE INDEX ours_sequence ON ours (folder, sequence)`,
    `CREATE INDEX ours_content ON ours (folder, content) WHERE content IS NOT NULL`,
    `CREATE TABLE version (
        id INTEGER PRIMARY KEY,
        path INTEGER NOT NULL,
        digest BLOB NOT NULL,
        record BLOB NOT NULL,
        blocks BLOB NOT NULL,
        UNIQUE (path, digest)
      ) STRICT`,
    `CREATE TABLE peer (
        slot INTEGER PRIMARY KEY AUTOINCREMENT,
        folder INTEGER NOT NULL,
        device TEXT NOT NULL,
        generation INTEGER NOT NULL DEFAULT 0,
        index_id BLOB,
        heard INTEGER NOT NULL DEFAULT 0,
        UNIQUE (folder, device)
      ) STRICT`,
    `CREATE TABLE claim (
        slot INTEGER NOT NULL,
        path INTEGER NOT NULL,
        version INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        PRIMARY KEY (slot, path)
      ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX claim_version ON claim (version)`,
    `CREATE TABLE intent (
        folder INTEGER NOT NULL,
        path TEXT NOT NULL,
        stage_name TEXT NOT NULL,
        inode TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_s INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        conflict_copy TEXT,
        PRIMARY KEY (folder, path, stage_name)
      ) STRICT, WITHOUT ROWID`,
  ],
  // Records of format 2 come: whoever knows format 1 alone has to refuse the file, not take them for damage.
  [],
  // Records of format 3, whose checksum covers all of a row; one version in two formats would count as two.
  rewriteRows,
  // What our counter was raised to outlives the rows it was raised in.
  noteCounters,
  // Rows may tell of changes that are kept: whoever does not know of them would announce them.
  [`ALTER TABLE identity ADD COLUMN kind TEXT NOT NULL DEFAULT 'send-receive'`],
  // What may stand on the disk though nobody announces it any more.
  [
    `CREATE TABLE superseded (
        folder INTEGER NOT NULL,
        path TEXT NOT NULL,
        record BLOB NOT NULL,
        blocks BLOB NOT NULL,
        PRIMARY KEY (folder, path)
      ) STRICT`,
  ],
];
