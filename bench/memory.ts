/**
 * Makes the machine's free memory ready. A virtual machine gives back what is free for a while, and gets it again page by
 * page: whoever is measured first would pay for that, and the page cache of a fresh file system is such memory.
 */

import { execFile } from 'node:child_process';
import { freemem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** More than the page caches of both sides and of the images under them. */
const MOST_BYTES = 8 * 1024 ** 3;
const PIECE_BYTES = 64 * 1024 ** 2;

/** Writes to up to 8 GiB of free memory, in a process that ends at once. */
export async function readyMemory(): Promise<void> {
  const pieces = Math.floor(Math.min(MOST_BYTES, freemem() / 2) / PIECE_BYTES);
  const code = `const held = []; for (let i = 0; i < ${pieces}; i++) held.push(Buffer.alloc(${PIECE_BYTES}, 1));`;
  await run(process.execPath, ['-e', code]);
}
