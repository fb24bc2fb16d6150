/** The content that travels, made anew for every measurement, and the proof that it arrived. */

import { createHash, randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const PIECE = 16 * 1024 * 1024;
const LEAST = 200;
const MOST = 40 * 1024;
const PER_DIRECTORY = 100;

/** One file of random bytes. */
export async function makeLarge(root: string, bytes: number): Promise<void> {
  const piece = Buffer.alloc(PIECE);
  const file = await fs.promises.open(path.join(root, 'large.bin'), 'wx');
  for (let at = 0; at < bytes; at += PIECE) {
    randomFillSync(piece);
    await file.write(piece, 0, Math.min(PIECE, bytes - at), at);
  }
  await file.sync();
  await file.close();
}

/** Random files, sizes spread evenly between 200 B and 40 KiB, a hundred in each directory; the same sizes every time. */
export async function makeSmall(root: string, files: number): Promise<void> {
  const bytes = Buffer.alloc(MOST);
  let seed = 1;
  for (let index = 0; index < files; index++) {
    const dir = path.join(root, `d${String(Math.floor(index / PER_DIRECTORY)).padStart(3, '0')}`);
    if (index % PER_DIRECTORY === 0) fs.mkdirSync(dir);
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    const size = LEAST + (seed % (MOST - LEAST));
    randomFillSync(bytes, 0, size);
    fs.writeFileSync(path.join(dir, `f${index}.dat`), bytes.subarray(0, size));
  }
}

/** Files that stand under names that are not hidden: what is still on its way has a hidden one. */
export function countFiles(root: string): number {
  let count = 0;
  for (const entry of fs.readdirSync(root, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) count += countFiles(path.join(root, entry.name));
    else count++;
  }
  return count;
}

/** Throws at the first difference in names, bytes, modes or modification times (to the second). */
export async function compareTrees(a: string, b: string): Promise<void> {
  const names = visible(a);
  if (names.join('\0') !== visible(b).join('\0')) throw new Error(`${b}: other names`);
  for (const name of names) {
    const [one, two] = [path.join(a, name), path.join(b, name)];
    const [first, second] = [fs.lstatSync(one), fs.lstatSync(two)];
    if (first.mode !== second.mode) throw new Error(`${two}: another kind or mode`);
    if (first.isDirectory()) await compareTrees(one, two);
    else {
      const sameTime = Math.floor(first.mtimeMs / 1000) === Math.floor(second.mtimeMs / 1000);
      if (!sameTime) throw new Error(`${two}: another time`);
      if ((await digest(one)) !== (await digest(two))) throw new Error(`${two}: other bytes`);
    }
  }
}

function visible(dir: string): readonly string[] {
  return fs
    .readdirSync(dir)
    .filter((name) => !name.startsWith('.') && name !== 'lost+found')
    .sort();
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of fs.createReadStream(file, { highWaterMark: PIECE })) hash.update(piece);
  return hash.digest('hex');
}
