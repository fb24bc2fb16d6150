/** Opens the state database: settings, schema, and the check for damage. The two connections differ in nothing else. */

import { DatabaseSync } from 'node:sqlite';
import { assert } from '../base/assert.ts';
import { KithError } from '../base/error.ts';
import { MIGRATIONS, type Migration } from './schema.ts';
import { CORRUPT, withStoreErrors } from './sqlite-error.ts';

const CACHE_KIB = 16 * 1024;
/** What the log is cut back to once it is empty. */
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

export type StoreCheck = 'none' | 'quick' | 'full' | 'suspect';

export interface OpenWriterOptions {
  readonly file: string;
  /**
   * `quick`: every page is read and tested, for after an unclean end. `full`: indexes are compared as well, for when damage is
   * only said. `suspect`: damage was met, so none is looked for.
   */
  readonly check: StoreCheck;
}

/**
 * The one connection that writes: it makes the file if there is none, and brings its schema up to date. A commit is on
 * the disk when it returns. STORE_NEWER if a newer Kith made it, STORE_CORRUPT if it is damaged or no database, STORE_FAILED
 * if it cannot be written.
 */
export function openWriter({ file, check }: OpenWriterOptions): DatabaseSync {
  return withStoreErrors(() => {
    if (check === 'suspect')
      throw new KithError('STORE_CORRUPT', { reason: 'damage was met before' });
    const database = new DatabaseSync(file);
    try {
      database.exec('PRAGMA journal_mode = WAL');
      // FULL: the log is synced at each commit. With NORMAL a power cut takes all since the last checkpoint.
      database.exec('PRAGMA synchronous = FULL');
      // The host says when: a checkpoint has to come between the reader's snapshots to empty the log.
      database.exec('PRAGMA wal_autocheckpoint = 0');
      database.exec(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
      database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
      database.exec('PRAGMA temp_store = MEMORY');
      refuseDamage(database, check);
      migrate(database);
      // Where the log could not be opened for writing SQLite opens it for reading, says nothing, and never tries again.
      inTransaction(database, () => undefined);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** A second connection that cannot write. The writer must have been opened before, and be open. */
export function openReader(file: string): DatabaseSync {
  return withStoreErrors(() => {
    const database = new DatabaseSync(file, { readOnly: true });
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    return database;
  });
}

/** The version of the schema that the file has; 0 for a new one. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/**
 * Runs the steps that the file lacks, all with their number in one transaction, so that whatever happens leaves the version
 * before or the latest. STORE_NEWER if it has had more than there are, STORE_CORRUPT if its tables are not those of its version.
 */
export function migrate(database: DatabaseSync, steps: readonly Migration[] = MIGRATIONS): void {
  const found = schemaVersion(database);
  assert(Number.isSafeInteger(found), 'the schema has a version');
  if (found > steps.length) {
    throw new KithError('STORE_NEWER', { found, known: steps.length });
  }
  refuseStrangeTables(database, steps.slice(0, Math.max(0, found)));
  if (found === steps.length) return;
  inTransaction(database, () => runSteps(database, steps.slice(found)));
}

/** The text of every table and index, by name: what tells one schema from another. */
export function tablesOf(database: DatabaseSync): string {
  const rows = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    .all();
  const texts = rows.map(({ name, sql }) => `${name}: ${String(sql).replace(/\s+/g, ' ')}`);
  return texts.join('\n');
}

function runSteps(database: DatabaseSync, steps: readonly Migration[]): void {
  for (const step of steps) {
    if (typeof step === 'function') step(database);
    else for (const statement of step) database.exec(statement);
    database.exec(`PRAGMA user_version = ${schemaVersion(database) + 1}`);
  }
}

/** What a version that is known says of a file that something else made, or that is damaged, is worth nothing. */
function refuseStrangeTables(database: DatabaseSync, steps: readonly Migration[]): void {
  const model = new DatabaseSync(':memory:');
  try {
    runSteps(model, steps);
    if (tablesOf(database) === tablesOf(model) && schemaVersion(database) === steps.length) return;
  } finally {
    model.close();
  }
  const found = schemaVersion(database);
  throw new KithError('STORE_CORRUPT', {
    reason: 'the tables are not those of its version',
    found,
  });
}

/** Runs `work` between BEGIN and COMMIT; rolls back and throws on if anything fails. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    // After some failures SQLite has rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function refuseDamage(database: DatabaseSync, check: StoreCheck): void {
  if (check !== 'quick' && check !== 'full') return;
  const pragma = check === 'quick' ? 'quick_check' : 'integrity_check';
  const verdict = String(database.prepare(`PRAGMA ${pragma}(1)`).get()?.[pragma]);
  if (verdict === 'ok') return;
  const sqlite = verdict.includes('unable to get the page') ? { sqlite: CORRUPT } : {};
  throw new KithError('STORE_CORRUPT', { reason: verdict, ...sqlite });
}
