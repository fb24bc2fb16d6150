/** A program that swaps two names of a directory as fast as it can, until it is told to stop. Loaded as a worker thread. */

import { workerData } from 'node:worker_threads';
import { rename } from '../../src/engine/file-calls.ts';
import { NodeFileSystem } from '../../src/host/node-file-system.ts';
import type { DirHandle } from '../../src/ports/file-system.ts';

/** `numbers`: [0] not 0 tells it to stop, [1] counts the swaps. */
export interface SwapOrder {
  readonly dir: string;
  readonly names: readonly [string, string];
  readonly numbers: Int32Array;
}

const { dir, names, numbers } = workerData as SwapOrder;
const files = new NodeFileSystem();
const handle = files.execute({ call: 'openRoot', path: dir }) as DirHandle;
const [from, to] = names.map((name) => ({ dir: handle, name }));
if (from === undefined || to === undefined) throw new Error('two names');
for (let swaps = 1; Atomics.load(numbers, 0) === 0; swaps++) {
  const { value } = rename({ from, to, how: 'exchange' }).next();
  if (value !== undefined) files.execute(value as never);
  Atomics.add(numbers, 1, 1);
  // For a while of ever another length what belongs there stands there, so that others get in between.
  const pause = swaps % 32 === 0 ? (swaps * 7919) % 200_000 : 0;
  for (let spin = 0; spin < pause; spin++) Atomics.load(numbers, 0);
}
