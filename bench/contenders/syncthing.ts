/** Syncthing as it comes, without anything that leaves the two namespaces, its watcher at the shortest delay. */

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Contender, Pair, Running, Side } from '../contender.ts';
import { type Messenger, startMessenger } from '../messenger.ts';
import { startProgram, until } from '../program.ts';

const run = promisify(execFile);
const KEY = 'bench-key';
const API = 'http://127.0.0.1:8384/rest';
const FOLDER = 'bench';

export const syncthing: Contender = {
  name: 'syncthing',
  async prepare(pair, files) {
    const stack = new AsyncDisposableStack();
    const [a, b] = [await generate(pair.a), await generate(pair.b)];
    const known = { self: a, other: b, otherAddress: 'dynamic', isPaused: false };
    await writeConfig(pair.a, known);
    const dialled = `tcp://${pair.a.address}:22000`;
    await writeConfig(pair.b, { self: b, other: a, otherAddress: dialled, isPaused: true });
    const onA = start(pair, pair.a, stack);
    await until('A has looked', async () => {
      const status = await folderStatus(onA);
      return status.state === 'idle' && status.localFiles === files;
    });
    const onB = start(pair, pair.b, stack);
    await until('connected', async () => {
      const { connections } = (await onB.ask('GET', `${API}/system/connections`)) as Connections;
      return connections[a]?.connected === true;
    });
    return {
      async begin() {
        await onB.ask('PATCH', `${API}/config/folders/${FOLDER}`, { paused: false });
      },
      settled: () => until('at rest', async () => (await isIdle(onA)) && (await isIdle(onB))),
      nudge: async () => undefined,
      processes: [onA.program, onB.program],
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  },
};

interface Connections {
  readonly connections: Readonly<Record<string, { readonly connected: boolean }>>;
}

interface FolderStatus {
  readonly state: string;
  readonly localFiles: number;
  readonly needFiles: number;
}

async function folderStatus(messenger: Messenger): Promise<FolderStatus> {
  return (await messenger.ask('GET', `${API}/db/status?folder=${FOLDER}`)) as FolderStatus;
}

async function isIdle(messenger: Messenger): Promise<boolean> {
  const { state, needFiles } = await folderStatus(messenger);
  return state === 'idle' && needFiles === 0;
}

function homeOf(side: Side): string {
  return path.join(side.state, 'syncthing');
}

async function generate(side: Side): Promise<string> {
  const home = homeOf(side);
  const args = ['generate', `--home=${home}`, '--skip-port-probing', '--no-default-folder'];
  await run('syncthing', args, { env: { ...process.env, HOME: side.state } });
  const text = await readFile(path.join(home, 'config.xml'), 'utf8');
  const id = /<device id="([A-Z2-7-]{63})"/.exec(text)?.[1];
  if (id === undefined) throw new Error('syncthing made no identity');
  return id;
}

async function writeConfig(
  side: Side,
  known: {
    readonly self: string;
    readonly other: string;
    readonly otherAddress: string;
    readonly isPaused: boolean;
  },
): Promise<void> {
  const text = `<configuration version="36">
 <folder id="${FOLDER}" path="${side.data}" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="true" fsWatcherDelayS="1">
  <device id="${known.self}"></device>
  <device id="${known.other}"></device>
  <paused>${known.isPaused}</paused>
 </folder>
 <device id="${known.self}" name="self"><address>dynamic</address></device>
 <device id="${known.other}" name="other"><address>${known.otherAddress}</address></device>
 <gui enabled="true" tls="false"><address>127.0.0.1:8384</address><apikey>${KEY}</apikey></gui>
 <options>
  <listenAddress>tcp://0.0.0.0:22000</listenAddress>
  <globalAnnounceEnabled>false</globalAnnounceEnabled>
  <localAnnounceEnabled>false</localAnnounceEnabled>
  <relaysEnabled>false</relaysEnabled>
  <natEnabled>false</natEnabled>
  <startBrowser>false</startBrowser>
  <urAccepted>-1</urAccepted>
  <crashReportingEnabled>false</crashReportingEnabled>
  <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
  <reconnectionIntervalS>5</reconnectionIntervalS>
 </options>
</configuration>
`;
  await writeFile(path.join(homeOf(side), 'config.xml'), text);
}

function start(
  pair: Pair,
  side: Side,
  stack: AsyncDisposableStack,
): Messenger & { program: Running } {
  const messenger = startMessenger(pair, side, { 'x-api-key': KEY });
  stack.use(messenger);
  const command = [
    ...['syncthing', 'serve', `--home=${homeOf(side)}`, '--no-browser', '--no-restart'],
    ...['--no-upgrade', '--logfile=-'],
  ];
  // One process instead of one that watches over another: so that its id is the one to stop.
  const env = { STMONITORED: 'yes', STNOUPGRADE: '1' };
  const program = stack.use(startProgram(pair, side, { command, env }));
  return { ...messenger, program };
}
