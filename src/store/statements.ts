/** Statements of one connection, prepared once each; and what comes out of a row, checked for its type. */

import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { KithError } from '../base/error.ts';

/** A row by column name. */
export type SqlRow = Readonly<Record<string, SQLOutputValue>>;

/** Prepares a text at its first use. Texts are constants: their number is small. */
export class Statements {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** The first row, or undefined. */
  first(sql: string, ...values: SQLInputValue[]): SqlRow | undefined {
    return this.#prepare(sql).get(...values);
  }

  /** Row after row, so that nothing large stands in memory. The loop must not write. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<SqlRow> {
    return this.#prepare(sql).iterate(...values);
  }

  /** All rows at once: quicker, where they are few. */
  all(sql: string, ...values: SQLInputValue[]): readonly SqlRow[] {
    return this.#prepare(sql).all(...values);
  }

  /** How many rows it changed, and the id of the one it inserted. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const fresh = this.database.prepare(sql);
    this.#prepared.set(sql, fresh);
    return fresh;
  }
}

/** A whole number; STORE_CORRUPT if the column holds anything else. */
export function numberIn(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw wrong(column);
  return value;
}

/** A text; STORE_CORRUPT if the column holds anything else. */
export function textIn(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrong(column);
  return value;
}

/** Bytes, a fresh array; STORE_CORRUPT if the column holds anything else. */
export function bytesIn(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw wrong(column);
  return value;
}

/** An unsigned 64-bit number, which SQLite's own integers cannot hold; STORE_CORRUPT if it is not eight bytes. */
export function wordIn(row: SqlRow, column: string): bigint {
  const bytes = bytesIn(row, column);
  if (bytes.length !== 8) throw wrong(column);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
}

/** An unsigned 64-bit number as eight bytes, the greatest first. */
export function wordBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

function wrong(column: string): KithError {
  return new KithError('STORE_CORRUPT', { column });
}
