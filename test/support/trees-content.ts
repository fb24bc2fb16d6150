/** Bytes for test files: random once, then varied, so that large files are made fast and no two blocks are equal. */

import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const CHUNK = 8 * 1024 * 1024;
const STRIDE = 64 * 1024;
const base = randomBytes(CHUNK);

/** Writes a file of `size` bytes in which no two pieces of 64 KiB are equal. `seed` makes it another content. */
export async function writeLarge(file: string, size: number, seed: number): Promise<void> {
  const handle = await open(file, 'w');
  try {
    const chunk = Buffer.from(base);
    for (let at = 0; at < size; at += CHUNK) {
      for (let mark = 0; mark < CHUNK; mark += STRIDE) {
        chunk.writeUIntBE(seed, mark, 6);
        chunk.writeUIntBE(at + mark, mark + 6, 6);
      }
      await handle.write(chunk, 0, Math.min(CHUNK, size - at), at);
    }
  } finally {
    await handle.close();
  }
}

/** Overwrites a range in place with new random bytes. */
export async function overwrite(file: string, offset: number, size: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(randomBytes(size), 0, size, offset);
  } finally {
    await handle.close();
  }
}
