/** What the demonstration copies: real directories of this system, enough of them, and nothing that is too much. */

import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

/** How much there is below a directory. Links count as files; `bytes` are those of regular files. */
export interface TreeSize {
  readonly files: number;
  readonly bytes: number;
}

/** The demonstration wants at least this much. */
export const LEAST: TreeSize = { files: 2000, bytes: 50_000_000 };
/** A directory with more than this is passed over: everybody waits for the copies. */
const MOST: TreeSize = { files: 6000, bytes: 120_000_000 };
/** Where systems keep files that anybody may read. */
const SHELVES = ['/usr/share', '/usr/lib'] as const;

/** True if that is enough for a demonstration. */
export function isEnough({ files, bytes }: TreeSize): boolean {
  return files >= LEAST.files && bytes >= LEAST.bytes;
}

/**
 * Absolute directories that hold enough together: one that does so alone if there is one, else several, the biggest first.
 * Undefined if this system has too little. Costs a status call for each file it looks at.
 */
export async function findSourceTrees(
  shelves: readonly string[] = SHELVES,
): Promise<readonly string[] | undefined> {
  const seen: { readonly directory: string; readonly size: TreeSize }[] = [];
  for (const directory of await directoriesOn(shelves)) {
    const size = await measureTree(directory);
    if (size === undefined) continue;
    if (isEnough(size)) return [directory];
    seen.push({ directory, size });
  }
  seen.sort((a, b) => b.size.bytes - a.size.bytes);
  const chosen: string[] = [];
  let sum: TreeSize = { files: 0, bytes: 0 };
  for (const { directory, size } of seen) {
    chosen.push(directory);
    sum = { files: sum.files + size.files, bytes: sum.bytes + size.bytes };
    if (isEnough(sum)) return chosen;
  }
  return undefined;
}

/**
 * What of a directory can be copied, sorted by name: names that every system can hold, and regular files, directories and
 * links. Undefined if this user may not read it, or it is gone.
 */
export async function readCopyable(directory: string): Promise<readonly Dirent[] | undefined> {
  const entries = await readIfAllowed(directory);
  return entries
    ?.filter((entry) => isPlainName(entry.name))
    .filter((entry) => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function directoriesOn(shelves: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const shelf of shelves) {
    for (const entry of (await readCopyable(shelf)) ?? []) {
      if (entry.isDirectory()) found.push(path.join(shelf, entry.name));
    }
  }
  return found;
}

/** Undefined as soon as it is too much. */
async function measureTree(root: string): Promise<TreeSize | undefined> {
  let [files, bytes] = [0, 0];
  const open = [root];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const entry of (await readCopyable(directory)) ?? []) {
      const place = path.join(directory, entry.name);
      if (entry.isDirectory()) open.push(place);
      else files += 1;
      if (entry.isFile()) bytes += (await lstat(place)).size;
      if (files > MOST.files || bytes > MOST.bytes) return undefined;
    }
  }
  return { files, bytes };
}

async function readIfAllowed(directory: string): Promise<Dirent[] | undefined> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Bytes that are no UTF-8 arrive as U+FFFD; names in two Unicode forms would be reported instead of synchronised. */
function isPlainName(name: string): boolean {
  return !name.includes('\u{fffd}') && name === name.normalize('NFC');
}
