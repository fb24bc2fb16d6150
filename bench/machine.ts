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

/** `root` is the checkout. */
export async function machineFacts(root: string): Promise<MachineFacts> {
  const cpus = os.cpus();
  const first = async (command: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(command, args, { cwd: root });
    return stdout.split('\n')[0] ?? '';
  };
  const changed = await first('git', 'status', '--porcelain', '--', 'src', 'package.json');
  return {
    date: new Date().toISOString(),
    commit: `${await first('git', 'rev-parse', 'HEAD')}${changed === '' ? '' : '+'}`,
    processor: cpus[0]?.model ?? '',
    cores: cpus.length,
    memoryGib: Math.round(os.totalmem() / 1024 ** 3),
    kernel: os.release(),
    versions: {
      node: process.version,
      rsync: (await first('rsync', '--version')).replace(/\s+/g, ' '),
      syncthing: await first('syncthing', '--version'),
    },
  };
}
