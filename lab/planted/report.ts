/** What was found and how fast, as docs/measurements/planted-bugs.md. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { machineFacts } from '../../bench/machine.ts';
import { type DrawOptions, drawText } from '../chaos/draw-options.ts';
import type { Caught } from './hunt.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILE = path.join(ROOT, 'docs/measurements/planted-bugs.md');

/** What came of a bug, or of the program as it is. */
export interface Result {
  readonly name: string;
  readonly draw: DrawOptions | undefined;
  /** One for each round. */
  readonly all: readonly Caught[];
  readonly budgetS: number;
  /** Infinite if it was not found. */
  readonly medianS: number;
  readonly isPassed: boolean;
}

/** Writes the file anew. */
export async function keepFigures(
  results: readonly Result[],
  run: { readonly rounds: number; readonly from: number; readonly jobs: number },
): Promise<void> {
  const { processor, cores, memoryGib, kernel, versions, commit, date } = await machineFacts(ROOT);
  const failed = results.filter(({ isPassed }) => !isPassed).length;
  const text = `# Planted bugs

Written by \`npm run planted -- --keep\`: what random stories find in the program when a bug is planted in it, and after how long.
\`npm run planted -- --list\` says what each of them does; how they are looked for stands in [testing](../testing.md#tests-of-the-tests).

- **${results.length - failed} passed, ${failed} failed**; ${run.rounds} time each, from seed ${run.from} on, ${run.jobs} at a time.
- Seconds of the processor, of the process that tells the stories: compiler and garbage collector are in them. All together ${totalS(results).toFixed(0)} s.
- \`none\` is the program as it is: it must break nothing, in all kinds of stories and in each that a bug is looked for in.
- ${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}; ${versions['node']}.
- Commit ${commit}, ${date}.

| bug | breaks | at seed | stories | seconds | budget | kind of stories |
| --- | --- | ---: | ---: | ---: | ---: | --- |
${results.flatMap(rowsOf).join('\n')}
`;
  await writeFile(FILE, text);
}

function totalS(results: readonly Result[]): number {
  const all = results.flatMap((result) => result.all);
  return all.reduce((sum, caught) => sum + (caught.kind === 'broken' ? 0 : caught.cpuS), 0);
}

function rowsOf({ name, draw, all, budgetS }: Result): readonly string[] {
  const kind = draw === undefined ? 'all' : `\`${drawText(draw)}\``;
  return all.map((caught) => {
    const cells = [name, ...cellsOf(caught), budgetS.toFixed(0), kind];
    return `| ${cells.join(' | ')} |`;
  });
}

function cellsOf(caught: Caught): readonly string[] {
  if (caught.kind === 'broken') return ['**does not run**', '–', '–', '–'];
  const spent = [String(caught.seeds), caught.cpuS.toFixed(1)];
  if (caught.kind === 'nothing') return ['nothing', '–', ...spent];
  return [caught.violation.invariant, String(caught.seed), ...spent];
}
