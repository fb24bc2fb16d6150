/**
 * How long a first synchronisation takes, and how soon a small change is visible: Kith, rsync over ssh and Syncthing in
 * turn, each round on fresh file systems, between two network namespaces. Needs root on Linux.
 *   npm run bench -- [--rounds N] [--only kith,rsync,syncthing] [--tasks large,small] [--scale 0.1] [--keep]
 * `--keep` writes the result to bench/results/ and the table to docs/measurements/.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Contender, Pair } from './contender.ts';
import { kith } from './contenders/kith.ts';
import { rsync } from './contenders/rsync.ts';
import { syncthing } from './contenders/syncthing.ts';
import { compareTrees, countFiles, makeLarge, makeSmall } from './content.ts';
import { type Ground, prepareGround } from './ground.ts';
import { machineFacts } from './machine.ts';
import { readyMemory } from './memory.ts';
import { type Figure, type Report, reportText } from './report.ts';
import { measureVisibility } from './visibility.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const LARGE_BYTES = 1024 ** 3;
const SMALL_FILES = 20_000;
const LIMIT_MS = 300_000;
const POLL_MS = 20;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'kith,rsync,syncthing' },
    tasks: { type: 'string', default: 'large,small' },
    scale: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});

const scale = Number(values.scale);
const contenders: readonly Contender[] = [kith, rsync, syncthing].filter((each) =>
  values.only.split(',').includes(each.name),
);
const figures: Figure[] = [];
const note = (figure: Figure): void => {
  figures.push(figure);
  const { task, contender, seconds, processor = [] } = figure;
  const used = processor.map((each) => each.toFixed(2)).join(', ');
  console.log(`${task.padEnd(8)} ${contender.padEnd(10)} ${seconds.toFixed(3)} s  ${used}`);
};

await using ground = await prepareGround();
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const contender of contenders) {
    for (const task of values.tasks.split(',')) await measure(ground, { contender, task, round });
  }
}
if (values.keep) {
  const facts = await machineFacts(ROOT, { rsync: '--version', syncthing: '--version' });
  await keep({ ...facts, scale, figures });
}

async function measure(
  on: Ground,
  { contender, task, round }: { contender: Contender; task: string; round: number },
): Promise<void> {
  await using pair = await on.freshPair();
  const isLarge = task === 'large';
  const files = isLarge ? 1 : Math.round(SMALL_FILES * scale);
  if (isLarge) await makeLarge(pair.a.data, Math.round(LARGE_BYTES * scale));
  else await makeSmall(pair.a.data, files);
  await using running = await contender.prepare(pair, files);
  await readyMemory();
  const used = running.processes.map((each) => each.processorSeconds());
  const began = performance.now();
  await running.begin();
  await untilComplete(pair, files, began + LIMIT_MS);
  const seconds = (performance.now() - began) / 1000;
  const processor = running.processes.map((each, at) => each.processorSeconds() - (used[at] ?? 0));
  note({ task, contender: contender.name, round, seconds, processor });
  await compareTrees(pair.a.data, pair.b.data);
  if (isLarge) return;
  await running.settled();
  for (const seen of await measureVisibility(pair, running)) {
    note({ task: 'change', contender: contender.name, round, seconds: seen });
  }
}

/** Until every file stands there under its own name. */
async function untilComplete(pair: Pair, files: number, deadline: number): Promise<void> {
  while (countFiles(pair.b.data) < files) {
    if (performance.now() > deadline) throw new Error(`not complete in ${LIMIT_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function keep(report: Report): Promise<void> {
  const results = path.join(ROOT, 'bench/results');
  await mkdir(results, { recursive: true });
  const name = `first-sync-${report.date.slice(0, 10)}-${report.commit.slice(0, 8)}.json`;
  await writeFile(path.join(results, name), `${JSON.stringify(report, undefined, 2)}\n`);
  const text = reportText(report, `bench/results/${name}`);
  await mkdir(path.join(ROOT, 'docs/measurements'), { recursive: true });
  await writeFile(path.join(ROOT, 'docs/measurements/first-sync.md'), text);
}
