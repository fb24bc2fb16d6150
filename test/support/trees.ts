/** Real directory trees: read by walking them, compared whole. Knows nothing of what the program under test believes. */

import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** For each path one line: kind, mode, and of a file size, time to the nanosecond and hash, of a link where it points. */
export type Tree = Readonly<Record<string, string>>;

/** What programs keep in the root for themselves. */
/** Bytes of a file read at a time. */
const PART = 1024 * 1024;
const PRIVATE = new Set(['.kith', '.stfolder', '.stversions']);
/** Content of files is read only if it is asked for. */
interface Depth {
  readonly content: 'read' | 'ignored';
}

/** Everything below `root`. Names count in their composed form. Throws if it changes meanwhile. */
export function readTree(root: string, depth: Depth = { content: 'read' }): Tree {
  const lines: [string, string][] = [];
  walk(root, '', { depth, lines });
  return Object.fromEntries(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Waits until every tree is as the first, first by names, sizes and times, then by bytes; fails with the difference. */
export async function untilAllEqual(roots: readonly string[], ms = 120_000): Promise<Tree> {
  const endMs = performance.now() + ms;
  for (const depth of [{ content: 'ignored' }, { content: 'read' }] as const) {
    for (;;) {
      const trees = roots.map((root) => tryRead(root, depth));
      const [first] = trees;
      const isEqual = first !== undefined && trees.every((tree) => isSame(tree, first));
      if (isEqual && depth.content === 'read') return first;
      if (isEqual) break;
      if (performance.now() > endMs) fail(roots, trees, ms);
      await sleep(50);
    }
  }
  throw new Error('no tree');
}

/** Waits until the tree is as expected. */
export async function untilTree(root: string, expected: Tree, ms = 120_000): Promise<void> {
  const endMs = performance.now() + ms;
  for (;;) {
    const shallow = tryRead(root, { content: 'ignored' });
    if (isSame(shallow, withoutContent(expected))) {
      const tree = tryRead(root, { content: 'read' });
      if (isSame(tree, expected)) return;
    }
    if (performance.now() > endMs) fail([root, 'what is wanted'], [readTree(root), expected], ms);
    await sleep(50);
  }
}

/** Fails with the difference if the two trees differ in anything. */
export function expectSame(one: Tree, other: Tree): void {
  assert.deepEqual(differing(one, other), differing(other, one));
}

function fail(roots: readonly string[], trees: readonly (Tree | undefined)[], ms: number): never {
  const [first] = trees;
  for (const [index, tree] of trees.entries()) {
    const [extra, lacking] = [differing(tree, first), differing(first, tree)];
    if (Object.keys({ ...extra, ...lacking }).length === 0) continue;
    const shown = JSON.stringify({ extra, lacking }, null, 1);
    throw new Error(`${roots[index]} and ${roots[0]} differ after ${ms} ms: ${shown}`);
  }
  throw new Error(`the trees of ${roots.join(', ')} do not hold still`);
}

/** At most some of the lines that the other does not have. */
function differing(one: Tree | undefined, other: Tree | undefined): Tree {
  const all = Object.entries(one ?? {});
  const lines = all.filter(([name, line]) => other?.[name] !== line);
  return Object.fromEntries(lines.slice(0, 10));
}

/** True if they are the same in everything. */
export function isSame(one: Tree | undefined, other: Tree): boolean {
  if (one === undefined) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
}

function withoutContent(tree: Tree): Tree {
  const lines = Object.entries(tree).map(([name, line]) => [name, line.replace(/ sha256:.*$/, '')]);
  return Object.fromEntries(lines);
}

function tryRead(root: string, depth: Depth): Tree | undefined {
  try {
    return readTree(root, depth);
  } catch (error) {
    // It changed while it was walked.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** By plain synchronous calls: many small files are read many times. */
function walk(
  root: string,
  below: string,
  into: { readonly depth: Depth; readonly lines: [string, string][] },
): void {
  for (const entry of readdirSync(path.join(root, below), { withFileTypes: true })) {
    const { name } = entry;
    if (below === '' && PRIVATE.has(name)) continue;
    const where = path.join(below, name);
    into.lines.push([where.normalize('NFC'), line(path.join(root, where), into.depth)]);
    if (entry.isDirectory()) walk(root, where, into);
  }
}

function line(file: string, { content }: Depth): string {
  const status = lstatSync(file, { bigint: true });
  const mode = (Number(status.mode) & 0o7777).toString(8);
  if (status.isDirectory()) return `directory ${mode}`;
  if (status.isSymbolicLink()) return `link ${readlinkSync(file, 'buffer').toString('latin1')}`;
  if (!status.isFile()) return 'something else';
  const facts = `file ${mode} ${status.size} ${status.mtimeNs}`;
  return content === 'read' ? `${facts} sha256:${hashOf(file, Number(status.size))}` : facts;
}

function hashOf(file: string, size: number): string {
  if (size <= PART) return hash('sha256', readFileSync(file));
  const whole = createHash('sha256');
  const part = Buffer.alloc(PART);
  const descriptor = openSync(file, 'r');
  try {
    for (let length = readSync(descriptor, part); length > 0; length = readSync(descriptor, part)) {
      whole.update(part.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
  return whole.digest('hex');
}
