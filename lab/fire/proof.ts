/** What must be true when devices have come to rest: nothing lost, nothing made up, nothing left lying about, nothing broken. */

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestDaemon } from '../../test/support/daemon.ts';
import { FOLDER } from '../../test/support/daemon-cluster.ts';
import { readTree, type Tree } from '../../test/support/trees.ts';
import { compareTrees } from '../verify/equal-trees.ts';

const COPY = /\.sync-conflict-/;
/** What may stand in `.kith` at rest. */
const OWN: readonly string[] = ['displaced', 'marker', 'stage'];
/** What Node says when its inspector is open. */
const INSPECTOR = /^(Debugger |For help, see: |Waiting for the debugger)/;
/** How long work may go on behind a folder that is equal: leftovers are dropped then. */
const TIDY_MS = 60_000;

/** What is expected. */
export interface Wanted {
  readonly tree: Tree;
  /** Contents of conflict copies. */
  readonly copies: readonly string[];
  /** Nothing went wrong: no error is to be told of, and no daemon to end by itself. */
  readonly logIsQuiet: boolean;
}

/** Every fault, in words; empty if all is well. */
export async function faultsAtRest(
  daemons: readonly TestDaemon[],
  wanted: Wanted,
): Promise<readonly string[]> {
  const roots = daemons.map((daemon) => daemon.folder(FOLDER));
  const faults: string[] = [];
  const { differences } = await compareTrees(roots);
  for (const { path: at, there, what } of differences) faults.push(`${there}: ${at} ${what}`);
  for (const daemon of daemons) {
    const found = await faultsOfTree(daemon.folder(FOLDER), wanted);
    faults.push(...found.map((fault) => `${daemon.name}: ${fault}`));
  }
  return [...faults, ...(await faultsOfDaemons(daemons, wanted))];
}

/** What is left lying about, and what the logs tell; the contents of the folders aside. */
export async function faultsOfDaemons(
  daemons: readonly TestDaemon[],
  wanted: Pick<Wanted, 'logIsQuiet'> = { logIsQuiet: true },
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const daemon of daemons) {
    const found = [
      ...(await leftovers(daemon.folder(FOLDER))),
      ...(await faultsOfLog(daemon, wanted)),
    ];
    faults.push(...found.map((fault) => `${daemon.name}: ${fault}`));
  }
  return faults;
}

async function faultsOfTree(root: string, { tree, copies }: Wanted): Promise<readonly string[]> {
  const found = Object.entries(readTree(root));
  const plain = Object.fromEntries(found.filter(([name]) => !COPY.test(name)));
  const faults: string[] = [];
  for (const name of new Set([...Object.keys(plain), ...Object.keys(tree)])) {
    if (plain[name] === tree[name]) continue;
    faults.push(`${name} is ${plain[name] ?? 'not there'}, not ${tree[name] ?? 'gone'}`);
  }
  const kept: string[] = [];
  for (const [name, line] of found) {
    if (!COPY.test(name)) continue;
    const isFile = line.startsWith('file ');
    kept.push(isFile ? (await readFile(path.join(root, name), 'latin1')).slice(0, 99) : line);
  }
  const [seen, due] = [JSON.stringify(kept.sort()), JSON.stringify([...copies].sort())];
  if (seen !== due) faults.push(`conflict copies hold ${seen}, not ${due}`);
  return faults;
}

/** What is in `.kith` and should not be, once there was time to tidy up. */
async function leftovers(root: string): Promise<readonly string[]> {
  const endMs = performance.now() + TIDY_MS;
  for (;;) {
    const found = await strangers(path.join(root, '.kith'));
    if (found.length === 0 || performance.now() > endMs) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function strangers(own: string): Promise<readonly string[]> {
  const names = await readdir(own, { recursive: true });
  return names.filter((name) => !OWN.includes(name)).map((name) => `.kith/${name} is left over`);
}

/** Lines that tell of a bug, always; of an error, where none was to be met. */
async function faultsOfLog(
  daemon: TestDaemon,
  { logIsQuiet }: Pick<Wanted, 'logIsQuiet'>,
): Promise<readonly string[]> {
  const lines = (await daemon.log()).split('\n').filter((line) => line !== '');
  const isFault = (line: string): boolean => {
    if (/"BUG"|TypeError|RangeError|Unhandled|ERR_|FATAL|folder-failed/.test(line)) return true;
    if (INSPECTOR.test(line)) return false;
    // A daemon that cannot go on says why in a line for people, and what to do in more.
    if (!line.startsWith('{')) return logIsQuiet || !/^(kith: | {2}\S)/.test(line);
    return logIsQuiet && /"level":"?(error|fatal|50|60)/.test(line);
  };
  return lines.filter(isFault).map((line) => `the log says ${line.slice(0, 600)}`);
}
