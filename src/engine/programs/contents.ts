/** Reading a file's content as hashes. */

import { concatBytes } from '../../base/bytes.ts';
import { sha256 } from '../../base/sha256.ts';
import type { FileHandle, FileProgram } from '../../ports/file-system.ts';
import { close, openFile, read } from '../file-calls.ts';
import { type Reach, splitDisk } from './reach.ts';

/** The hashes of blocks `first` to `first + count` of a file of `size` bytes, one after the other. */
export function* hashBlocks(
  file: FileHandle,
  part: {
    readonly size: number;
    readonly blockSize: number;
    readonly first: number;
    readonly count: number;
  },
): FileProgram<Uint8Array> {
  const hashes: Uint8Array[] = [];
  const buffer = new Uint8Array(Math.min(part.blockSize, Math.max(part.size, 1)));
  for (let index = part.first; index < part.first + part.count; index++) {
    const offset = index * part.blockSize;
    const wanted = buffer.subarray(0, Math.min(part.blockSize, part.size - offset));
    const length = wanted.length === 0 ? 0 : yield* read(file, wanted, offset);
    hashes.push(sha256(wanted.subarray(0, length)));
  }
  return concatBytes(hashes);
}

/** Runs `body` on a file open for reading; `changed` if there is none. */
export function* withFile<Result>(
  reach: Reach,
  path: string,
  body: (file: FileHandle) => FileProgram<Result>,
): FileProgram<Result | { readonly outcome: 'changed' }> {
  const { parent, name } = splitDisk(path);
  const dir = yield* reach.dir(parent);
  const file = dir === undefined ? undefined : yield* openFile({ dir, name }, 'read');
  if (file === undefined) return { outcome: 'changed' };
  try {
    return yield* body(file);
  } finally {
    yield* close(file);
  }
}
