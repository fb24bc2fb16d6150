/** Kith, as it is built. KITH_BENCH_ENTRY names another entry file. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Contender, Pair, Running, Side } from '../contender.ts';
import { type Messenger, startMessenger } from '../messenger.ts';
import { startProgram, until } from '../program.ts';

const run = promisify(execFile);
const ENTRY =
  process.env['KITH_BENCH_ENTRY'] ?? path.resolve(import.meta.dirname, '../../dist/main.js');
const API = 'http://127.0.0.1:22080/api/v1';
const FOLDER = 'bench';

interface Status {
  readonly folders: readonly {
    readonly state: string;
    readonly local: { readonly files: number };
    readonly devices: readonly { readonly connected: boolean }[];
  }[];
}

export const kith: Contender = {
  name: 'kith',
  async prepare(pair, files) {
    const stack = new AsyncDisposableStack();
    const ids = { a: await init(pair.a), b: await init(pair.b) };
    await cli(pair.a, 'device', 'add', ids.b, '--name', 'b');
    await cli(
      pair.b,
      'device',
      'add',
      ids.a,
      '--name',
      'a',
      '--address',
      `tcp://${pair.a.address}:22000`,
    );
    await cli(pair.a, 'folder', 'add', FOLDER, pair.a.data, '--share', 'b');
    const a = await start(pair, pair.a, stack);
    await until('A has looked', async () => {
      const { folders } = (await a.ask('GET', `${API}/status`)) as Status;
      return folders[0]?.local.files === files;
    });
    const b = await start(pair, pair.b, stack);
    await until('connected', async () => {
      const { folders } = (await a.ask('GET', `${API}/status`)) as Status;
      return folders[0]?.devices[0]?.connected === true || (await isConnected(a));
    });
    return {
      async begin() {
        await b.ask('POST', `${API}/folders`, { id: FOLDER, path: pair.b.data, share: ['a'] });
      },
      settled: () => until('at rest', async () => (await isIdle(a)) && (await isIdle(b))),
      nudge: async () => undefined,
      processes: [a.program, b.program],
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  },
};

function home(side: Side): string {
  return path.join(side.state, 'kith');
}

async function cli(side: Side, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [ENTRY, ...args, '--home', home(side)]);
  return stdout.trim();
}

async function init(side: Side): Promise<string> {
  await cli(side, 'init', '--name', `bench-${side.node}`);
  return await cli(side, 'id');
}

async function start(
  pair: Pair,
  side: Side,
  stack: AsyncDisposableStack,
): Promise<Messenger & { program: Running }> {
  const profile = process.env['KITH_BENCH_PROFILE'];
  const flags =
    profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}/${side.node}`];
  const command = [process.execPath, ...flags, ENTRY, 'up', '--home', home(side)];
  const program = startProgram(pair, side, { command });
  let token = '';
  await until('the token', async () => {
    token = (await readFile(path.join(home(side), 'api-token'), 'utf8')).trim();
    return token !== '';
  });
  const messenger = startMessenger(pair, side, { authorization: `Bearer ${token}` });
  stack.use(messenger);
  stack.use(program);
  await until('the API', async () => (await messenger.ask('GET', `${API}/status`)) !== undefined);
  return { ...messenger, program };
}

async function isConnected(messenger: Messenger): Promise<boolean> {
  const { folders } = (await messenger.ask('GET', `${API}/status`)) as Status;
  return folders.some((folder) => folder.devices.some((device) => device.connected));
}

async function isIdle(messenger: Messenger): Promise<boolean> {
  const { folders } = (await messenger.ask('GET', `${API}/status`)) as Status;
  return folders.every((folder) => folder.state === 'idle');
}
