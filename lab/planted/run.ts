/** `npm run planted`: plants one known bug after the other and expects random stories to find each of them in time. */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type DrawOptions, drawText } from '../chaos/draw-options.ts';
import type { Bug } from './bug.ts';
import { bugNamed, bugs } from './bugs.ts';
import { type Caught, hunt } from './hunt.ts';
import { keepFigures, type Result } from './report.ts';

const HELP = `npm run planted -- [NAME…]

Plants known bugs into the program, one at a time, and tells random stories until one of them
breaks a promise (docs/testing.md). Without names all of them, and the program as it is (none),
which must break none. The last line is N passed, N failed.

  --seeds N      so many times, from other seeds each time (1); the median counts
  --budget S     seconds of one core for each bug, in place of its own
  --control S    seconds of the processor for the program as it is (400), shared by the kinds of
                 stories that the bugs are looked for in
  --from N       the first seed (1)
  --jobs J       bugs at a time (2)
  --keep         writes the figures to docs/measurements/planted-bugs.md
  --list         what there is, and in which stories it is looked for

  npm run planted
  npm run planted -- echo tombstone-dropped
  npm run planted -- --seeds 5 --from 1000
  npm run planted -- none --control 600

Exit codes: 0 all were found, 1 some were not or the program as it is broke a promise.

KITH_PLANT=NAME node --import ./lab/planted/hook.ts lab/chaos/main.ts --seed N [--draw HOW]
tells the story of one seed with the bug in place, and makes it small; --list tells HOW.
`;

const OPTIONS = {
  seeds: { type: 'string', default: '1' },
  budget: { type: 'string' },
  control: { type: 'string', default: '400' },
  from: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '2' },
  keep: { type: 'boolean', default: false },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** From the seeds of one round to those of the next. */
const ROUND = 1_000_000;
const CONTROL = 'none';

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (values.help === true) process.stdout.write(HELP);
  if (values.list === true) for (const bug of bugs) console.log(listed(bug));
  if (values.help === true || values.list === true) return 0;
  const rounds = numberOf('seeds', values.seeds);
  const from = numberOf('from', values.from);
  const froms = Array.from({ length: rounds }, (_, at) => from + at * ROUND);
  const wanted = positionals.filter((name) => name !== CONTROL).map(bugNamed);
  const chosen = positionals.length === 0 ? bugs : wanted;
  const budget = values.budget === undefined ? undefined : numberOf('budget', values.budget);
  const tasks = chosen.map((bug) => () => judgeBug(bug, froms, budget ?? bug.budgetS));
  const hasControl = positionals.length === 0 || positionals.includes(CONTROL);
  const jobs = Math.min(numberOf('jobs', values.jobs), availableParallelism());
  if (hasControl) {
    const kinds = kindsOf(chosen);
    const budgetS = numberOf('control', values.control) / kinds.length;
    const first = (froms.at(-1) ?? 0) + ROUND;
    for (const draw of kinds) tasks.push(() => judgeWhole({ draw, from: first, budgetS }));
  }
  const results = await inParallel(tasks, jobs);
  const failed = results.filter(({ isPassed }) => !isPassed).length;
  if (values.keep) await keepFigures(results, { rounds, from, jobs });
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function numberOf(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new Error(`--${name} must be a whole number, 1 or more: ${text}`);
  return Number(text);
}

function listed({ name, what, budgetS, draw }: Bug): string {
  const how = draw === undefined ? '' : ` --draw ${drawText(draw)}`;
  return `${name} (${budgetS} s${how}): ${what}`;
}

/** All kinds of stories, and each that some bug is looked for in. */
function kindsOf(chosen: readonly Bug[]): readonly (DrawOptions | undefined)[] {
  const byText = new Map(
    chosen.flatMap(({ draw }) => (draw === undefined ? [] : [[drawText(draw), draw] as const])),
  );
  return [undefined, ...byText.values()];
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
  const medianS = times[Math.floor((times.length - 1) / 2)] ?? Infinity;
  return say({
    name: bug.name,
    draw: bug.draw,
    all,
    budgetS,
    medianS,
    isPassed: medianS <= budgetS,
  });
}

/** A story that fails without the bug too tells nothing of it. */
async function seek({ name, draw }: Bug, from: number, budgetS: number): Promise<Caught> {
  const found = await hunt({ name, draw, from, budgetS });
  if (found.kind !== 'found') return found;
  const whole = await hunt({ name: undefined, draw, from: found.seed, budgetS, count: 1 });
  if (whole.kind === 'nothing') return found;
  return { kind: 'broken', text: `seed ${found.seed} fails without the bug too: ${told(whole)}` };
}

/** The program as it is, in stories of one kind. */
async function judgeWhole(wish: {
  readonly draw: DrawOptions | undefined;
  readonly from: number;
  readonly budgetS: number;
}): Promise<Result> {
  const caught = await hunt({ ...wish, name: undefined });
  const isPassed = caught.kind === 'nothing' && caught.seeds > 0;
  return say({ name: CONTROL, all: [caught], medianS: Infinity, isPassed, ...wish });
}

function told(caught: Caught): string {
  if (caught.kind === 'broken') return caught.text;
  const spent = `${caught.seeds} stories, ${caught.cpuS.toFixed(1)} s`;
  if (caught.kind === 'nothing') return `nothing in ${spent}`;
  const { seed, violation } = caught;
  const [line = ''] = violation.what.split('\n');
  return `${violation.invariant} in ${spent}, seed ${seed}: ${line.slice(0, 160)}`;
}

function say(result: Result): Result {
  const { name, draw, all, medianS, isPassed } = result;
  const how = draw === undefined ? '' : `  ${drawText(draw)}`;
  const median = all.length > 1 ? ` (median ${medianS.toFixed(1)} s)` : '';
  const mark = isPassed ? '✔' : '✖';
  console.log(`${mark} ${name}${median}${how}\n      ${all.map(told).join('\n      ')}`);
  return result;
}

process.exitCode = await main(process.argv.slice(2));
