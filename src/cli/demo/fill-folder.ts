/** Fills the first device's folder: copies of real directories with their modes, times and links, or files made up. */

import {
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  readlink,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { HASH_BYTES, sha256 } from '../../base/sha256.ts';
import { LEAST, readCopyable, type TreeSize } from './source-tree.ts';

/** What was put there. Links count as files. */
export interface Filled extends TreeSize {
  readonly directories: number;
}

interface Count {
  files: number;
  directories: number;
  bytes: number;
}

/** Rights of people; who becomes whom when a program runs is not for a copy. */
const PEOPLE = 0o777;
const FILES_IN_A_DIRECTORY = 50;

/** Copies each directory into `target` under its own path. Files that this user may not read are left out. */
export async function copyTrees(
  sources: readonly string[],
  { target, signal }: { readonly target: string; readonly signal: AbortSignal },
): Promise<Filled> {
  const count: Count = { files: 0, directories: 0, bytes: 0 };
  for (const source of sources) {
    const name = path.join(path.basename(path.dirname(source)), path.basename(source));
    const place = path.join(target, name);
    const parent = path.dirname(place);
    if ((await mkdir(parent, { recursive: true })) !== undefined) count.directories += 1;
    await copyDirectory({ source, target: place, count, signal });
  }
  return count;
}

/** Makes files up, each with its own content, some with other rights, some links: enough for a demonstration. */
export async function makeUpTree(target: string, signal: AbortSignal): Promise<Filled> {
  const count: Count = { files: 0, directories: 0, bytes: 0 };
  const size = Math.ceil(LEAST.bytes / LEAST.files / HASH_BYTES) * HASH_BYTES;
  for (let at = 0; at < LEAST.files; at++) {
    signal.throwIfAborted();
    const directory = path.join(target, `made-up-${Math.floor(at / FILES_IN_A_DIRECTORY)}`);
    if (at % FILES_IN_A_DIRECTORY === 0) {
      await mkdir(directory);
      await symlink('file-1', path.join(directory, 'link-to-file-1'));
      count.directories += 1;
      count.files += 1;
    }
    const file = path.join(directory, `file-${(at % FILES_IN_A_DIRECTORY) + 1}`);
    await writeFile(file, contentNumber(at, size), { mode: at % 7 === 0 ? 0o755 : 0o644 });
    count.files += 1;
    count.bytes += size;
  }
  return count;
}

async function copyDirectory(job: {
  readonly source: string;
  readonly target: string;
  readonly count: Count;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { source, target, count, signal } = job;
  const entries = await readCopyable(source);
  if (entries === undefined) return;
  await mkdir(target);
  count.directories += 1;
  for (const entry of entries) {
    signal.throwIfAborted();
    const [from, to] = [path.join(source, entry.name), path.join(target, entry.name)];
    if (entry.isDirectory()) await copyDirectory({ source: from, target: to, count, signal });
    else if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (!(await copyContent({ from, to, count }))) continue;
    if (!entry.isDirectory()) count.files += 1;
  }
  // Last: a directory that nobody may write to could not be filled.
  const { mode, atime, mtime } = await lstat(source);
  await chmod(target, mode & PEOPLE);
  await utimes(target, atime, mtime);
}

/** False if this user may not read it. */
async function copyContent(job: {
  readonly from: string;
  readonly to: string;
  readonly count: Count;
}): Promise<boolean> {
  const { from, to, count } = job;
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return false;
    throw error;
  }
  const { mode, atimeMs, mtimeMs, size } = await lstat(from);
  await chmod(to, mode & PEOPLE);
  await utimes(to, atimeMs / 1000, mtimeMs / 1000);
  count.bytes += size;
  return true;
}

/** `size` bytes that no file of another number has. */
function contentNumber(number: number, size: number): Uint8Array {
  const pattern = sha256(`kith demo ${number}`);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += HASH_BYTES) bytes.set(pattern, at);
  return bytes;
}
