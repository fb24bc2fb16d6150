/** Stories are told twice: the same seed must tell the same story, or a failure could not be told again. */

import assert from 'node:assert/strict';

/** How a story ended. */
export interface Told {
  /** Of the world's trace. */
  readonly trace: string;
}

/**
 * Tells the story twice and gives its ending. A failure names the seed; it is told again by setting KITH_SEED to it and
 * running the same test file.
 */
export async function tellTwice<Ending extends Told>(
  seed: number,
  story: (seed: number) => Promise<Ending>,
): Promise<Ending> {
  const first = await named(seed, () => story(seed));
  const second = await named(seed, () => story(seed));
  assert.deepEqual(second, first, `seed ${seed} told two stories`);
  return first;
}

/** The seeds of a sweep: 1 to `count`, or the one in KITH_SEED alone. */
export function seeds(count: number): readonly number[] {
  const wanted = process.env['KITH_SEED'];
  if (wanted !== undefined) return [Number(wanted)];
  return Array.from({ length: count }, (_, i) => i + 1);
}

async function named<Result>(seed: number, tell: () => Promise<Result>): Promise<Result> {
  try {
    return await tell();
  } catch (error) {
    throw new Error(`seed ${seed} (KITH_SEED=${seed}): ${message(error)}`, { cause: error });
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
