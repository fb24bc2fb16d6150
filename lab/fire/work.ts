/** The process that does the work of a run: its parts, one after the other, counted in a tally. */

import path from 'node:path';
import { clocks } from './clocks.ts';
import { full } from './full.ts';
import { links } from './links.ts';
import type { Options, PartName } from './options.ts';
import { Pool } from './pool.ts';
import { attempt, prepare, type Run } from './run.ts';
import { sample } from './sample.ts';
import { Scope } from './scope.ts';
import { soak } from './soak.ts';
import { errorTargets, killTargets, sweep } from './sweep.ts';
import { Tally } from './tally.ts';

const SOAK_MINUTES = 30;
/** Names the order to the process that works. */
const ORDER = 'KITH_FIRE_ORDER';

/** What the supervisor tells the process that works. */
export interface Order {
  /** Where it works; everything below goes with the run. */
  readonly directory: string;
  /** Where the files of failed cases are kept. */
  readonly kept: string;
  /** When it has to be over, as a time of day in milliseconds; null: when everything is done. */
  readonly overMs: number | null;
}

/** The environment that carries the order. */
export function asEnvironment(order: Order): Record<string, string> {
  return { [ORDER]: JSON.stringify(order) };
}

/** undefined in the process that was started by a person. */
export function orderOf(env: NodeJS.ProcessEnv): Order | undefined {
  const text = env[ORDER];
  return text === undefined ? undefined : (JSON.parse(text) as Order);
}

/** Where the standing of a run is. */
export function standingFile(directory: string): string {
  return path.join(directory, 'standing.json');
}

type Part = (run: Run, options: Options, pool: Pool) => Promise<void>;

const WORKS: Readonly<Record<PartName, Part>> = {
  kills: (run, { at, most, choice }, pool) =>
    sweep(run, pool, { kind: 'kills', targets: killTargets(choice), at, most }),
  errors: (run, { at, most, choice }, pool) =>
    sweep(run, pool, { kind: 'errors', targets: errorTargets(choice), at, most }),
  clocks: (run, { most, choice }, pool) => clocks(run, pool, { ...choice, most }),
  links: (run, { choice }) => links(run, choice),
  full: (run, { choice }) => full(run, choice),
  soak: (run, { minutes }) => soak(run, minutes ?? SOAK_MINUTES),
  all: async (run, options, pool) => {
    for (const name of ['clocks', 'links', 'full', 'kills', 'errors'] as const) {
      await attempt(run, name, () => WORKS[name](run, options, pool));
    }
    await soak(run, SOAK_MINUTES);
  },
  sample: (run, _, pool) => sample(run, pool),
};

/** Does it; the exit code says only whether it came to the end. */
export async function work(options: Options, { directory, kept, overMs }: Order): Promise<number> {
  const tally = new Tally(standingFile(directory));
  // Whoever supervised is gone: nobody will take away what is made from now on.
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  process.channel?.unref();
  if (overMs !== null) {
    const late = (): void => {
      tally.breakOff(options.part);
      process.exit(1);
    };
    setTimeout(late, Math.max(0, overMs - Date.now())).unref();
  }
  const { part, minutes, seed, jobs } = options;
  await using scope = new Scope();
  const untilMs = overMs === null ? (minutes ?? Infinity) * 60_000 : overMs - Date.now();
  const endMs = performance.now() + untilMs;
  const run: Run = { directory, kept, scope, tally, seed, jobs, endMs };
  await attempt(run, part, async () => {
    await prepare();
    await WORKS[part](run, options, new Pool(run));
  });
  tally.finish();
  return 0;
}
