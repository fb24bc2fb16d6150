/** The database as a file: made private, moved aside when it is damaged. Called before any connection is open. */

import fs from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { asKithError } from '../base/error.ts';
import { openWriter } from '../store/database.ts';

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
 * a damaged one is kept beside it as `FILE.damaged-N` and an empty one begun. STORE_NEWER; STORE_FAILED; STORE_FULL.
 */
export function openStoreFile(file: string): OpenedStore {
  try {
    return { database: openChecked(file), damage: undefined };
  } catch (error) {
    const damaged = asKithError(error, 'STORE_CORRUPT');
    if (damaged === undefined) throw error;
    markSuspect(file);
    const damage = { movedTo: moveAside(file), reason: JSON.stringify(damaged.data) };
    return { database: openChecked(file), damage };
  }
}

/** From the next start on the database is not used any more. */
export function markSuspect(file: string): void {
  fs.writeFileSync(suspectMark(file), '', { mode: 0o600 });
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
  const isSuspect = fs.existsSync(suspectMark(file));
  makePrivate(file);
  // A log is left only where the last end was not a clean one.
  const log = fs.statSync(`${file}-wal`, { throwIfNoEntry: false });
  const check = log !== undefined && log.size > 0 ? 'quick' : 'none';
  return openWriter({ file, check: isSuspect ? 'suspect' : check });
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
