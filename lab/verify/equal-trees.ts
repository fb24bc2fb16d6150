/**
 * Proves that directories hold the same, by walking them: nothing of the program that made them equal is used here.
 * As a program: `node equal-trees.ts DIR DIR...` prints one JSON value; exit code 0 equal, 1 different, 2 not comparable.
 */

import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';

/** What of a folder is never synchronised: the directory that Kith keeps its own things in. */
const PRIVATE = '.kith';
const PERMISSIONS = 0o7777n;
/** More differences than this are counted, not listed. */
const MOST_LISTED = 100;

/** What stands at a path, in the words by which two places are compared. Directories and links bear no time of their own. */
type Facts = Readonly<Record<string, string>>;

/** One path at which two directories differ. `there` is the directory that differs from the first. */
export interface Difference {
  readonly path: string;
  readonly there: string;
  readonly what: string;
}

export interface Comparison {
  readonly isEqual: boolean;
  /** Of the first directory. */
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  readonly bytes: number;
  /** Read and hashed in all directories together. */
  readonly bytesHashed: number;
  readonly differences: readonly Difference[];
  /** With those that are not listed. */
  readonly differenceCount: number;
}

/**
 * Compares each directory with the first: the same paths (as bytes), kinds, modes, targets of links, modification times of files to
 * the nanosecond, contents by SHA-256. Reads every byte. Throws what the file system throws: unreadable is not equal.
 */
export async function compareTrees(roots: readonly string[]): Promise<Comparison> {
  const [first, ...others] = roots;
  if (first === undefined || others.length === 0) throw new Error('two directories are needed');
  const expected = await readTree(first);
  const count = { file: 0, directory: 0, link: 0, bytes: 0 };
  for (const { kind, size } of expected.values()) {
    count[kind as 'file' | 'directory' | 'link'] += 1;
    count.bytes += Number(size ?? 0);
  }
  const differences: Difference[] = [];
  let [differenceCount, bytesHashed] = [0, count.bytes];
  for (const there of others) {
    const found = await readTree(there);
    for (const { size } of found.values()) bytesHashed += Number(size ?? 0);
    for (const path of new Set([...expected.keys(), ...found.keys()])) {
      const what = difference(expected.get(path), found.get(path));
      if (what === undefined) continue;
      differenceCount += 1;
      if (differences.length < MOST_LISTED) {
        differences.push({ path: Buffer.from(path, 'latin1').toString(), there, what });
      }
    }
  }
  return {
    isEqual: differenceCount === 0,
    files: count.file,
    directories: count.directory,
    links: count.link,
    bytes: count.bytes,
    bytesHashed,
    differences,
    differenceCount,
  };
}

/** Every path below the root. Keys hold one byte of the name in each character, so that no two names become one. */
async function readTree(root: string): Promise<ReadonlyMap<string, Facts>> {
  const tree = new Map<string, Facts>();
  const open = [''];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const name of readdirSync(place(root, directory), { encoding: 'latin1' }).sort()) {
      if (directory === '' && name === PRIVATE) continue;
      const path = directory === '' ? name : `${directory}/${name}`;
      const facts = await readFacts(place(root, path));
      tree.set(path, facts);
      if (facts['kind'] === 'directory') open.push(path);
    }
  }
  return tree;
}

function place(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

async function readFacts(path: Buffer): Promise<Facts> {
  const status = lstatSync(path, { bigint: true });
  const mode = (status.mode & PERMISSIONS).toString(8);
  if (status.isDirectory()) return { kind: 'directory', mode };
  if (status.isSymbolicLink()) {
    return { kind: 'link', target: readlinkSync(path, { encoding: 'latin1' }) };
  }
  if (!status.isFile()) throw new Error(`${path} is neither a file, a directory nor a link`);
  const sum = createHash('sha256');
  let size = 0;
  for await (const piece of createReadStream(path)) {
    sum.update(piece);
    size += piece.length;
  }
  const mtime = String(status.mtimeNs);
  return { kind: 'file', mode, mtime, size: String(size), sha256: sum.digest('hex') };
}

function difference(expected: Facts | undefined, found: Facts | undefined): string | undefined {
  if (expected === undefined) return 'is there and should not be';
  if (found === undefined) return 'is not there';
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  const wrong = [...keys].filter((key) => expected[key] !== found[key]);
  if (wrong.length === 0) return undefined;
  return wrong
    .map((key) => `${key} is ${found[key] ?? 'none'} instead of ${expected[key] ?? 'none'}`)
    .join(', ');
}

if (import.meta.main) {
  try {
    const comparison = await compareTrees(process.argv.slice(2));
    console.log(JSON.stringify(comparison));
    process.exitCode = comparison.isEqual ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
