/** Two network namespaces joined by a cable, and fresh ext4 file systems on loop devices for every measurement. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Pair, Side } from './contender.ts';

const run = promisify(execFile);
const SERVICES = path.resolve(import.meta.dirname, '../test/services');
/** The lab is called as its file. */
const LAB = 'bench';
const IMAGE_BYTES = 8 * 1024 ** 3;

export interface Ground extends AsyncDisposable {
  /** Two empty file systems. Disposing unmounts and deletes them. */
  freshPair(): Promise<Pair>;
}

/** Installs what is missing and makes the namespaces. */
export async function prepareGround(): Promise<Ground> {
  if (process.getuid?.() !== 0) throw new Error('this needs root: namespaces and loop devices');
  await run('bash', [path.join(SERVICES, 'install.sh'), 'lab', 'bench']);
  const base = await mkdtemp(path.join(tmpdir(), 'kith-bench-'));
  const dot = path.join(base, `${LAB}.dot`);
  await writeFile(dot, 'graph bench {\n  a -- b;\n}\n');
  const lab = async (verb: string): Promise<string> => {
    const { stdout } = await run('bash', [path.join(SERVICES, 'lab-netns.sh'), dot, verb]);
    return stdout;
  };
  await lab('down');
  const addresses = addressesIn(await lab('up'));
  return {
    freshPair: () => freshPair(base, addresses),
    async [Symbol.asyncDispose]() {
      await lab('down');
      await rm(base, { recursive: true });
    },
  };
}

/** Each line: a node, its neighbour, the neighbour's address. */
function addressesIn(text: string): ReadonlyMap<string, string> {
  const lines = text.trim().split('\n');
  return new Map(lines.map((line) => line.split(/\s+/).slice(1, 3) as [string, string]));
}

async function freshPair(base: string, addresses: ReadonlyMap<string, string>): Promise<Pair> {
  const place = await mkdtemp(path.join(base, 'pair-'));
  const side = (node: string): Promise<Side> => freshSide(place, node, addresses.get(node) ?? '');
  const [a, b] = [await side('a'), await side('b')];
  return {
    a,
    b,
    on: ({ node }, command) => ['ip', 'netns', 'exec', `kith-${LAB}-${node}`, ...command],
    async [Symbol.asyncDispose]() {
      for (const node of ['a', 'b']) await run('umount', [path.join(place, node)]);
      await rm(place, { recursive: true });
    },
  };
}

async function freshSide(place: string, node: string, address: string): Promise<Side> {
  const [image, mount] = [path.join(place, `${node}.img`), path.join(place, node)];
  await writeFile(image, '');
  await truncate(image, IMAGE_BYTES);
  // The tables of a new image are holes: nothing needs to be written, then or in the background.
  await run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', image]);
  await mkdir(mount);
  await run('mount', ['-o', 'loop,noinit_itable', image, mount]);
  const [data, state] = [path.join(mount, 'data'), path.join(mount, 'state')];
  await mkdir(data);
  await mkdir(state);
  return { node, address, data, state };
}
