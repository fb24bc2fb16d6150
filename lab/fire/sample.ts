/** A little of everything in a quarter of an hour, drawn by the seed: what runs for every change. */

import { clocks } from './clocks.ts';
import { full } from './full.ts';
import { links } from './links.ts';
import type { Pool } from './pool.ts';
import { attempt, type Run, within } from './run.ts';
import { soak } from './soak.ts';
import { errorTargets, killTargets, sweep } from './sweep.ts';

/** Parts of the time. The sweeps have what the others leave. */
const SHARE = { soak: 0.13, links: 0.15, full: 0.12, clocks: 0.08 };
const CLOCK_CASES = 5;
/** For the last cases, which on a machine that does other things as well may take long: a part of the time, within bounds. */
const REST = { share: 0.2, leastMs: 30_000, mostMs: 150_000 };
/** Each part begins with a case before it looks at the time: none means that something keeps them from being played. */
const LEAST = { soak: 1, links: 1, full: 1, clocks: 1, kills: 1, errors: 1 };

/** Begins nothing new some while before the run's end. What cannot be done here fails; the rest is done nevertheless. */
export async function sample(whole: Run, pool: Pool): Promise<void> {
  const { tally } = whole;
  const ms = whole.endMs - performance.now();
  const restMs = Math.min(REST.mostMs, Math.max(REST.leastMs, ms * REST.share));
  const run = within(whole, ms - restMs);
  const part = (name: keyof typeof LEAST, play: () => Promise<void>) => attempt(run, name, play);
  await part('soak', () => soak(run, (ms * SHARE.soak) / 60_000));
  await part('links', () => links(within(run, ms * SHARE.links), { isShort: true }));
  await part('full', () => full(within(run, ms * SHARE.full), { isShort: true }));
  await part('clocks', () => clocks(within(run, ms * SHARE.clocks), pool, { most: CLOCK_CASES }));
  const some = { at: undefined, most: undefined };
  const halfMs = (run.endMs - performance.now()) / 2;
  const kills = { kind: 'kills', targets: killTargets({}), ...some } as const;
  await part('kills', () => sweep(within(run, halfMs), pool, kills));
  const errors = { kind: 'errors', targets: errorTargets({}), ...some } as const;
  await part('errors', () => sweep(run, pool, errors));
  for (const [kind, least] of Object.entries(LEAST)) tally.expect(kind, least);
}
