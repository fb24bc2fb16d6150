/** What all parts of a run share. */

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Scope } from './scope.ts';
import type { Tally } from './tally.ts';

const INSTALL = path.resolve(import.meta.dirname, '../../test/services/install.sh');

export interface Run {
  /** A directory that ends with the run. */
  readonly directory: string;
  /** Where the files of failed cases are kept. */
  readonly kept: string;
  readonly scope: Scope;
  readonly tally: Tally;
  readonly seed: number;
  /** Cases at the same time. */
  readonly jobs: number;
  /** Monotonic milliseconds; nothing new is begun after that. */
  readonly endMs: number;
}

/** True if there is time for more. */
export function hasTime(run: Pick<Run, 'endMs'>): boolean {
  return performance.now() < run.endMs;
}

/** The same run, for so long at most. */
export function within(run: Run, ms: number): Run {
  return { ...run, endMs: Math.min(run.endMs, performance.now() + ms) };
}

/** Installs what is missing. Throws why nothing of this can be done here. */
export async function prepare(): Promise<void> {
  const { platform, arch, getuid } = process;
  if (platform !== 'linux' || arch !== 'x64') {
    throw new Error(`Linux on x86-64 is needed; this is ${platform} on ${arch}`);
  }
  if (getuid?.() !== 0) throw new Error('only root may trace, mount and make networks');
  await command('bash', INSTALL, 'fire');
}

/** Does a part; what keeps it from being done is a failure with its reason, and the other parts go on. */
export async function attempt(
  { tally }: Pick<Run, 'tally'>,
  part: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    tally.fail(part, [reasonOf(error)]);
  }
}

/** Does what this machine may not allow; `what` says, in the error, what it was. */
export async function needing<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${what} is not possible here: ${reasonOf(error)}`, { cause: error });
  }
}

/** What went wrong, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}

/** Runs a program to its end; what it printed. Throws with its words if it fails. */
export async function command(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args]);
  return stdout;
}
