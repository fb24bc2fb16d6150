/** Paths as integer ids, each with its directory's, made when first named and swept when nothing names them any more. */

import { parentPath, type RelPath } from '../model/path.ts';
import { numberIn, type Statements } from './statements.ts';

/** The id that stands for a folder's root. */
export const ROOT = 0;

/** Ids of one transaction: what is remembered is wrong after a rollback. */
export class SqlitePaths {
  readonly #sql: Statements;
  readonly #folder: number;
  #lastDir: { readonly path: RelPath; readonly id: number } | undefined;

  constructor(sql: Statements, folder: number) {
    this.#sql = sql;
    this.#folder = folder;
  }

  /** The id of `text`, which is written if it is new, its ancestors with it. */
  idOf(text: string): number {
    const row = this.#sql.first(
      'SELECT id FROM path WHERE folder = ? AND text = ?',
      this.#folder,
      text,
    );
    return row === undefined ? this.#insert(text) : numberIn(row, 'id');
  }

  /** Drops paths that have no row and nothing below. Cost: all paths of the folder, for each level that goes. */
  sweep(): void {
    this.#lastDir = undefined;
    const dropped = () =>
      this.#sql.run(
        `DELETE FROM path WHERE folder = ?1
          AND NOT EXISTS (SELECT 1 FROM ours WHERE ours.path = path.id)
          AND NOT EXISTS (SELECT 1 FROM version WHERE version.path = path.id)
          AND NOT EXISTS (SELECT 1 FROM path AS below WHERE below.folder = ?1 AND below.parent = path.id)`,
        this.#folder,
      ).changes;
    while (dropped() > 0);
  }

  #insert(text: string): number {
    // What is written to the table was a RelPath when it was given to the store.
    const dir = parentPath(text as RelPath);
    const parent = dir === undefined ? ROOT : this.#dirId(dir);
    return this.#sql.run(
      'INSERT INTO path (folder, parent, text) VALUES (?, ?, ?)',
      this.#folder,
      parent,
      text,
    ).id;
  }

  #dirId(path: RelPath): number {
    if (this.#lastDir?.path === path) return this.#lastDir.id;
    const id = this.idOf(path);
    this.#lastDir = { path, id };
    return id;
  }
}
