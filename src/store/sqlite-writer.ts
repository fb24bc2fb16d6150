/** The half of the state database that writes: what it is given becomes durable in one transaction, or nothing of it. */

import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../base/assert.ts';
import type { FolderIdentity } from '../ports/folder-store.ts';
import { inTransaction } from './database.ts';
import type { EncodedChange, EncodedOurs, WriteItem } from './encoded-change.ts';
import { SqliteClaims } from './sqlite-claims.ts';
import { withStoreErrors } from './sqlite-error.ts';
import { SqlitePaths } from './sqlite-paths.ts';
import { numberIn, Statements, wordBytes } from './statements.ts';

interface Folder {
  readonly id: number;
  readonly lastSequence: number;
}

/** Drops all that belongs to one folder, in an order in which each can still be found. */
const FORGET = [
  'DELETE FROM claim WHERE slot IN (SELECT slot FROM peer WHERE folder = ?)',
  'DELETE FROM version WHERE path IN (SELECT id FROM path WHERE folder = ?)',
  'DELETE FROM ours WHERE folder = ?',
  'DELETE FROM path WHERE folder = ?',
  'DELETE FROM peer WHERE folder = ?',
  'DELETE FROM intent WHERE folder = ?',
  'DELETE FROM superseded WHERE folder = ?',
  'DELETE FROM identity WHERE folder = ?',
  'DELETE FROM folder WHERE id = ?',
];

/** Owns the writing connection of `openWriter`. */
export class SqliteWriter {
  readonly #database: DatabaseSync;
  readonly #sql: Statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = new Statements(database);
  }

  /**
   * All items in order, durable when it returns. On any error none of them has happened: STORE_FULL, STORE_CORRUPT,
   * STORE_FAILED, or BUG for sequences that do not ascend.
   */
  write(items: readonly WriteItem[]): void {
    withStoreErrors(() =>
      inTransaction(this.#database, () => {
        for (const item of items) {
          if (item.kind === 'change') this.#apply(this.#folder(item.folder), item.change);
          else this.#forget(item.folder);
        }
      }),
    );
  }

  /** Moves the log into the database file, as far as no older snapshot is being read. */
  checkpoint(): void {
    withStoreErrors(() => this.#sql.first('PRAGMA wal_checkpoint(PASSIVE)'));
  }

  /** Pages in the log that a checkpoint would have to move. */
  logPages(): number {
    return withStoreErrors(() => {
      const row = this.#sql.first('PRAGMA wal_checkpoint(NOOP)');
      return row === undefined ? 0 : numberIn(row, 'log') - numberIn(row, 'checkpointed');
    });
  }

  /** Moves what can be moved out of the log and lets go of the file. */
  close(): void {
    this.#database.close();
  }

  #folder(name: string): Folder {
    const row = this.#sql.first('SELECT id, last_sequence FROM folder WHERE name = ?', name);
    if (row !== undefined) {
      return { id: numberIn(row, 'id'), lastSequence: numberIn(row, 'last_sequence') };
    }
    return { id: this.#sql.run('INSERT INTO folder (name) VALUES (?)', name).id, lastSequence: 0 };
  }

  #apply({ id, lastSequence }: Folder, change: EncodedChange): void {
    const paths = new SqlitePaths(this.#sql, id);
    if (change.identity !== undefined) this.#setIdentity(id, change.identity);
    if (change.forgetOurs) {
      this.#sql.run('DELETE FROM ours WHERE folder = ?', id);
      this.#sql.run('DELETE FROM superseded WHERE folder = ?', id);
      paths.sweep();
    }
    new SqliteClaims(this.#sql, { folder: id, paths }).apply(change);
    const last = this.#putOurs(change.ours, {
      folder: id,
      paths,
      after: change.forgetOurs ? 0 : lastSequence,
    });
    if (last !== lastSequence) {
      this.#sql.run('UPDATE folder SET last_sequence = ? WHERE id = ?', last, id);
    }
    this.#refreshOurs(change.refresh, paths);
    this.#applyIntents(id, change);
    this.#applySuperseded(id, change);
  }

  #refreshOurs(rows: readonly EncodedOurs[], paths: SqlitePaths): void {
    for (const { path, sequence, record, blocks } of rows) {
      // Both, for the checksum in the one covers the other.
      const sql = 'UPDATE ours SET record = ?, blocks = ? WHERE path = ? AND sequence = ?';
      this.#sql.run(sql, record, blocks, paths.idOf(path), sequence);
    }
  }

  #setIdentity(folder: number, identity: FolderIdentity): void {
    const { indexId, token, nextToken, bootId, endedCleanly, syncedSequence, counterUsed, kind } =
      identity;
    this.#sql.run(
      `INSERT OR REPLACE INTO identity
        (folder, index_id, token, next_token, boot_id, ended_cleanly, synced_sequence, counter_used, kind)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      folder,
      wordBytes(indexId),
      token,
      nextToken,
      bootId,
      endedCleanly ? 1 : 0,
      syncedSequence,
      wordBytes(counterUsed),
      kind,
    );
  }

  /** The highest sequence afterwards. */
  #putOurs(
    rows: readonly EncodedOurs[],
    { folder, paths, after }: { folder: number; paths: SqlitePaths; after: number },
  ): number {
    let last = after;
    for (const { path, sequence, content, record, blocks } of rows) {
      assert(Number.isSafeInteger(sequence) && sequence > last, 'sequences ascend');
      last = sequence;
      this.#sql.run(
        `INSERT INTO ours (path, folder, sequence, content, record, blocks)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (path) DO UPDATE SET sequence = excluded.sequence,
            content = excluded.content, record = excluded.record, blocks = excluded.blocks`,
        paths.idOf(path),
        folder,
        sequence,
        content,
        record,
        blocks,
      );
    }
    return last;
  }

  #applyIntents(folder: number, { addIntents, removeIntents }: EncodedChange): void {
    for (const { path, stageName, displaced, conflictCopy } of addIntents) {
      this.#sql.run(
        'INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        folder,
        path,
        stageName,
        displaced.inode.toString(),
        displaced.size,
        displaced.mtime.s,
        displaced.mtime.ns,
        conflictCopy ?? null,
      );
    }
    for (const { path, stageName } of removeIntents) {
      this.#sql.run(
        'DELETE FROM intent WHERE folder = ? AND path = ? AND stage_name = ?',
        folder,
        path,
        stageName,
      );
    }
  }

  #applySuperseded(folder: number, { dropSuperseded, keepSuperseded }: EncodedChange): void {
    for (const path of dropSuperseded) {
      this.#sql.run('DELETE FROM superseded WHERE folder = ? AND path = ?', folder, path);
    }
    for (const { path, record, blocks } of keepSuperseded) {
      const sql = 'INSERT OR IGNORE INTO superseded VALUES (?, ?, ?, ?)';
      this.#sql.run(sql, folder, path, record, blocks);
    }
  }

  #forget(name: string): void {
    const row = this.#sql.first('SELECT id FROM folder WHERE name = ?', name);
    if (row === undefined) return;
    for (const sql of FORGET) this.#sql.run(sql, numberIn(row, 'id'));
  }
}
