/** A real Syncthing for tests: one process on 127.0.0.1 that knows nobody but whom the test names. */

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DeviceId, parseDeviceId } from '../../src/model/device-id.ts';

const run = promisify(execFile);
const KEY = 'a-key-for-tests';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 60_000;

/** The pinned reason for which tests with a real Syncthing may be skipped. */
export const NO_SYNCTHING = 'no Syncthing here, and it cannot be installed';

/** Whom Syncthing knows, and where it looks for them; `dynamic` = they dial. */
export interface SyncthingPeer {
  readonly id: DeviceId;
  readonly address: string;
}

/** What it is given. Every folder is shared with every peer. */
export interface SyncthingSettings {
  readonly peers: readonly SyncthingPeer[];
  readonly folders: readonly string[];
  /** Where to listen; a free port unless said. */
  readonly port?: number;
}

/** True if it is there; installs it by apt-get if this is root and it is not. */
export function hasSyncthing(): boolean {
  if (isThere()) return true;
  if (process.getuid?.() !== 0) return false;
  const options = { timeout: 180_000, stdio: 'ignore' } as const;
  const install = () => spawnSync('apt-get', ['install', '-y', 'syncthing'], options);
  if (install().status !== 0) {
    spawnSync('apt-get', ['update'], options);
    install();
  }
  return isThere();
}

function isThere(): boolean {
  return spawnSync('syncthing', ['--version']).status === 0;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export class Syncthing implements AsyncDisposable {
  readonly id: DeviceId;
  /** Where it listens: `tcp://…`. */
  readonly address: string;
  readonly directory: string;
  readonly #api: string;
  #process: ChildProcess;

  private constructor(parts: {
    readonly id: DeviceId;
    readonly address: string;
    readonly directory: string;
    readonly api: string;
    readonly process: ChildProcess;
  }) {
    this.id = parts.id;
    this.address = parts.address;
    this.directory = parts.directory;
    this.#api = parts.api;
    this.#process = parts.process;
  }

  /** Makes a new identity and starts it; resolves when its API answers. */
  static async start(settings: SyncthingSettings): Promise<Syncthing> {
    const directory = await mkdtemp(path.join(tmpdir(), 'kith-syncthing-'));
    const home = path.join(directory, 'home');
    const made = ['generate', `--home=${home}`, '--skip-port-probing', '--no-default-folder'];
    await run('syncthing', made, { env: { ...process.env, HOME: directory } });
    const generated = await readFile(path.join(home, 'config.xml'), 'utf8');
    const id = parseDeviceId(/<device id="([A-Z2-7-]{63})"/.exec(generated)?.[1] ?? '');
    const [bep, gui] = [settings.port ?? (await freePort()), await freePort()];
    const address = `tcp://127.0.0.1:${bep}`;
    for (const folder of settings.folders) {
      await mkdir(path.join(directory, folder), { recursive: true });
    }
    const config = configOf(settings, { id, directory, address, gui });
    await writeFile(path.join(home, 'config.xml'), config);
    const syncthing = new Syncthing({
      id,
      address,
      directory,
      api: `http://127.0.0.1:${gui}`,
      process: serve(directory, home),
    });
    await syncthing.#untilUp();
    return syncthing;
  }

  /** Where a folder's files are. */
  folder(id: string): string {
    return path.join(this.directory, id);
  }

  /** The answer of its API, as JSON. */
  async get(route: string): Promise<unknown> {
    return await this.#call('GET', route);
  }

  async post(route: string, body?: unknown): Promise<void> {
    await this.#call('POST', route, body);
  }

  async patch(route: string, body: unknown): Promise<void> {
    await this.#call('PATCH', route, body);
  }

  /** Looks for changes in a folder; resolves when it has. */
  async scan(folder: string): Promise<void> {
    await this.post(`/rest/db/scan?folder=${folder}`);
  }

  async isConnected(device: DeviceId): Promise<boolean> {
    const { connections } = (await this.get('/rest/system/connections')) as {
      connections: Record<string, { connected: boolean }>;
    };
    return connections[device]?.connected === true;
  }

  /** Why connections with the device ended, all of them since the start. */
  async disconnectReasons(device: DeviceId): Promise<readonly string[]> {
    // A filter in the question would begin to gather only now.
    const events = (await this.get('/rest/events?since=0&timeout=1')) as {
      type: string;
      data: { id: string; error: string };
    }[];
    return events
      .filter(({ type, data }) => type === 'DeviceDisconnected' && data.id === device)
      .map(({ data }) => data.error);
  }

  /** What it printed. */
  async log(): Promise<string> {
    return await readFile(path.join(this.directory, 'log'), 'utf8');
  }

  /** Ends the process at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Starts it again after `kill`, with all that it knew; resolves when its API answers. */
  async restart(): Promise<void> {
    this.#process = serve(this.directory, path.join(this.directory, 'home'));
    await this.#untilUp();
  }

  /** Ends the process and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    const hasEnded = () => this.#process.exitCode !== null || this.#process.signalCode !== null;
    if (!hasEnded()) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const limit = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  async #untilUp(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    for (;;) {
      try {
        await this.get('/rest/system/ping');
        return;
      } catch (error) {
        if (Date.now() < end && this.#process.exitCode === null) await pause(100);
        else {
          const log = await this.log();
          await this[Symbol.asyncDispose]();
          throw new Error(`Syncthing did not come up:\n${log.slice(-2000)}`, { cause: error });
        }
      }
    }
  }

  async #call(method: string, route: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(this.#api + route, {
      method,
      // A connection that is kept would be met dead after Syncthing was killed.
      headers: { 'X-API-Key': KEY, connection: 'close' },
      // A look waits while it pulls: on a busy machine that takes its time.
      signal: AbortSignal.timeout(120_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** Waits until the question is answered with yes; fails after `ms` (120 s unless said). */
export async function eventually(
  what: string,
  question: () => Promise<boolean> | boolean,
  ms = 120_000,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`this did not happen in ${ms} ms: ${what}`);
    await pause(50);
  }
}

function serve(directory: string, home: string): ChildProcess {
  const log = createWriteStream(path.join(directory, 'log'), { flags: 'a' });
  // Its own supervisor is told to stay away, so that one process is all there is to stop.
  const env = { ...process.env, HOME: directory, STMONITORED: 'yes', STNOUPGRADE: '1' };
  const args = ['serve', `--home=${home}`, '--no-browser', '--no-restart', '--logfile=-'];
  const child = spawn('syncthing', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('exit', () => log.end());
  return child;
}

function configOf(
  settings: SyncthingSettings,
  own: {
    readonly id: DeviceId;
    readonly directory: string;
    readonly address: string;
    readonly gui: number;
  },
): string {
  const shares = [own.id, ...settings.peers.map((peer) => peer.id)]
    .map((id) => `<device id="${id}"></device>`)
    .join('');
  const folders = settings.folders.map(
    (id) => `<folder id="${id}" label="${id}" path="${path.join(own.directory, id)}"
      type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="false" fsWatcherDelayS="1"
      ignorePerms="false" autoNormalize="true">${shares}
      <minDiskFree unit="">0</minDiskFree><maxConflicts>10</maxConflicts></folder>`,
  );
  const devices = [{ id: own.id, address: 'dynamic' }, ...settings.peers].map(
    ({ id, address }) => `<device id="${id}" name="one" compression="metadata">
      <address>${address}</address></device>`,
  );
  return `<configuration version="36">${folders.join('')}${devices.join('')}
    <gui enabled="true" tls="false">
      <address>127.0.0.1:${own.gui}</address><apikey>${KEY}</apikey></gui>
    <options>
      <listenAddress>${own.address}</listenAddress>
      <globalAnnounceEnabled>false</globalAnnounceEnabled>
      <localAnnounceEnabled>false</localAnnounceEnabled>
      <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>
      <stunKeepaliveStartS>0</stunKeepaliveStartS><stunKeepaliveMinS>0</stunKeepaliveMinS>
      <announceLANAddresses>false</announceLANAddresses><startBrowser>false</startBrowser>
      <urAccepted>-1</urAccepted><crashReportingEnabled>false</crashReportingEnabled>
      <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
      <reconnectionIntervalS>5</reconnectionIntervalS>
      <minHomeDiskFree unit="">0</minHomeDiskFree>
    </options></configuration>`;
}
