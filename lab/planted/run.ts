/** `npm run planted`: plants one known bug after the other and expects random stories to find each of them in time. */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Bug } from './bug.ts';
import { bugNamed, bugs } from './bugs.ts';
import { type Caught, hunt } from './hunt.ts';

const HELP = `npm run planted -- [NAME…]

Plants known bugs into the program, one at a time, and tells random stories until one of them
breaks a promise (docs/testing.md). Without names all of them, and the program as it is.

  --seeds N      so many times, from other seeds each time (1); the median counts
  --budget S     seconds of one core for each bug, in place of its own
  --from N       the first seed (1)
  --jobs J       bugs at a time (2)
  --list         what there is

KITH_PLANT=NAME node --import ./lab/planted/hook.ts lab/chaos/main.ts --seed N
tells the story of one seed with the bug in place.
`;

const OPTIONS = {
  seeds: { type: 'string', default: '1' },
  budget: { type: 'string' },
  from: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '2' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** From the seeds of one round to those of the next. */
const ROUND = 1_000_000;
/** The program as it is gets as much time as the bugs took, and no less than this. */
const CONTROL_S = 60;
const CONTROL = 'none';

interface Result {
  readonly name: string;
  readonly isPassed: boolean;
  readonly cpuS: number;
  readonly text: string;
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.list === true) {
    for (const { name, what, budgetS } of bugs) console.log(`${name} (${budgetS} s): ${what}`);
    return 0;
  }
  const rounds = Number(values.seeds);
  const froms = Array.from({ length: rounds }, (_, at) => Number(values.from) + at * ROUND);
  const wanted = positionals.filter((name) => name !== CONTROL).map(bugNamed);
  const chosen = positionals.length === 0 ? bugs : wanted;
  const budget = values.budget === undefined ? undefined : Number(values.budget);
  const tasks = chosen.map((bug) => () => judgeBug(bug, froms, budget ?? bug.budgetS));
  const hasControl = positionals.length === 0 || positionals.includes(CONTROL);
  const jobs = Math.min(Number(values.jobs), availableParallelism());
  const results = await inParallel(tasks, jobs);
  if (hasControl) results.push(await judgeWhole(froms, results, jobs));
  const failed = results.filter(({ isPassed }) => !isPassed).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** So many at a time; results as they were asked for. */
async function inParallel<Each>(
  tasks: readonly (() => Promise<Each>)[],
  jobs: number,
): Promise<Each[]> {
  const results: Each[] = [];
  const open = tasks.entries();
  const lane = async (): Promise<void> => {
    for (const [at, task] of open) results[at] = await task();
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  return results;
}

async function judgeBug(bug: Bug, froms: readonly number[], budgetS: number): Promise<Result> {
  const all: Caught[] = [];
  for (const from of froms) all.push(await seek(bug, from, budgetS));
  const times = all
    .map((each) => (each.kind === 'found' ? each.cpuS : Infinity))
    .sort((a, b) => a - b);
  const median = times[Math.floor((times.length - 1) / 2)] ?? Infinity;
  const isPassed = median <= budgetS;
  const cpuS = all.reduce((sum, each) => sum + (each.kind === 'broken' ? 0 : each.cpuS), 0);
  const result = { name: bug.name, isPassed, cpuS, text: all.map(told).join('\n      ') };
  return say(result, froms.length > 1 ? `median ${median.toFixed(1)} s` : undefined);
}

/** A story that fails without the bug too tells nothing of it. */
async function seek(bug: Bug, from: number, budgetS: number): Promise<Caught> {
  const found = await hunt({ name: bug.name, from, budgetS });
  if (found.kind !== 'found') return found;
  const whole = await hunt({ name: undefined, from: found.seed, budgetS, count: 1 });
  if (whole.kind === 'nothing') return found;
  return { kind: 'broken', text: `seed ${found.seed} fails without the bug too: ${told(whole)}` };
}

async function judgeWhole(
  froms: readonly number[],
  results: readonly Result[],
  jobs: number,
): Promise<Result> {
  const spent = results.reduce((sum, { cpuS }) => sum + cpuS, 0);
  const budgetS = Math.max(CONTROL_S, spent) / jobs;
  const from = (froms.at(-1) ?? 0) + ROUND;
  const all = await Promise.all(
    Array.from({ length: jobs }, (_, job) =>
      hunt({ name: undefined, from: from + job * ROUND, budgetS }),
    ),
  );
  const text = all.map(told).join('\n      ');
  return say({
    name: CONTROL,
    isPassed: all.every(({ kind }) => kind === 'nothing'),
    cpuS: 0,
    text,
  });
}

function told(caught: Caught): string {
  if (caught.kind === 'broken') return caught.text;
  const spent = `${caught.seeds} stories, ${caught.cpuS.toFixed(1)} s`;
  if (caught.kind === 'nothing') return `nothing in ${spent}`;
  const { seed, violation } = caught;
  const [line = ''] = violation.what.split('\n');
  return `${violation.invariant} in ${spent}, seed ${seed}: ${line.slice(0, 160)}`;
}

function say(result: Result, more?: string): Result {
  const ending = more === undefined ? '' : ` (${more})`;
  console.log(`${result.isPassed ? '✔' : '✖'} ${result.name}${ending}\n      ${result.text}`);
  return result;
}

process.exitCode = await main(process.argv.slice(2));
