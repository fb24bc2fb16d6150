/** Where and with what it was measured. */

import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface MachineFacts {
  readonly date: string;
  /** Of this project, with `+` if files differed from it. */
  readonly commit: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** `root` is the checkout; `programs` are others that were measured, by how they are asked for their version. */
export async function machineFacts(
  root: string,
  programs: Readonly<Record<string, string>> = {},
): Promise<MachineFacts> {
  const cpus = os.cpus();
  const first = async (command: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(command, args, { cwd: root });
    return (stdout.split('\n')[0] ?? '').replace(/\s+/g, ' ');
  };
  const changed = await first('git', 'status', '--porcelain', '--', 'src', 'package.json');
  const versions: Record<string, string> = { node: process.version };
  for (const [program, asked] of Object.entries(programs)) {
    versions[program] = await first(program, asked);
  }
  return {
    date: new Date().toISOString(),
    commit: `${await first('git', 'rev-parse', 'HEAD')}${changed === '' ? '' : '+'}`,
    processor: cpus[0]?.model ?? '',
    cores: cpus.length,
    memoryGib: Math.round(os.totalmem() / 1024 ** 3),
    kernel: os.release(),
    versions,
  };
}
