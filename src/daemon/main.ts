/** The daemon: takes the home's lock, builds the ports, starts the device and the control API, and ends them in order. */

import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { parseHostPort } from '../api/address.ts';
import type { Config } from '../api/config.ts';
import type { DaemonService } from '../api/service.ts';
import { asKithError, KithError } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import type { EnginePrograms } from '../engine/programs.ts';
import { readIdentity } from '../host/identity-files.ts';
import { homeFiles } from '../host/locations.ts';
import { NodeClock } from '../host/node-clock.ts';
import { NodeDisk } from '../host/node-disk.ts';
import { nodeNetwork } from '../host/node-network.ts';
import { NodeRandom } from '../host/node-random.ts';
import { openNodeStore } from '../host/node-store.ts';
import { NodeWatcher } from '../host/node-watcher.ts';
import type { Log } from '../ports/log.ts';
import { ConfigFile, readConfig } from './config-file.ts';
import { startControlServer } from './control-server.ts';
import { ensureToken } from './control-token.ts';
import { Device, type DeviceFacts } from './device.ts';
import { deviceConfig } from './device-config.ts';
import { lockHome } from './lock.ts';
import { statusNotes } from './notes.ts';
import { Pauses } from './pauses.ts';
import { daemonService } from './service.ts';

/** Tells how things stand, through however many databases. */
type Status = Pick<DaemonService, 'status'>;

export interface DaemonOptions {
  /** Its abort stops the daemon cleanly. */
  readonly signal: AbortSignal;
  /** Called once the control API answers and every folder has been started. */
  readonly onReady: (running: Status) => void;
  readonly version: string;
  readonly log: Log;
}

/** After a database was replaced, for so long no other is: what damages them again and again is for a person to find. */
const REPLACE_AGAIN_MS = 3_600_000;

/** Runs until the signal aborts. HOME_IN_USE, CONFIG_INVALID and what else keeps it from starting. */
export async function runDaemon(home: string, options: DaemonOptions): Promise<void> {
  await using _lock = await lockHome(home, { signal: options.signal });
  const clock = new NodeClock();
  const startedMs = clock.mono();
  let replacedMs: number | undefined;
  const mayReplace = (): boolean =>
    replacedMs === undefined || clock.mono() - replacedMs >= REPLACE_AGAIN_MS;
  let current: Status | undefined;
  const onReady = (running: Status): void => {
    const isFirst = current === undefined;
    current = running;
    // Whoever was told asks the one that runs by then.
    if (isFirst) options.onReady({ status: () => (current ?? running).status() });
  };
  const run = (): ReturnType<typeof runOnce> =>
    runOnce(home, { ...options, clock, startedMs, onReady, mayReplace });
  while ((await run()) === 'damaged') replacedMs = clock.mono();
}

interface RunOptions extends DaemonOptions {
  readonly clock: NodeClock;
  /** When the process began, by that clock. */
  readonly startedMs: number;
  /** Whether a database that shows damage is to be replaced now, for which the run ends. */
  readonly mayReplace: () => boolean;
}

/** From an opening of the database to the signal, or until the database has to be replaced. */
async function runOnce(home: string, options: RunOptions): Promise<'ended' | 'damaged'> {
  const { log, version, clock } = options;
  // What was begun ends whatever keeps the rest from starting: a process that hangs on would hold the home.
  await using begun = new AsyncDisposableStack();
  const files = homeFiles(home);
  let config = await readConfig(home);
  const identity = await readIdentity(files.home);
  const token = await ensureToken(home);
  const facts = { self: identity.deviceId, version, ...(await readBoot()) };
  const disk = new NodeDisk<EnginePrograms>({ programs: programsUrl() });
  begun.defer(() => disk.close());
  const stop = new AbortController();
  let isDamaged = false;
  const store = await openNodeStore({
    file: files.index,
    onDamage: (damage) => log.write('error', 'database-damaged', { ...damage }),
    onSuspect: () => {
      isDamaged = options.mayReplace();
      log.write('error', 'database-suspect', { file: files.index, isReplaced: isDamaged });
      if (isDamaged) stop.abort(new Error('the database is damaged'));
    },
  });
  begun.defer(() => store.close());
  const [random, watcher] = [new NodeRandom(), new NodeWatcher()];
  const network = nodeNetwork(identity);
  const ports = { clock, random, log, disk, watcher, network, store };
  const group = new TaskGroup(AbortSignal.any([options.signal, stop.signal]));
  const pauses = new Pauses(clock);
  const start = deviceConfig(config, pauses);
  const device = new Device(ports, { facts, config: start }, group.signal);
  group.start(() => device.done);
  begun.defer(async () => {
    stop.abort(new Error('the daemon ends'));
    // If it failed, that is thrown below already.
    await Promise.allSettled([device.done]);
    log.write('info', 'stopped', {});
  });
  const update = () => device.update(deviceConfig(config, pauses));
  const file = new ConfigFile({
    home,
    onChange: async (changed) => {
      config = changed;
      await update();
    },
  });
  const now = () => config;
  group.start((inner) => endPauses({ pauses, file, log, config: now, update }, inner));
  const uptimeMs = () => Math.round(clock.mono() - options.startedMs);
  const notes = () => statusNotes(files.index);
  const service = daemonService({ device, facts, file, config: now, uptimeMs, notes });
  await serve({ config, token, service, log, addressFile: files.address }, async () => {
    log.write('info', 'ready', { device: facts.self, version });
    options.onReady(service);
    await group.join();
  });
  return isDamaged ? 'damaged' : 'ended';
}

/** Has every pause end in its time, until the signal aborts. */
async function endPauses(
  parts: {
    readonly pauses: Pauses;
    readonly file: ConfigFile;
    readonly log: Log;
    readonly config: () => Config;
    readonly update: () => Promise<void>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { pauses, file, log, config, update } = parts;
  const lift = () => file.liftPauses((found) => pauses.over(found));
  const onOver = async (): Promise<void> => {
    // What the file still says counts no more, though it could not be written.
    if (!(await attempt(lift, log))) await update();
  };
  await pauses.run({ config, onOver }, signal);
}

/** False if it failed; the log says how. */
async function attempt(act: () => Promise<unknown>, log: Log): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    const known = asKithError(error);
    if (known?.kind === 'bug') throw error;
    log.write('warn', 'pause-not-lifted', { error: String(error) });
    return false;
  }
}

/** Runs `body` while the control API answers. */
async function serve(
  parts: {
    readonly config: Config;
    readonly token: string;
    readonly service: ReturnType<typeof daemonService>;
    readonly log: Log;
    readonly addressFile: string;
  },
  body: () => Promise<void>,
): Promise<void> {
  const listen = parseHostPort(parts.config.api.listen);
  if (listen === undefined) {
    throw new KithError('LISTEN_FAILED', { address: parts.config.api.listen });
  }
  const { token, service, log, addressFile } = parts;
  const server = await startControlServer({ listen, token, service, log, addressFile });
  try {
    await body();
  } finally {
    await server.close();
  }
}

/** Beside this file, in the same form: source or built. */
function programsUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../engine/programs.${extension}`, import.meta.url);
}

/** What Linux gives anew at every start; elsewhere nothing tells, and every start counts as the same. */
async function readBoot(): Promise<Pick<DeviceFacts, 'bootId' | 'bootedAtMs'>> {
  const bootedAtMs = Date.now() - uptime() * 1000;
  if (process.platform !== 'linux') return { bootId: 'unknown', bootedAtMs };
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return { bootId: bootId.trim(), bootedAtMs };
}
