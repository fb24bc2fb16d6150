/** The daemon: takes the home's lock, builds the ports, starts the device and the control API, and ends them in order. */

import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { parseHostPort } from '../api/address.ts';
import type { Config } from '../api/config.ts';
import { KithError } from '../base/error.ts';
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
import { Device, type DeviceConfig, type DeviceFacts } from './device.ts';
import { lockHome } from './lock.ts';
import { daemonService } from './service.ts';

export interface DaemonOptions {
  /** Its abort stops the daemon cleanly. */
  readonly signal: AbortSignal;
  /** Called once the control API answers and every folder has been started. */
  readonly onReady: () => void;
  readonly version: string;
  readonly log: Log;
}

/** Runs until the signal aborts. HOME_IN_USE, CONFIG_INVALID and what else keeps it from starting. */
export async function runDaemon(home: string, options: DaemonOptions): Promise<void> {
  const { log, version } = options;
  await using _lock = await lockHome(home, { signal: options.signal });
  // What was begun ends whatever keeps the rest from starting: a process that hangs on would hold the home.
  await using begun = new AsyncDisposableStack();
  const files = homeFiles(home);
  let config = await readConfig(home);
  const identity = await readIdentity(files.home);
  const token = await ensureToken(home);
  const facts = { self: identity.deviceId, version, ...(await readBoot()) };
  const disk = new NodeDisk<EnginePrograms>({ programs: programsUrl() });
  begun.defer(() => disk.close());
  const store = await openNodeStore({
    file: files.index,
    onDamage: (damage) => log.write('error', 'database-damaged', { ...damage }),
  });
  begun.defer(() => store.close());
  const clock = new NodeClock();
  const ports = {
    clock,
    random: new NodeRandom(),
    log,
    disk,
    watcher: new NodeWatcher(),
    network: nodeNetwork(identity),
    store,
  };
  const startedMs = clock.mono();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const device = new Device(ports, { facts, config: deviceConfig(config) }, signal);
  begun.defer(async () => {
    stop.abort(new Error('the daemon ends'));
    // If it failed, that is thrown below already.
    await Promise.allSettled([device.done]);
    log.write('info', 'stopped', {});
  });
  const file = new ConfigFile({
    home,
    onChange: async (changed) => {
      config = changed;
      await device.update(deviceConfig(changed));
    },
  });
  const uptimeMs = (): number => Math.round(clock.mono() - startedMs);
  const service = daemonService({ device, facts, file, config: () => config, uptimeMs });
  await serve({ config, token, service, log, addressFile: files.address }, async () => {
    log.write('info', 'ready', { device: facts.self, version });
    options.onReady();
    await device.done;
  });
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

function deviceConfig({ name, listen, devices, folders }: Config): DeviceConfig {
  return { name, listen, devices, folders };
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
