/** `npm run sim`: looks for a story in which a promise is broken, tells one again, makes one small, keeps one. */

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commitOf, seedOf } from './commit.ts';
import { drawScript } from './draw.ts';
import { type DrawOptions, drawOptionsOf, drawText } from './draw-options.ts';
import { Performance } from './performance.ts';
import { type Repro, readRepro, tellRepro, writeRepro } from './repro.ts';
import { shrink } from './shrink.ts';
import { noTally, soak, sumOf, type Tally } from './soak.ts';
import { keepSoak } from './soak-report.ts';

const HELP = `npm run sim -- WHAT

Performs random stories of people, faults and crashes with the real engine, and checks after
every step that nothing a person wrote is lost (docs/testing.md).

  --minutes M [--from N] [--jobs J]   story after story for so long; J processes (2)
  --count K [--from N] [--jobs J]     so many stories
  --keep                              with each of the two: the figures, in
                                      docs/measurements/simulator.md
  --seed N [--trace LINES]            the story of this seed
  --replay FILE [--trace LINES]       a story that was kept as a file
  --shrink FILE [--seconds S]         makes the story in the file small, within S seconds (60)
  --promote FILE --name NAME          keeps it as a test: test/stories/NAME.json

  --draw HOW                          with each of the first three: stories of one kind alone,
                                      as acts=40,devices=2,names=3,flocks=0 (a share),
                                      people=write+delete,troubles=power+kills,fate=0.25 (a
                                      share); any of them (lab/chaos/draw-options.ts)

Without --from the seeds begin at a number made from the commit.

  npm run sim -- --minutes 5
  npm run sim -- --seed 57 --trace 200
  npm run sim -- --minutes 5 --draw troubles=power+platters,flocks=0
  npm run sim -- --promote sim-failures/57.json --name counter-used-twice
`;

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const FAILURES = path.join(ROOT, 'sim-failures');
const STORIES = path.join(ROOT, 'test/stories');
const SHRINK_S = 60;
/** Failures that are made small; one is enough to begin with. */
const SHRUNK_MOST = 3;
const MINUTE_MS = 60_000;

const OPTIONS = {
  minutes: { type: 'string' },
  count: { type: 'string' },
  from: { type: 'string' },
  jobs: { type: 'string', default: '2' },
  seed: { type: 'string' },
  replay: { type: 'string' },
  shrink: { type: 'string' },
  seconds: { type: 'string', default: String(SHRINK_S) },
  promote: { type: 'string' },
  name: { type: 'string' },
  trace: { type: 'string', default: '0' },
  draw: { type: 'string' },
  keep: { type: 'boolean' },
  step: { type: 'string' },
  cpu: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const draw = values.draw === undefined ? {} : drawOptionsOf(values.draw);
  if (values.step !== undefined) return await child(values, draw);
  if (values.seed !== undefined)
    return await tellSeed({ seed: Number(values.seed), draw }, Number(values.trace));
  if (values.replay !== undefined) return await replay(values.replay, Number(values.trace));
  if (values.shrink !== undefined) return await makeSmall(values.shrink, Number(values.seconds));
  if (values.promote !== undefined) return promote(values.promote, values.name);
  if (values.keep === true && values.draw !== undefined)
    throw new Error(
      'the figures that --keep writes are of all kinds of stories, so not with --draw',
    );
  if (values.minutes !== undefined || values.count !== undefined) return await many(values, draw);
  process.stdout.write(HELP);
  return values.help === true ? 0 : 2;
}

interface Span {
  readonly minutes?: string;
  readonly count?: string;
  readonly from?: string;
  readonly jobs?: string;
  readonly draw?: string;
  readonly keep?: boolean;
  readonly step?: string;
  /** Seconds of the processor; then it also ends with the first failure. */
  readonly cpu?: string;
}

/** One of several processes: its tally so far as a line of JSON after every run. */
async function child(values: Span, draw: DrawOptions): Promise<number> {
  const tally = await soak({
    draw,
    from: Number(values.from),
    step: Number(values.step),
    count: Number(values.count ?? Number.MAX_SAFE_INTEGER),
    untilMs: performance.now() + Number(values.minutes ?? 1e9) * MINUTE_MS,
    isEager: values.cpu !== undefined,
    ...(values.cpu === undefined ? {} : { mostCpuMs: Number(values.cpu) * 1000 }),
    onRun: (each) => process.stdout.write(`${JSON.stringify(each)}\n`),
  });
  return tally.failures.length === 0 ? 0 : 1;
}

async function many(values: Span, draw: DrawOptions): Promise<number> {
  const jobs = Number(values.jobs);
  const from = values.from === undefined ? seedOf(commitOf(ROOT)) : Number(values.from);
  const tallies: Tally[] = Array.from({ length: jobs }, noTally);
  console.log(`stories from seed ${from} on, ${jobs} at a time`);
  const began = performance.now();
  const progress = setInterval(() => console.log(sumUp(tallies, began)), 30_000);
  const ends = await Promise.all(
    tallies.map((_, job) =>
      runChild({ values, job, jobs, from }, (tally) => {
        for (const failure of tally.failures.slice(tallies[job]?.failures.length)) {
          console.log(
            `seed ${failure.seed} violates ${failure.violation.invariant}: ${failure.violation.what}`,
          );
        }
        tallies[job] = tally;
      }),
    ),
  );
  clearInterval(progress);
  console.log(sumUp(tallies, began));
  const failures = tallies.flatMap((tally) => tally.failures);
  if (values.keep === true) {
    const seconds = (performance.now() - began) / 1000;
    await keepSoak({ sum: sumOf(tallies), from, jobs, seconds });
  }
  for (const { seed } of failures.slice(0, SHRUNK_MOST)) await keepSmall({ seed, draw });
  const runs = tallies.reduce((sum, tally) => sum + tally.runs, 0);
  const broken = ends.filter((code) => code !== 0 && code !== 1).length;
  if (runs === 0) console.log('no story was told');
  console.log(
    `${runs - failures.length} passed, ${failures.length + broken + (runs === 0 ? 1 : 0)} failed`,
  );
  return failures.length + broken === 0 && runs > 0 ? 0 : 1;
}

interface Child {
  readonly values: Span;
  readonly job: number;
  readonly jobs: number;
  readonly from: number;
}

function runChild(
  { values, job, jobs, from }: Child,
  onTally: (tally: Tally) => void,
): Promise<number | null> {
  const args = ['--step', `${jobs}`, '--from', `${from + job}`];
  if (values.minutes !== undefined) args.push('--minutes', values.minutes);
  if (values.count !== undefined) {
    args.push('--count', `${Math.ceil((Number(values.count) - job) / jobs)}`);
  }
  if (values.draw !== undefined) args.push('--draw', values.draw);
  const started = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(started.stdout).on('line', (line) => onTally(JSON.parse(line) as Tally));
  return new Promise((resolve, reject) => {
    started.on('error', reject);
    started.on('close', resolve);
  });
}

function sumUp(tallies: readonly Tally[], began: number): string {
  const { runs, userActs, virtualMs, cpuMs, failures } = sumOf(tallies);
  return [
    `${runs} stories`,
    `${userActs} user operations`,
    `${(virtualMs / 3_600_000).toFixed(1)} virtual hours`,
    `${((performance.now() - began) / 1000).toFixed(0)} s`,
    `${(userActs / Math.max(cpuMs / 1000, 1e-9)).toFixed(0)} operations per second of a core`,
    `${failures.length} violations`,
  ].join(', ');
}

/** A story as it was drawn. */
interface Drawn {
  readonly seed: number;
  readonly draw: DrawOptions;
}

async function tellSeed({ seed, draw }: Drawn, trace: number): Promise<number> {
  const script = drawScript(seed, draw);
  const told = new Performance(script);
  const { violations, userActs, lastedMs, trace: hash } = await told.perform();
  if (trace > 0) console.log(told.world.scheduler.trace.recent(trace).join('\n'));
  console.log(
    `seed ${seed}: ${userActs} user operations, ${(lastedMs / 1000).toFixed(0)} virtual seconds, ${hash}`,
  );
  if (violations.length === 0) return 0;
  for (const { invariant, what } of violations) console.log(`violates ${invariant}: ${what}`);
  await keepSmall({ seed, draw });
  return 1;
}

async function keepSmall({ seed, draw }: Drawn): Promise<void> {
  const small = await shrink(drawScript(seed, draw), { isOver: isOverAfter(SHRINK_S) });
  mkdirSync(FAILURES, { recursive: true });
  const file = path.join(FAILURES, `${seed}.json`);
  const story = `seed ${seed}, made small`;
  const repro: Repro = { story, commit: commitOf(ROOT), ...small };
  writeRepro(file, repro);
  const name = path.relative(ROOT, file);
  console.log(`\n${tellRepro(repro)}\n`);
  const how = Object.keys(draw).length === 0 ? '' : ` --draw ${drawText(draw)}`;
  console.log(`tell it again: npm run sim -- --seed ${seed}${how}`);
  console.log(`the small one: npm run sim -- --replay ${name}\n`);
}

function isOverAfter(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() > end;
}

async function replay(file: string, trace: number): Promise<number> {
  const repro = readRepro(file);
  const told = new Performance(repro.script);
  const { violations, applied } = await told.perform();
  if (trace > 0) console.log(told.world.scheduler.trace.recent(trace).join('\n'));
  const idle = repro.script.decisions.filter(({ id }) => !applied.includes(id));
  if (idle.length > 0) console.log(`without effect: ${idle.map(({ id }) => id).join(', ')}`);
  for (const { invariant, what } of violations) console.log(`violates ${invariant}: ${what}`);
  if (violations.length === 0) console.log('violates nothing');
  return violations.length === 0 ? 0 : 1;
}

async function makeSmall(file: string, seconds: number): Promise<number> {
  const repro = readRepro(file);
  const small = await shrink(repro.script, {
    isOver: isOverAfter(seconds),
    onProgress: ({ decisions }, tried) =>
      console.log(`${tried} tried, ${decisions.length} decisions`),
  });
  writeRepro(file, { ...repro, ...small });
  console.log(tellRepro({ ...repro, ...small }));
  return 0;
}

function promote(file: string, name: string | undefined): number {
  if (name === undefined || !/^[a-z0-9-]+$/.test(name)) {
    console.error('say --name NAME, in small letters with dashes: what the story found');
    return 2;
  }
  const repro = readRepro(file);
  mkdirSync(STORIES, { recursive: true });
  const story = name.replaceAll('-', ' ');
  writeRepro(path.join(STORIES, `${name}.json`), { ...repro, story });
  console.log(`kept: test/stories/${name}.json; say in its "story" what was found`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
