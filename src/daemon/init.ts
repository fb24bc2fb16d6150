/** Sets up a home: identity, token, configuration. The configuration comes last: with it the home is complete. */

import { chmod, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { KithError } from '../base/error.ts';
import { makeCertificate } from '../host/certificate.ts';
import { readIdentity, writeIdentity } from '../host/identity-files.ts';
import { type HomeFiles, homeFiles } from '../host/locations.ts';
import {
  makePrivateDirectory,
  readTextIfThere,
  requirePrivate,
  writePrivateFile,
} from '../host/private-file.ts';
import type { DeviceId } from '../model/device-id.ts';
import { parseConfig } from './config-file-parse.ts';
import { ensureToken } from './control-token.ts';
import { tryLockHome } from './lock.ts';

/** What a person may choose; the rest has defaults. All of it was parsed before. */
export interface InitOptions {
  readonly name?: string | undefined;
  readonly listen: readonly string[];
  readonly api: string;
}

/**
 * Makes `home` and everything in it, private from the start. CONFIG_EXISTS if it is set up already; HOME_UNSAFE if others
 * may enter a directory that is not empty. An identity that an interrupted attempt left is kept and used.
 */
export async function initHome(home: string, options: InitOptions): Promise<DeviceId> {
  const files = homeFiles(home);
  await makeHome(files);
  const lock = await tryLockHome(home, 'command');
  if (lock === undefined) throw new KithError('HOME_IN_USE', { home: files.home });
  await using _ = lock;
  if ((await readTextIfThere(files.config)) !== undefined) {
    throw new KithError('CONFIG_EXISTS', { home: files.home });
  }
  const { deviceId } = await ensureIdentity(files);
  await ensureToken(files.home);
  await writePrivateFile(files.config, configText(options));
  return deviceId;
}

async function makeHome({ home }: HomeFiles): Promise<void> {
  if (await makePrivateDirectory(home)) return;
  if ((await readdir(home)).length === 0) await chmod(home, 0o700);
  await requirePrivate([home]);
}

async function ensureIdentity(files: HomeFiles) {
  const key = await readTextIfThere(files.key);
  const certificate = await readTextIfThere(files.certificate);
  const isNew = key === undefined && certificate === undefined;
  return isNew
    ? await writeIdentity(files.home, makeCertificate(Date.now()))
    : await readIdentity(files.home);
}

function configText({ name, listen, api }: InitOptions): string {
  const text = `# The configuration of this device. The kith commands change it too, and keep the comments.
name: ${scalar(name ?? defaultName())}

# Where other devices reach this one.
listen: [${listen.map(scalar).join(', ')}]

# Where the kith commands reach the daemon. Whoever holds api-token may do everything there,
# so keep it on this machine.
api: { listen: ${scalar(api)} }

# The other devices, for example:
#   - { id: ID, name: nas, addresses: [tcp://192.0.2.7:22000] }
# The address dynamic means that the device dials this one.
devices: []

# What is shared, and with whom, for example:
#   - { id: docs, path: /home/me/docs, kind: send-receive, devices: [nas] }
folders: []
`;
  const { outcome } = parseConfig(text);
  if (outcome.kind === 'config') return text;
  throw new KithError('CONFIG_CHANGE_REFUSED', { reasons: outcome.mistakes.map((m) => m.text) });
}

/** One line of YAML that reads as this text, also between brackets: JSON is YAML, and bare words are nicer. */
function scalar(value: string): string {
  const isBare = /^([A-Za-z][\w.-]*|tcp:\/\/[\w.:-]+|[\w.-]*[A-Za-z.][\w.-]*:\d+)$/.test(value);
  const isWord = /^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isBare && !isWord ? value : JSON.stringify(value);
}

/** The name of this machine without its domain, or `device` if it has none that fits. */
function defaultName(): string {
  const [short = ''] = hostname().split('.');
  return short.slice(0, 64) || 'device';
}
