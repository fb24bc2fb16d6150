/** Where things stand on this machine: the default home, and the files in a home. */

import { homedir } from 'node:os';
import path from 'node:path';

/** The private files of one home, as absolute paths. All are 0600 in a 0700 directory. */
export interface HomeFiles {
  readonly home: string;
  readonly config: string;
  readonly certificate: string;
  readonly key: string;
  readonly index: string;
  /** The token of the control API. */
  readonly token: string;
  /** HOST:PORT at which the running daemon's control API answers; only there while one runs. */
  readonly address: string;
  readonly lock: string;
}

/** The files of `home`, which may be given relative to the working directory. */
export function homeFiles(home: string): HomeFiles {
  const root = path.resolve(home);
  return {
    home: root,
    config: path.join(root, 'config.yaml'),
    certificate: path.join(root, 'cert.pem'),
    key: path.join(root, 'key.pem'),
    index: path.join(root, 'index.db'),
    token: path.join(root, 'api-token'),
    address: path.join(root, 'api-address'),
    lock: path.join(root, 'lock'),
  };
}

/** What the default home depends on. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The home when neither --home nor KITH_HOME says otherwise: `kith` in the platform's configuration folder. */
export function defaultHome({ platform, env }: Surroundings): string {
  if (platform === 'win32') {
    return path.join(env['APPDATA'] ?? path.join(homedir(), 'AppData', 'Roaming'), 'kith');
  }
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'kith');
  const configured = env['XDG_CONFIG_HOME'];
  // The base directory specification: a relative path there is to be ignored.
  const usable = configured !== undefined && path.isAbsolute(configured);
  return path.join(usable ? configured : path.join(homedir(), '.config'), 'kith');
}
