/** How long it takes until a small new file is there on the other side. */

import fs from 'node:fs';
import path from 'node:path';
import type { Pair, Ready } from './contender.ts';

const CHANGES = 10;
const BYTES = 1024;
const LIMIT_MS = 60_000;
/** Between two changes; its own time each, so that no timer of a program falls into step with us. */
const PAUSE_MS = [700, 1000, 1310, 850, 1170] as const;

/** Seconds from the creation of each of ten 1 KiB files to its being there whole. */
export async function measureVisibility(pair: Pair, running: Ready): Promise<readonly number[]> {
  const seconds: number[] = [];
  for (let index = 0; index < CHANGES; index++) {
    await pause(PAUSE_MS[index % PAUSE_MS.length] ?? 1000);
    const name = `change-${index}.txt`;
    const began = performance.now();
    fs.writeFileSync(
      path.join(pair.a.data, name),
      'x'.repeat(BYTES - 8) + String(index).padStart(8),
    );
    await running.nudge();
    await untilThere(path.join(pair.b.data, name), began + LIMIT_MS);
    seconds.push((performance.now() - began) / 1000);
  }
  return seconds;
}

async function untilThere(file: string, deadline: number): Promise<void> {
  while (fs.statSync(file, { throwIfNoEntry: false })?.size !== BYTES) {
    if (performance.now() > deadline) throw new Error(`${file} did not arrive`);
    await pause(1);
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
