/**
 * An exclusive lock on a file that ends with the process, however it ends: an open-file-description lock of the system.
 * It is advisory, and no child process inherits it.
 */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { KithError } from '../base/error.ts';
import { isAbsence } from './private-file.ts';

interface LockLibrary {
  tryLock(fd: number): boolean;
}

/** A lock that is held until it is closed. */
export interface FileLock extends AsyncDisposable {
  /** Replaces what the file says about its holder. */
  describe(text: string): Promise<void>;
}

/**
 * Takes the lock on `file`, which is made 0600 if it is not there, or gives undefined at once if somebody else holds it.
 * HOME_LOCK_UNSUPPORTED where the system or the add-on cannot do it. The file stays when the lock ends: removing it would
 * let two processes lock two files of one name.
 */
export async function tryFileLock(file: string): Promise<FileLock | undefined> {
  const library = loadLibrary();
  const handle = await open(
    file,
    constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    if (!lock(library, handle)) {
      await handle.close();
      return undefined;
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    describe: async (text) => {
      await handle.truncate(0);
      await handle.write(text, 0);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/**
 * True if somebody holds the lock on `file` now; false if there is no such file. It is tried for a moment, and nothing is
 * made or written. HOME_LOCK_UNSUPPORTED.
 */
export async function isFileLocked(file: string): Promise<boolean> {
  const library = loadLibrary();
  const handle = await openIfThere(file);
  if (handle === undefined) return false;
  try {
    return !lock(library, handle);
  } finally {
    await handle.close();
  }
}

/** Why nothing can be locked here; undefined if it can, as far as the library loads. */
export function lockTrouble(): string | undefined {
  try {
    loadLibrary();
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function lock(library: LockLibrary, handle: FileHandle): boolean {
  try {
    return library.tryLock(handle.fd);
  } catch (error) {
    throw new KithError('HOME_LOCK_UNSUPPORTED', {}, error);
  }
}

function loadLibrary(): LockLibrary {
  try {
    // An optional dependency without types: it is loaded when it is needed, and its one function is known.
    const loaded: LockLibrary = createRequire(import.meta.url)('fs-native-extensions');
    return loaded;
  } catch (error) {
    throw new KithError('HOME_LOCK_UNSUPPORTED', { missing: 'fs-native-extensions' }, error);
  }
}
