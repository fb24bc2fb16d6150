/** Gives databases that did not keep it the highest value of each folder's own counter that they still know. */

import type { DatabaseSync } from 'node:sqlite';
import { counterOf } from '../model/version.ts';
import { chunked, entryIn, OURS, VERSIONS } from './rewrite-rows.ts';
import { numberIn, Statements, wordBytes, wordIn } from './statements.ts';

/** Inside a transaction of the caller's. STORE_CORRUPT if a row cannot be read. Cost: all rows. */
export function noteCounters(database: DatabaseSync): void {
  database.exec(
    "ALTER TABLE identity ADD COLUMN counter_used BLOB NOT NULL DEFAULT x'0000000000000000'",
  );
  const sql = new Statements(database);
  for (const identity of sql.all('SELECT folder, index_id FROM identity')) {
    const [folder, counter] = [numberIn(identity, 'folder'), wordIn(identity, 'index_id')];
    let highest = 0n;
    for (const query of [OURS, VERSIONS]) {
      for (const row of chunked(sql, query)) {
        if (numberIn(row, 'folder') !== folder) continue;
        const value = counterOf(entryIn(row).version, counter);
        if (value > highest) highest = value;
      }
    }
    sql.run('UPDATE identity SET counter_used = ? WHERE folder = ?', wordBytes(highest), folder);
  }
}
