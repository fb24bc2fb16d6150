/** Runs the work as a process of its own, so that whatever becomes of it, everything that it began is ended and taken away. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { ownMark, takeAway, takeAwayForgotten } from './leftovers.ts';
import type { Options } from './options.ts';
import { tell } from './outcome.ts';
import { keepFigures } from './report.ts';
import { NOTHING, type Standing } from './tally.ts';
import { asEnvironment, standingFile } from './work.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const SAMPLE_MINUTES = 15;
/** Of the time of a sample, for taking away what it made. */
const LAST_MS = { work: 20_000, supervisor: 12_000 };
/** Directories of runs, and whether one that nobody supervises any more was left. */
const PREFIX = 'kith-fire-';

/** Starts this program again, with a directory to work in, cleans up after it and says how it ended; the exit code. */
export async function supervise(options: Options): Promise<number> {
  const beganMs = Date.now();
  await takeAwayForgotten(tmpdir(), PREFIX);
  const directory = await mkdtemp(path.join(tmpdir(), PREFIX));
  await writeFile(ownMark(directory), `${process.pid}`);
  const lastMs = lastMsOf(options, beganMs);
  const ended = await workAt(directory, lastMs);
  const standing = await standingOf(directory);
  const faults = [...endingFaults(standing, ended), ...(await takeAway(directory))];
  const seconds = Math.round((Date.now() - beganMs) / 1000);
  const outcome = { ...standing, seconds, faults };
  if (options.keep) await keepFigures(options, outcome);
  const code = tell(outcome);
  return ended.signalled === undefined ? code : 128 + constants.signals[ended.signalled];
}

/** When the run has to be over; undefined: when it is. */
function lastMsOf({ part, minutes }: Options, beganMs: number): number | undefined {
  return part === 'sample' ? beganMs + (minutes ?? SAMPLE_MINUTES) * 60_000 : undefined;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The signal that this process was sent, if any. */
  readonly signalled: (typeof SIGNALS)[number] | undefined;
}

async function workAt(directory: string, lastMs: number | undefined): Promise<Ended> {
  const order = {
    directory,
    kept: `${directory}-failed`,
    overMs: lastMs === undefined ? null : lastMs - LAST_MS.work,
  };
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    // A group of its own: all that it starts can be ended at once.
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...asEnvironment(order) },
  });
  const endGroup = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  let signalled: Ended['signalled'];
  for (const name of SIGNALS) {
    process.on(name, () => {
      signalled ??= name;
      endGroup();
    });
  }
  const leftMs = lastMs === undefined ? undefined : lastMs - LAST_MS.supervisor - Date.now();
  // One that is too busy to end itself.
  const timer = leftMs === undefined ? undefined : setTimeout(endGroup, Math.max(0, leftMs));
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  endGroup();
  return { code, signal, signalled };
}

async function standingOf(directory: string): Promise<Standing> {
  try {
    return JSON.parse(await readFile(standingFile(directory), 'utf8')) as Standing;
  } catch (error) {
    // It ended before it had begun, which is told.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return NOTHING;
  }
}

/** What is wrong with the way the work ended. */
function endingFaults(
  { isWhole, failed }: Standing,
  { code, signal, signalled }: Ended,
): readonly string[] {
  const how = signal === null ? `code ${code}` : signal;
  if (signalled !== undefined) return [`the run was ended by ${signalled}`];
  if (!isWhole) return [`the run ended with ${how} before it was over`];
  return code !== 0 && failed === 0 ? [`the run ended with ${how}`] : [];
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
