/** The configuration of a home whose daemon does not run: the file, changed under the home's lock. */

import type { ConfigurationService } from '../api/service.ts';
import { ConfigFile } from './config-file.ts';
import { tryLockHome } from './lock.ts';

/** Changes go to the file; no daemon starts until this is disposed. */
export type OfflineConfig = ConfigurationService & AsyncDisposable;

/** Opens the file for changes, or gives undefined if a daemon, or another command, has the lock. CONFIG_MISSING. */
export async function openOffline(home: string): Promise<OfflineConfig | undefined> {
  const lock = await tryLockHome(home, 'command');
  if (lock === undefined) return undefined;
  const file = new ConfigFile({ home });
  return Object.assign(file, { [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() });
}
