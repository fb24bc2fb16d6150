/** The database as a file: made private, moved aside when it is damaged. Called before any connection is open. */

import fs from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { asKithError, KithError } from '../base/error.ts';
import { openWriter } from '../store/database.ts';
import { CORRUPT, isHearsay, withStoreErrors } from '../store/sqlite-error.ts';

const READ_BYTES = 1024 * 1024;
/** In the mark: nothing but SQLite's word speaks for damage. */
const HEARSAY = 'hearsay';

/** A database that was found damaged, and where it is now. */
export interface Damage {
  readonly movedTo: string;
  readonly reason: string;
}

/** The writing connection, and the damage if an empty database had to take the place of the one that stood there. */
export interface OpenedStore {
  readonly database: DatabaseSync;
  readonly damage: Damage | undefined;
}

/**
 * Opens `file`, which is made if it is missing. What is in it can be had again from the disk and from other devices, so
 * a damaged one is kept beside it as `FILE.damaged-N` and an empty one begun; but one that the disk did not give, or not for
 * a moment, is not damaged. STORE_NEWER; STORE_FAILED; STORE_FULL.
 */
export function openStoreFile(file: string): OpenedStore {
  try {
    return { database: openChecked(file), damage: undefined };
  } catch (error) {
    const damage = asKithError(error, 'STORE_CORRUPT');
    if (damage === undefined) throw error;
    return isHearsay(damage) ? openDoubted(file) : replace(file, damage);
  }
}

/** From the next start on the database is not used any more, or not before it has been looked through. */
export function markSuspect(file: string, damage: KithError): void {
  fs.writeFileSync(suspectMark(file), isHearsay(damage) ? HEARSAY : '', { mode: 0o600 });
}

/** SQLite spoke of damage: whether it is some is told by reading everything. STORE_FAILED if that is what fails. */
function openDoubted(file: string): OpenedStore {
  withStoreErrors(() => {
    for (const name of [file, `${file}-wal`]) readThrough(name);
  });
  try {
    const database = openWriter({ file, check: 'full' });
    fs.rmSync(suspectMark(file), { force: true });
    return { database, damage: undefined };
  } catch (error) {
    const damage = asKithError(error, 'STORE_CORRUPT');
    if (damage === undefined) throw error;
    return replace(file, damage);
  }
}

function replace(file: string, { data }: KithError): OpenedStore {
  // Whatever interrupts this, the next start goes on with it.
  fs.writeFileSync(suspectMark(file), '', { mode: 0o600 });
  const damage = { movedTo: moveAside(file), reason: JSON.stringify(data) };
  return { database: openChecked(file), damage };
}

/** Throws what the disk says if some of it cannot be read. No connection may be open: closing a file ends locks of theirs. */
function readThrough(file: string): void {
  if (fs.statSync(file, { throwIfNoEntry: false }) === undefined) return;
  const handle = fs.openSync(file, 'r');
  const part = new Uint8Array(READ_BYTES);
  try {
    while (fs.readSync(handle, part) > 0);
  } finally {
    fs.closeSync(handle);
  }
}

/** Databases of before that stand beside `file`, damaged, the oldest first. */
export async function damagedBeside(file: string): Promise<readonly string[]> {
  const { dir, base } = path.parse(file);
  const kept = (await fs.promises.readdir(dir)).flatMap((name) => {
    const number = new RegExp(`^${RegExp.escape(base)}\\.damaged-(\\d+)$`).exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  return kept.sort((a, b) => a.number - b.number).map(({ name }) => path.join(dir, name));
}

function openChecked(file: string): DatabaseSync {
  const mark = suspicionOf(file);
  if (mark === HEARSAY) throw new KithError('STORE_CORRUPT', { sqlite: CORRUPT });
  makePrivate(file);
  // A log is left only where the last end was not a clean one.
  const log = fs.statSync(`${file}-wal`, { throwIfNoEntry: false });
  const check = log !== undefined && log.size > 0 ? 'quick' : 'none';
  return openWriter({ file, check: mark === undefined ? check : 'suspect' });
}

/** Readable by nobody else. The log and its index take their mode from the file. */
function makePrivate(file: string): void {
  const handle = fs.openSync(file, 'a', 0o600);
  try {
    fs.fchmodSync(handle, 0o600);
  } finally {
    fs.closeSync(handle);
  }
  syncDirectory(file);
}

/** The log goes first: beside a new database it would be taken for its own. */
function moveAside(file: string): string {
  const target = freeName(file);
  if (fs.existsSync(`${file}-wal`)) fs.renameSync(`${file}-wal`, `${target}-wal`);
  fs.rmSync(`${file}-shm`, { force: true });
  fs.renameSync(file, target);
  syncDirectory(file);
  fs.rmSync(suspectMark(file), { force: true });
  return target;
}

function freeName(file: string): string {
  for (let number = 1; ; number++) {
    const name = `${file}.damaged-${number}`;
    if (!fs.existsSync(name) && !fs.existsSync(`${name}-wal`)) return name;
  }
}

/** What the mark says; undefined if there is none. */
function suspicionOf(file: string): string | undefined {
  try {
    return fs.readFileSync(suspectMark(file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function suspectMark(file: string): string {
  return `${file}.suspect`;
}

function syncDirectory(file: string): void {
  const handle = fs.openSync(path.dirname(file), 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
