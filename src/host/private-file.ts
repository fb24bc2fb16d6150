/** Small files that nobody else may read: made 0600 from the start, replaced whole or not at all. */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { KithError } from '../base/error.ts';
import { makeDirectories } from './make-directories.ts';

/**
 * Replaces `file` by `text` in one atomic, durable step. Two writers at once never mix. On any error the old file stands
 * and nothing is left beside it.
 */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await writeNew(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(path.dirname(file));
}

/** The text of `file`, or undefined if it is not there. Every other failure is thrown as the system gave it. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    // Node does not say what it read when it is no file.
    if (error instanceof Error && !error.message.includes(file)) error.message += ` '${file}'`;
    throw error;
  }
}

/** Makes `directory` 0700, and ordinary directories above it; true if it was not there before. */
export async function makePrivateDirectory(directory: string): Promise<boolean> {
  await makeDirectories(path.dirname(directory));
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  await syncDirectory(path.dirname(directory));
  return true;
}

/** HOME_UNSAFE with the path and what to do if anybody but the owner may enter or read one of `names`; absent ones pass. */
export async function requirePrivate(names: readonly string[]): Promise<void> {
  if (process.platform === 'win32') return;
  for (const name of names) {
    const status = await statusIfThere(name);
    if (status === undefined || (status.mode & 0o077) === 0) continue;
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    const remedy = `chmod ${status.isDirectory() ? '700' : '600'} '${name}'`;
    throw new KithError('HOME_UNSAFE', { path: name, mode, remedy });
  }
}

/** True for the one error that proves that a name is not there. */
export function isAbsence(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

async function writeNew(file: string, text: string): Promise<void> {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const handle = await open(file, O_CREAT | O_EXCL | O_WRONLY, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory for this; its renames are made durable by the file system alone.
  if (process.platform === 'win32') return;
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function statusIfThere(name: string) {
  try {
    return await lstat(name);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
