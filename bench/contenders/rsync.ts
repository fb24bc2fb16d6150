/** rsync over ssh to a server of our own on B. One run is a whole synchronisation. */

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Contender, Pair } from '../contender.ts';
import { startProgram, until } from '../program.ts';

const run = promisify(execFile);
const PORT = '2022';

export const rsync: Contender = {
  name: 'rsync',
  async prepare(pair) {
    const key = path.join(pair.a.state, 'key');
    const stack = new AsyncDisposableStack();
    stack.use(await startServer(pair, key));
    const ssh = [
      ...['ssh', '-p', PORT, '-i', key, '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ];
    const target = `root@${pair.b.address}`;
    const onA = async (command: readonly string[]): Promise<void> => {
      const [file, ...args] = pair.on(pair.a, command);
      await run(file, args);
    };
    await until('ssh', async () => {
      await onA([...ssh, target, 'true']);
      return true;
    });
    const sync = async (): Promise<void> => {
      const from = `${pair.a.data}/`;
      await onA(['rsync', '-a', '-e', ssh.join(' '), from, `${target}:${pair.b.data}/`]);
      await run('sync', ['-f', pair.b.data]);
    };
    return {
      begin: sync,
      settled: async () => undefined,
      nudge: sync,
      processes: [],
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  },
};

async function startServer(pair: Pair, key: string): Promise<AsyncDisposable> {
  const { state } = pair.b;
  const host = path.join(state, 'host-key');
  for (const file of [key, host])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const allowed = path.join(state, 'allowed');
  await writeFile(allowed, await readFile(`${key}.pub`), { mode: 0o600 });
  const config = path.join(state, 'sshd.conf');
  const lines = [
    ...[`Port ${PORT}`, `HostKey ${host}`, `AuthorizedKeysFile ${allowed}`, 'UsePAM no'],
    ...['StrictModes no', 'PermitRootLogin prohibit-password', `PidFile ${state}/sshd.pid`],
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  await mkdir('/run/sshd', { recursive: true });
  return startProgram(pair, pair.b, { command: ['/usr/sbin/sshd', '-D', '-e', '-f', config] });
}
