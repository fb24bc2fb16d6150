/** What people do in the cases of a sweep: the core flows of a synchroniser, small enough that every call of them can be struck. */

import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { readTree, type Tree } from '../../test/support/trees.ts';

/** The folders of the devices, by the names of these. */
export type Roots = Readonly<Record<string, string>>;

export interface Flow {
  readonly name: string;
  /** A chain of devices. */
  readonly names: readonly string[];
  /** Who is struck, one in each case. */
  readonly victims: readonly string[];
  /** What is everywhere before. */
  readonly before?: (roots: Roots) => void;
  /** What is done while nobody runs. */
  readonly apart?: (roots: Roots) => void;
  /** A device that is stopped at one of its writes of content, once, before the case begins. */
  readonly cutOff?: string;
  /** What is done while everybody runs. */
  readonly live?: (roots: Roots) => void;
  /** After all that: what all shall hold in the end, conflict copies aside. */
  readonly wanted: (roots: Roots) => Tree;
  /** Contents of the conflict copies in the end; none unless said. */
  readonly copies?: readonly string[];
}

const PAIR = ['a', 'b'];
const KIB = 1024;

/** Contents of which no two blocks are equal. */
export function bulk(name: string, bytes: number): Buffer {
  const all = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 64) all.write(`${name} ${at} `.padEnd(64, '.'), at, 'latin1');
  return all;
}

/** Writes a file, and makes the directories that lead to it. */
export function writeFileAt(root: string, name: string, content: string | Buffer): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), content);
}

/** A little of everything that a folder can hold. */
function plant(root: string): void {
  writeFileAt(root, 'small', 'a few words');
  writeFileAt(root, 'empty', '');
  writeFileAt(root, 'large', bulk('large', 300 * KIB));
  writeFileAt(root, 'd/e/deep', 'deep');
  writeFileAt(root, 'd/beside', 'beside');
  writeFileAt(root, 'tool', '#!/bin/sh\n');
  chmodSync(path.join(root, 'tool'), 0o755);
  symlinkSync('small', path.join(root, 'link'));
  mkdirSync(path.join(root, 'bare'));
}

function edit(root: string): void {
  writeFileAt(root, 'd/e/deep', 'deep, and changed');
  const large = readFileSync(path.join(root, 'large'));
  bulk('another', 128 * KIB).copy(large, 128 * KIB);
  writeFileAt(root, 'large', large);
  chmodSync(path.join(root, 'small'), 0o600);
  utimesSync(path.join(root, 'd/beside'), 1_600_000_000, 1_600_000_000);
  rmSync(path.join(root, 'link'));
  symlinkSync('tool', path.join(root, 'link'));
  writeFileAt(root, 'empty', 'not any more');
}

function remove(root: string): void {
  for (const name of ['small', 'link', 'd', 'bare']) {
    rmSync(path.join(root, name), { recursive: true });
  }
}

function move(root: string): void {
  const at = (name: string): string => path.join(root, name);
  renameSync(at('large'), at('bare/renamed'));
  renameSync(at('d'), at('moved'));
  renameSync(at('small'), at('swap'));
  renameSync(at('tool'), at('small'));
  renameSync(at('swap'), at('tool'));
  renameSync(at('link'), at('moved/link'));
}

function turn(root: string): void {
  rmSync(path.join(root, 'small'));
  writeFileAt(root, 'small/inside', 'a directory now');
  rmSync(path.join(root, 'd'), { recursive: true });
  writeFileAt(root, 'd', 'a file now');
  rmSync(path.join(root, 'link'));
  writeFileAt(root, 'link', 'a file, too');
  rmSync(path.join(root, 'tool'));
  symlinkSync('link', path.join(root, 'tool'));
}

/** Both write the same two files; each is later in one of them. One deletes what the other edits. */
function disagree({ a = '', b = '' }: Roots): void {
  const later = 1_900_000_000;
  for (const [root, who] of [
    [a, 'a'],
    [b, 'b'],
  ] as const) {
    for (const name of ['wins-a', 'wins-b', 'd/new'])
      writeFileAt(root, name, `${name} as ${who} wants it`);
    utimesSync(path.join(root, `wins-${who}`), later, later);
  }
  utimesSync(path.join(a, 'd/new'), later, later);
  rmSync(path.join(a, 'edited-there'));
  writeFileAt(b, 'edited-there', 'edited by b');
}

function asAt(author: string): (roots: Roots) => Tree {
  return (roots) => readTree(roots[author] ?? '');
}

function only(tree: Tree, names: readonly string[]): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => names.includes(name)));
}

export const FLOWS: readonly Flow[] = [
  {
    name: 'first',
    names: PAIR,
    victims: ['a', 'b'],
    apart: ({ a = '' }) => plant(a),
    wanted: asAt('a'),
  },
  {
    name: 'edit',
    names: PAIR,
    victims: ['a', 'b'],
    before: ({ a = '' }) => plant(a),
    apart: ({ a = '' }) => edit(a),
    wanted: asAt('a'),
  },
  {
    name: 'delete',
    names: PAIR,
    victims: ['a', 'b'],
    before: ({ a = '' }) => plant(a),
    apart: ({ a = '' }) => remove(a),
    wanted: asAt('a'),
  },
  {
    name: 'rename',
    names: PAIR,
    victims: ['a', 'b'],
    before: ({ a = '' }) => plant(a),
    apart: ({ a = '' }) => move(a),
    wanted: asAt('a'),
  },
  {
    name: 'kinds',
    names: PAIR,
    victims: ['b'],
    before: ({ a = '' }) => plant(a),
    apart: ({ a = '' }) => turn(a),
    wanted: asAt('a'),
  },
  {
    name: 'conflict',
    names: PAIR,
    victims: ['a', 'b'],
    before: ({ a = '' }) => {
      for (const name of ['wins-a', 'wins-b', 'edited-there', 'd/quiet'])
        writeFileAt(a, name, 'old');
    },
    apart: disagree,
    wanted: ({ a = '', b = '' }) => ({
      ...readTree(a),
      ...only(readTree(b), ['wins-b', 'edited-there']),
    }),
    copies: ['d/new as b wants it', 'wins-a as b wants it', 'wins-b as a wants it'],
  },
  {
    name: 'resume',
    names: PAIR,
    victims: ['a', 'b'],
    apart: ({ a = '' }) => writeFileAt(a, 'large', bulk('resumed', 2048 * KIB)),
    cutOff: 'b',
    wanted: asAt('a'),
  },
  {
    name: 'restart',
    names: PAIR,
    victims: ['a'],
    before: ({ a = '' }) => plant(a),
    wanted: asAt('a'),
  },
  {
    name: 'live',
    names: PAIR,
    victims: ['a', 'b'],
    before: ({ a = '' }) => plant(a),
    live: ({ a = '' }) => {
      edit(a);
      move(a);
      writeFileAt(a, 'new/file', 'new');
      rmSync(path.join(a, 'moved/beside'));
    },
    wanted: asAt('a'),
  },
  {
    name: 'chain',
    names: ['a', 'b', 'c'],
    victims: ['b'],
    before: ({ a = '' }) => writeFileAt(a, 'old', 'old'),
    apart: ({ a = '', c = '' }) => {
      plant(a);
      rmSync(path.join(c, 'old'));
      writeFileAt(a, 'from-c', bulk('c', 200 * KIB));
      renameSync(path.join(a, 'from-c'), path.join(c, 'from-c'));
    },
    wanted: ({ a = '', c = '' }) => {
      const { old: _deleted, ...planted } = readTree(a);
      return { ...planted, ...readTree(c) };
    },
  },
];
