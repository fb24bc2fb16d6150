/** Runs the work as a process of its own, so that whatever becomes of it, everything that it began is ended and taken away. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { command } from './run.ts';

/** Names the directory to the process that works. */
const DIRECTORY = 'KITH_FIRE_DIRECTORY';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Where this process shall work; undefined in the one that was started by a person. */
export function workDirectory(): string | undefined {
  return process.env[DIRECTORY];
}

/** Of the namespaces of a run. */
export function labOf(directory: string): string {
  return path.basename(directory).replaceAll(/\W/g, '').slice(-12);
}

/** Starts this program again, with a directory to work in, and cleans up after it; the exit code. */
export async function supervise(): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'kith-fire-'));
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    // A group of its own: all that it starts can be ended at once.
    detached: true,
    stdio: 'inherit',
    env: { ...process.env, [DIRECTORY]: directory },
  });
  const endGroup = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  for (const signal of SIGNALS) process.on(signal, endGroup);
  const [code, signal] = await once(child, 'exit');
  endGroup();
  await takeAway(directory);
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What a process does not take along when it ends. */
async function takeAway(directory: string): Promise<void> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${directory}/`));
  for (const place of mounts.reverse()) await command('umount', '-l', place);
  for (const end of ['a', 'b']) {
    const name = `kith-${labOf(directory)}-${end}`;
    if (existsSync(`/run/netns/${name}`)) await command('ip', 'netns', 'delete', name);
  }
  await rm(`/run/kith-lab/${labOf(directory)}`, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}
