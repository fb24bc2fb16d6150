/** The inputs that are kept in the repository: test/corpus/TARGET/, one file each, named by what it holds. */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';

/** Where the corpus stands. */
export const CORPUS = path.resolve(import.meta.dirname, '../../test/corpus');

/** How the files of inputs begin that broke a law when they were found. They are never dropped. */
const FAILING = 'failing-';

/** A kept input. */
export interface Kept {
  /** Absolute. */
  readonly file: string;
  readonly input: Uint8Array;
}

/** The inputs of a target by name; none if it has no folder yet. */
export async function readCorpus(target: string): Promise<readonly Kept[]> {
  const folder = path.join(CORPUS, target);
  const names = await namesIn(folder);
  return await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      return { file, input: new Uint8Array(await readFile(file)) };
    }),
  );
}

/** Keeps an input that broke a law, under a name that says so. Returns the file. */
export async function keepFailing(target: string, input: Uint8Array): Promise<string> {
  const file = path.join(CORPUS, target, FAILING + nameOf(input));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, input);
  return file;
}

/** Puts `inputs` in the place of all that is kept of a target but what once failed. */
export async function replaceCorpus(target: string, inputs: readonly Uint8Array[]): Promise<void> {
  const folder = path.join(CORPUS, target);
  await mkdir(folder, { recursive: true });
  const wanted = new Map(inputs.map((input) => [nameOf(input), input]));
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(FAILING) && !wanted.has(name)) await rm(path.join(folder, name));
  }
  for (const [name, input] of wanted) await writeFile(path.join(folder, name), input);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function nameOf(input: Uint8Array): string {
  return `${toHex(sha256(input).subarray(0, 6))}.bin`;
}
