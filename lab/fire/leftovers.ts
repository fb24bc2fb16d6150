/** What a run leaves on the machine when it ends, however it ends: processes, namespaces, mounts, loop devices, files. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labOf } from './link-lab.ts';
import { command, reasonOf } from './run.ts';

const PATIENCE_MS = 5000;
const POLL_MS = 50;
const LAB_STATE = '/run/kith-lab';

/** The file in the directory of a run that names the process that supervises it. */
export function ownMark(directory: string): string {
  return path.join(directory, 'supervisor');
}

/** Takes away everything that a run made; what could not be taken away, in words. The work of the run is over. */
export async function takeAway(directory: string): Promise<readonly string[]> {
  const faults: string[] = [];
  const steps = [endProcesses, removeNamespaces, unmount, freeLoops, removeFiles];
  for (const step of steps) {
    await step(directory).catch((error: unknown) => {
      faults.push(`what the run made could not be taken away: ${reasonOf(error)}`);
    });
  }
  return faults;
}

/** The same for runs in `parent` whose supervisor was killed; it takes root, as they did. */
export async function takeAwayForgotten(parent: string, prefix: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const names = readdirSync(parent).filter((name) => name.startsWith(prefix));
  for (const directory of names.map((name) => path.join(parent, name))) {
    const mark = textOf(ownMark(directory));
    if (mark === undefined || existsSync(`/proc/${mark}`)) continue;
    for (const fault of await takeAway(directory)) console.log(`${directory}: ${fault}`);
  }
}

/** Processes that have left the group of the run, and still name its directory. */
async function endProcesses(directory: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = processesOf(directory);
    if (found.length === 0) return;
    if (performance.now() > endMs) throw new Error(`processes ${found.join(', ')} do not end`);
    for (const pid of found) end(pid);
    await sleep(POLL_MS);
  }
}

function processesOf(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/cmdline`)?.includes(`${directory}/`) === true)
    .map(Number);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function removeNamespaces(directory: string): Promise<void> {
  const lab = labOf(directory);
  const all = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  for (const name of all.filter((each) => each.startsWith(`kith-${lab}-`))) {
    await command('ip', 'netns', 'delete', name);
  }
  await rm(path.join(LAB_STATE, lab), { recursive: true, force: true });
}

/** The last first: one may stand on another. */
async function unmount(directory: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  for (const place of mountsBelow(directory).toReversed()) {
    for (;;) {
      const failure = await command('umount', place).then(() => undefined, reasonOf);
      if (failure === undefined) break;
      if (performance.now() > endMs) throw new Error(failure);
      await sleep(POLL_MS);
    }
  }
}

function mountsBelow(directory: string): readonly string[] {
  return (textOf('/proc/self/mounts') ?? '')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => [`${directory}/`, `${directory}-`].some((each) => place.startsWith(each)));
}

/** They go by themselves with their mount, unless the run was killed between the one and the other. */
async function freeLoops(directory: string): Promise<void> {
  for (const name of readdirSync('/sys/block').filter((each) => each.startsWith('loop'))) {
    const backing = textOf(`/sys/block/${name}/loop/backing_file`);
    if (backing?.startsWith(`${directory}/`)) await command('losetup', '-d', `/dev/${name}`);
  }
}

async function removeFiles(directory: string): Promise<void> {
  const left = mountsBelow(directory);
  // What is mounted there may be somebody's.
  if (left.length > 0) throw new Error(`${left.join(', ')} is still mounted`);
  await rm(directory, { recursive: true, force: true });
}

/** undefined if it is not there, or not any more. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'ENXIO', 'ENOTDIR'].includes(code)) return undefined;
    throw error;
  }
}
