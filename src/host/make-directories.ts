/** A directory and all above it, made one by one. */

import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes `directory` and what is missing above it; one that is there is left as it is. Rejects as the system does. Node's own
 * way never comes back where a file system makes no directories for anyone and calls that ENOENT, as /proc does.
 */
export async function makeDirectories(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  try {
    await mkdir(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && parent !== directory && !(await isThere(parent))) {
      await makeDirectories(parent);
      await mkdir(directory);
    } else if (code !== 'EEXIST' || !(await stat(directory)).isDirectory()) throw error;
  }
}

async function isThere(directory: string): Promise<boolean> {
  return await stat(directory).then(
    (status) => status.isDirectory(),
    // Whatever is wrong with it shows when it is made.
    () => false,
  );
}
