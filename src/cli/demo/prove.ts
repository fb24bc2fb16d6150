/** Asks a program outside of this one, which a checkout holds, whether folders are equal. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { KithError } from '../../base/error.ts';

const proofSchema = z.object({
  isEqual: z.boolean(),
  files: z.number(),
  directories: z.number(),
  links: z.number(),
  bytes: z.number(),
  bytesHashed: z.number(),
  differences: z.array(z.object({ path: z.string(), there: z.string(), what: z.string() })),
  differenceCount: z.number(),
});

/** What the walk through the real directories found. */
export type Proof = z.infer<typeof proofSchema>;

/** The root of the checkout, seen from the sources and from the built program alike. */
const VERIFIER = fileURLToPath(new URL('../../../lab/verify/equal-trees.ts', import.meta.url));

/**
 * Walks and hashes the directories in a process of its own. Undefined if this is an installed package, which does not hold the
 * verifier. DEMO_UNPROVEN if they cannot be compared; the signal's reason once it aborts.
 */
export async function proveEqual(
  directories: readonly string[],
  signal: AbortSignal,
): Promise<Proof | undefined> {
  if (!(await isThere(VERIFIER))) return undefined;
  const args = [...process.execArgv, VERIFIER, ...directories];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null ? once(child, 'exit') : undefined,
  ]);
  if (child.exitCode === 0 || child.exitCode === 1) return proofSchema.parse(JSON.parse(out));
  throw new KithError('DEMO_UNPROVEN', { reasons: err.trim().split('\n') });
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
