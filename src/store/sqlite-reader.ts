/**
 * The half of the state database that reads. All reads see one snapshot, which moves on only when it is told to: so a
 * commit is never seen before it has resolved, and never half in the middle of a piece of work.
 */

import type { DatabaseSync } from 'node:sqlite';
import type { FolderReads } from './folder-reads.ts';
import { withStoreErrors } from './sqlite-error.ts';
import { SqliteFolder } from './sqlite-folder.ts';
import { Statements, textIn } from './statements.ts';

/** Owns the reading connection of `openReader`. */
export class SqliteReader {
  readonly #database: DatabaseSync;
  readonly #sql: Statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = new Statements(database);
    this.refresh();
  }

  /** From here on reads see every transaction that has been committed. */
  refresh(): void {
    withStoreErrors(() => {
      if (this.#database.isTransaction) this.#database.exec('COMMIT');
      this.#database.exec('BEGIN');
      // A transaction has no snapshot before it has read something.
      this.#sql.first('SELECT 1 FROM folder LIMIT 1');
    });
  }

  /** Names of the folders that have a part, sorted. */
  folders(): readonly string[] {
    return withStoreErrors(() =>
      Array.from(this.#sql.each('SELECT name FROM folder'), (row) => textIn(row, 'name')).sort(),
    );
  }

  /** The reads of one folder; empty as long as there is none of that name. */
  folder(name: string): FolderReads {
    return new SqliteFolder(this.#sql, name);
  }

  close(): void {
    this.#database.close();
  }
}
