/** A look at a database from outside, whoever else has it open: is it whole, and what does it know of folders? */

import { DatabaseSync } from 'node:sqlite';
import type { FolderIdentity } from '../ports/folder-store.ts';
import { schemaVersion } from './database.ts';
import { MIGRATIONS } from './schema.ts';
import { withStoreErrors } from './sqlite-error.ts';
import { SqliteReader } from './sqlite-reader.ts';

/** What was found. `newer`: made by a newer Kith, so that nothing in it is read. */
export type Inspection =
  | { readonly kind: 'whole'; readonly folders: ReadonlyMap<string, FolderIdentity> }
  | { readonly kind: 'newer'; readonly found: number }
  | { readonly kind: 'damaged'; readonly reason: string };

/**
 * Reads and tests every page: some seconds for a gigabyte. `database` is a path, or a file URL with `immutable=1` if nobody
 * has it open and it ended cleanly: then nothing is made beside it. STORE_CORRUPT, STORE_FAILED.
 */
export function inspectDatabase(database: string | URL): Inspection {
  return withStoreErrors(() => {
    const connection = new DatabaseSync(database, { readOnly: true });
    try {
      const verdict = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
      if (verdict !== 'ok') return { kind: 'damaged', reason: String(verdict) };
      const found = schemaVersion(connection);
      if (found > MIGRATIONS.length) return { kind: 'newer', found };
      // An older one is brought up to date by the next start, and until then knows what this one cannot read.
      return { kind: 'whole', folders: found < MIGRATIONS.length ? new Map() : read(connection) };
    } finally {
      connection.close();
    }
  });
}

function read(connection: DatabaseSync): ReadonlyMap<string, FolderIdentity> {
  const reader = new SqliteReader(connection);
  const folders = new Map<string, FolderIdentity>();
  for (const id of reader.folders()) {
    const identity = reader.folder(id).identity();
    if (identity !== undefined) folders.set(id, identity);
  }
  return folders;
}
