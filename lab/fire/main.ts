/**
 * The real daemon under fire: real processes, real files, and everything that can go wrong with them. See docs/testing.md.
 *   npm run fire -- kills|errors|clocks|links|full|soak|all|sample [--minutes M] [--seed N] [--most N] [--flow F] [--at N] …
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { clocks } from './clocks.ts';
import { full } from './full.ts';
import { links } from './links.ts';
import { Pool } from './pool.ts';
import type { Run } from './run.ts';
import { sample } from './sample.ts';
import { Scope } from './scope.ts';
import { soak } from './soak.ts';
import { supervise, workDirectory } from './supervise.ts';
import { errorTargets, killTargets, sweep } from './sweep.ts';
import { Tally } from './tally.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    most: { type: 'string' },
    jobs: { type: 'string', default: `${Math.min(4, availableParallelism())}` },
    flow: { type: 'string' },
    victim: { type: 'string' },
    calls: { type: 'string' },
    act: { type: 'string' },
    times: { type: 'string' },
    at: { type: 'string' },
    clock: { type: 'string' },
    trial: { type: 'string' },
  },
});

const SOAK_MINUTES = 30;
const SAMPLE_MINUTES = 15;
const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

type Part = (run: Run, pool: Pool) => Promise<void>;

const PARTS: Readonly<Record<string, Part>> = {
  kills: (run, pool) => {
    const targets = killTargets(values);
    return sweep(run, pool, { kind: 'kills', targets, ...sweepOptions() });
  },
  errors: (run, pool) => {
    const targets = errorTargets(values);
    return sweep(run, pool, { kind: 'errors', targets, ...sweepOptions() });
  },
  clocks: (run, pool) => clocks(run, pool, { ...values, most: numberOf(values.most) }),
  links: (run) => links(run, { trial: values.trial }),
  full: (run) => full(run, { trial: values.trial }),
  soak: (run) => soak(run, numberOf(values.minutes) ?? SOAK_MINUTES),
  all: async (run, pool) => {
    for (const name of ['clocks', 'links', 'full', 'kills', 'errors']) {
      await PARTS[name]?.(run, pool);
    }
    await soak(run, SOAK_MINUTES);
  },
  sample: (run, pool) => sample(run, pool, numberOf(values.minutes) ?? SAMPLE_MINUTES),
};

process.exitCode = await main();

async function main(): Promise<number> {
  const part = PARTS[positionals[0] ?? ''];
  if (part === undefined) {
    console.error(`npm run fire -- ${Object.keys(PARTS).join('|')} [options]`);
    return 2;
  }
  const directory = workDirectory();
  if (directory === undefined) return await supervise();
  await using scope = new Scope();
  const tally = new Tally();
  const endMs = performance.now() + (numberOf(values.minutes) ?? Number.POSITIVE_INFINITY) * 60_000;
  const kept = `${directory}-failed`;
  const [seed, jobs] = [Number(values.seed), Number(values.jobs)];
  const run: Run = { directory, kept, scope, tally, seed, jobs, endMs };
  await part(run, new Pool(run));
  return tally.end();
}

function sweepOptions() {
  return { at: numberOf(values.at), most: numberOf(values.most) };
}
