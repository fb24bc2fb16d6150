/** Writes every row of a database anew in the format of today, a few at a time. */

import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../model/entry.ts';
import { decodeEntry, decodeOurs, encodeRow, type Row, rowDigest } from './rows.ts';
import { bytesIn, numberIn, type SqlRow, Statements, textIn } from './statements.ts';

/** Rows in memory at a time. */
const CHUNK = 500;

/** Inside a transaction of the caller's. STORE_CORRUPT if a row cannot be read. Cost: all rows. */
export function rewriteRows(database: DatabaseSync): void {
  const sql = new Statements(database);
  for (const row of chunked(sql, OURS)) rewriteOurs(sql, row);
  for (const row of chunked(sql, VERSIONS)) rewriteVersion(sql, row);
}

/** Rows of ours by `id`, which is that of the path. */
export const OURS = `SELECT path.id, path.folder, text, sequence, record, blocks FROM ours JOIN path ON path.id = ours.path
  WHERE path.id > ? ORDER BY path.id LIMIT ?`;
/** Announced versions by `id`. */
export const VERSIONS = `SELECT version.id, path.folder, path, text, record, blocks FROM version
  JOIN path ON path.id = version.path WHERE version.id > ? ORDER BY version.id LIMIT ?`;

/** Every row by ascending id; those that are given out already may be changed meanwhile. */
export function* chunked(sql: Statements, query: string): Generator<SqlRow> {
  let last = 0;
  for (;;) {
    const rows = sql.all(query, last, CHUNK);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = numberIn(end, 'id');
  }
}

function rewriteOurs(sql: Statements, row: SqlRow): void {
  const entry = decodeOurs(textIn(row, 'text'), numberIn(row, 'sequence'), rowIn(row));
  const { record } = encodeRow(entry, entry);
  sql.run('UPDATE ours SET record = ? WHERE path = ?', record, numberIn(row, 'id'));
}

/** Two that differed in their format alone become one. */
function rewriteVersion(sql: Statements, row: SqlRow): void {
  const [id, path] = [numberIn(row, 'id'), numberIn(row, 'path')];
  const fresh = encodeRow(decodeEntry(textIn(row, 'text'), rowIn(row)));
  const digest = rowDigest(fresh);
  const same = 'SELECT id FROM version WHERE path = ? AND digest = ? AND id <> ?';
  const twin = sql.first(same, path, digest, id);
  if (twin === undefined) {
    sql.run('UPDATE version SET record = ?, digest = ? WHERE id = ?', fresh.record, digest, id);
    return;
  }
  sql.run('UPDATE claim SET version = ? WHERE version = ?', numberIn(twin, 'id'), id);
  sql.run('DELETE FROM version WHERE id = ?', id);
}

/** The entry of a row of either; STORE_CORRUPT if it is damaged. */
export function entryIn(row: SqlRow): Entry {
  const text = textIn(row, 'text');
  if (!('sequence' in row)) return decodeEntry(text, rowIn(row));
  return decodeOurs(text, numberIn(row, 'sequence'), rowIn(row));
}

function rowIn(row: SqlRow): Row {
  return { record: bytesIn(row, 'record'), blocks: bytesIn(row, 'blocks') };
}
