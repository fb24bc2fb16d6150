/** Runs a program under lab/fire/strike.c: killed, or failed, at its n-th call on the files of a device. */

import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readTextIfThere } from '../../src/host/private-file.ts';
import { type CallSet, callsOf } from './calls.ts';
import { needing, reasonOf } from './run.ts';

const run = promisify(execFile);
const SOURCE = path.join(import.meta.dirname, 'strike.c');

/** What happens at which call. `at` 0: nothing, calls are only counted. */
export interface Strike {
  readonly calls: CallSet | readonly string[];
  readonly at: number;
  /** Calls in a row; 1 unless said. */
  readonly times?: number;
  /** `kill`, or the name of an error such as EIO. */
  readonly act: string;
  /** Where calls count, below the device's own directory; all of that unless said. */
  readonly below?: string;
}

/** What the program was seen to call. */
export interface Seen {
  readonly counted: number;
  /** `NUMBER CALL PATH` of each call that was struck. */
  readonly struck: readonly string[];
}

export class Striker {
  readonly #binary: string;

  private constructor(binary: string) {
    this.#binary = binary;
  }

  /** Compiles it into `directory`: a fifth of a second. Throws why nothing can be traced here, if so. */
  static async make(directory: string): Promise<Striker> {
    const binary = path.join(directory, 'strike');
    await run('cc', ['-O2', '-Wall', '-Wextra', '-o', binary, SOURCE]);
    await needing('tracing system calls', () => proveTracing(binary, directory));
    return new Striker(binary);
  }

  /** Words before a program. Calls count in the device's directory alone; they are noted in a file beside it. */
  async words(directory: string, strike: Strike): Promise<readonly string[]> {
    const { calls, at, times = 1, act, below = '' } = strike;
    const log = `${directory}.strike.log`;
    await rm(log, { force: true });
    const names = typeof calls === 'string' ? callsOf(calls) : calls;
    const place = path.join(directory, below);
    return [this.#binary, log, names.join(','), place, `${at}`, `${times}`, act];
  }

  /** What was noted since `words`; nothing if the program never ran. */
  async seen(directory: string): Promise<Seen> {
    const text = (await readTextIfThere(`${directory}.strike.log`)) ?? '';
    const lines = text.split('\n').filter((line) => line !== '');
    const struck = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    return { counted: lines.length, struck };
  }
}

/** A call that is to fail does, or this throws what kept it from that. */
async function proveTracing(binary: string, directory: string): Promise<void> {
  const place = path.join(directory, 'traced');
  const words = [`${place}.log`, 'mkdir', directory, '1', '1', 'EIO', 'mkdir', place];
  const failure = await run(binary, words).then(() => undefined, reasonOf);
  await rm(`${place}.log`, { force: true });
  if (failure?.includes('Input/output error') === true) return;
  throw new Error(failure ?? 'a call that was struck did not fail');
}
