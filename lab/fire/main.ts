/**
 * The real daemon under fire: real processes, real files, and everything that can go wrong with them. See docs/testing.md.
 *   npm run fire -- kills|errors|clocks|links|full|soak|all|sample [--minutes M] [--seed N] [--most N] [--flow F] [--at N] …
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { clocks } from './clocks.ts';
import { full } from './full.ts';
import { links } from './links.ts';
import type { Run } from './run.ts';
import { endWithSignals, Scope } from './scope.ts';
import { soak } from './soak.ts';
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
const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const PARTS: Readonly<Record<string, (run: Run) => Promise<void>>> = {
  kills: (run) => sweep(run, { kind: 'kills', targets: killTargets(values), ...sweepOptions() }),
  links: (run) => links(run, { trial: values.trial }),
  soak: (run) => soak(run, numberOf(values.minutes) ?? SOAK_MINUTES),
  full: (run) => full(run, { trial: values.trial }),
  clocks: (run) => clocks(run, { ...values, most: numberOf(values.most) }),
  errors: (run) => sweep(run, { kind: 'errors', targets: errorTargets(values), ...sweepOptions() }),
};

process.exitCode = await main();

async function main(): Promise<number> {
  const part = PARTS[positionals[0] ?? ''];
  if (part === undefined) {
    console.error(`npm run fire -- ${Object.keys(PARTS).join('|')} [options]`);
    return 2;
  }
  endWithSignals();
  await using scope = new Scope();
  const directory = await mkdtemp(path.join(tmpdir(), 'kith-fire-'));
  scope.after(() => rm(directory, { recursive: true, force: true }));
  const tally = new Tally();
  const endMs = performance.now() + (numberOf(values.minutes) ?? Number.POSITIVE_INFINITY) * 60_000;
  const kept = `${directory}-failed`;
  const [seed, jobs] = [Number(values.seed), Number(values.jobs)];
  const run: Run = { directory, kept, scope, tally, seed, jobs, endMs };
  await part(run);
  return tally.end();
}

function sweepOptions() {
  return { at: numberOf(values.at), most: numberOf(values.most) };
}
