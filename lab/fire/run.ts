/** What all parts of a run share. */

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Scope } from './scope.ts';
import type { Tally } from './tally.ts';

const SERVICES = path.resolve(import.meta.dirname, '../../test/services');

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

/** Installs what is missing of groups of test/services/install.sh. Throws with its words if it cannot. */
export async function install(...groups: readonly string[]): Promise<void> {
  await promisify(execFile)('bash', [path.join(SERVICES, 'install.sh'), ...groups]);
}

/** Runs a program to its end; what it printed. Throws with its words if it fails. */
export async function command(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args]);
  return stdout;
}
