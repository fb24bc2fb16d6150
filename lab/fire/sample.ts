/** A little of everything in a quarter of an hour, drawn by the seed: what runs for every change. */

import { clocks } from './clocks.ts';
import { full } from './full.ts';
import { links } from './links.ts';
import type { Pool } from './pool.ts';
import { type Run, within } from './run.ts';
import { soak } from './soak.ts';
import { errorTargets, killTargets, sweep } from './sweep.ts';

/** Parts of the time. The sweeps have what the others leave. */
const SHARE = { soak: 0.13, links: 0.15, full: 0.12, clocks: 0.08 };
const CLOCK_CASES = 5;
/** Cases of each sweep that must have passed for each minute that is given. */
const LEAST_A_MINUTE = 1;

/** Takes that long, and some moments for the last case of each part. */
export async function sample(run: Run, pool: Pool, minutes: number): Promise<void> {
  const { tally } = run;
  const ms = minutes * 60_000;
  const endMs = performance.now() + ms;
  await soak(run, minutes * SHARE.soak);
  await links(within(run, ms * SHARE.links), { isShort: true });
  await full(within(run, ms * SHARE.full), { isShort: true });
  await clocks(within(run, ms * SHARE.clocks), pool, { most: CLOCK_CASES });
  const halfMs = (endMs - performance.now()) / 2;
  const some = { at: undefined, most: undefined };
  const kills = { kind: 'kills', targets: killTargets({}), ...some } as const;
  await sweep(within(run, halfMs), pool, kills);
  const errors = { kind: 'errors', targets: errorTargets({}), ...some } as const;
  await sweep(within(run, endMs - performance.now()), pool, errors);
  for (const kind of ['links', 'full', 'clocks']) tally.expect(kind, 2);
  for (const kind of ['kills', 'errors']) tally.expect(kind, LEAST_A_MINUTE * minutes);
}
