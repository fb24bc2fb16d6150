/** A walk through a folder's tree: how many directories there are to be watched, and which of them cannot be read. */

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../host/errno.ts';
import { isAbsence } from '../../host/private-file.ts';
import { CONTROL_DIR } from '../../model/path.ts';

/** More directories than this are not walked. */
const MOST_DIRECTORIES = 500_000;
const MOST_MS = 15_000;
/** Unreadable directories that are named. */
const MOST_NAMED = 5;

export interface Survey {
  /** With the root; without `.kith` and what is in it. */
  readonly directories: number;
  readonly unreadable: number;
  /** The first of them, relative to the root, with the system's code. */
  readonly examples: readonly { readonly path: string; readonly code: string }[];
  /** False if it took too long: there are more directories than were counted. */
  readonly isWhole: boolean;
}

/** Walks `root`, links not followed; for at most 15 s. A directory that goes away meanwhile counts as none. */
export async function surveyFolder(root: string, signal: AbortSignal): Promise<Survey> {
  const startMs = performance.now();
  const todo = [''];
  const examples: { path: string; code: string }[] = [];
  let [directories, unreadable] = [0, 0];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    signal.throwIfAborted();
    const isLate = performance.now() - startMs > MOST_MS || directories >= MOST_DIRECTORIES;
    if (isLate) return { directories, unreadable, examples, isWhole: false };
    const found = await list(path.join(root, next));
    if (found === undefined) continue;
    directories++;
    if (typeof found === 'string') {
      unreadable++;
      if (examples.length < MOST_NAMED) examples.push({ path: next, code: found });
      continue;
    }
    for (const entry of found) {
      if (entry.isDirectory() && !(next === '' && entry.name === CONTROL_DIR)) {
        todo.push(next === '' ? entry.name : `${next}/${entry.name}`);
      }
    }
  }
  return { directories, unreadable, examples, isWhole: true };
}

/** undefined: not there. A text: the code that the system gave. */
async function list(directory: string): Promise<readonly Dirent[] | string | undefined> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return code;
  }
}
