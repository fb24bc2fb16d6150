/** One process per home: the lock that a daemon holds all its life and a command holds for one change of the file. */

import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KithError } from '../base/error.ts';
import { type FileLock, tryFileLock } from '../host/file-lock.ts';
import { homeFiles } from '../host/locations.ts';
import { isAbsence, readTextIfThere, requirePrivate } from '../host/private-file.ts';

/** Held until disposed; the system ends it too if the process dies. */
export interface HomeLock extends AsyncDisposable {
  readonly home: string;
}

/** Commands look whether somebody holds the lock, and hold it for a moment: a daemon that starts waits for them. */
const PATIENCE_MS = 3000;
/** If the file names a daemon that lives, waiting is in vain but for the moment in which it ends. */
const PATIENCE_WITH_DAEMON_MS = 300;
const RETRY_MS = 20;

/**
 * Takes the lock for a daemon. HOME_IN_USE with `data.pid` if another one keeps it; CONFIG_MISSING if there is no home.
 * HOME_LOCK_UNSUPPORTED; HOME_UNSAFE if others may enter it or read its secrets. Whoever has the lock knows that no daemon
 * runs, so what a dead one left is removed.
 */
export async function lockHome(
  home: string,
  options: { readonly signal: AbortSignal },
): Promise<HomeLock> {
  const { home: directory, key, token } = homeFiles(home);
  await requirePrivate([directory, key, token]);
  const startMs = performance.now();
  for (;;) {
    const lock = await tryLockHome(home, 'daemon');
    if (lock !== undefined) return lock;
    const holder = await readHolder(home);
    const patience = holder?.isDaemon ? PATIENCE_WITH_DAEMON_MS : PATIENCE_MS;
    if (performance.now() - startMs > patience) {
      throw new KithError('HOME_IN_USE', { home, ...(holder && { pid: holder.pid }) });
    }
    await sleep(RETRY_MS, undefined, { signal: options.signal });
  }
}

/** Takes the lock at once, or gives undefined if anybody holds it. CONFIG_MISSING, HOME_LOCK_UNSUPPORTED. */
export async function tryLockHome(
  home: string,
  role: 'daemon' | 'command',
): Promise<HomeLock | undefined> {
  const files = homeFiles(home);
  const lock = await openLock(files.lock, files.home);
  if (lock === undefined) return undefined;
  try {
    await rm(files.address, { force: true });
    await lock.describe(`${process.pid} ${role}\n`);
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
  return { home: files.home, [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() };
}

/** The process that holds the lock, as far as the file tells: it may have ended since. */
export async function readHolder(
  home: string,
): Promise<{ readonly pid: number; readonly isDaemon: boolean } | undefined> {
  const text = await readTextIfThere(homeFiles(home).lock);
  const parts = /^(\d{1,10}) (daemon|command)\n$/.exec(text ?? '');
  if (parts === null) return undefined;
  const pid = Number(parts[1]);
  return isAlive(pid) ? { pid, isDaemon: parts[2] === 'daemon' } : undefined;
}

async function openLock(file: string, home: string): Promise<FileLock | undefined> {
  try {
    return await tryFileLock(file);
  } catch (error) {
    if (isAbsence(error)) throw new KithError('CONFIG_MISSING', { home }, error);
    throw error;
  }
}

/** Signal 0 asks whether the process is there; EPERM says that it is, and another person's. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
