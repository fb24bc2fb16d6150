/** The figures of many stories, as a section of docs/measurements/simulator.md. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { machineFacts } from '../../bench/machine.ts';
import { replaceSection } from '../../bench/section.ts';
import type { Tally } from './soak.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILE = path.join(ROOT, 'docs/measurements/simulator.md');

/** What was told: by so many processes, from this seed on, in seconds by the clock on the wall. */
export interface Soaked {
  readonly sum: Tally;
  readonly from: number;
  readonly jobs: number;
  readonly seconds: number;
}

/** Writes the section anew. */
export async function keepSoak({ sum, from, jobs, seconds }: Soaked): Promise<void> {
  const { processor, cores, memoryGib, kernel, versions, commit, date } = await machineFacts(ROOT);
  const cpuS = sum.cpuMs / 1000;
  const rows: readonly (readonly [string, number])[] = [
    ['stories, each of a seed of its own', sum.runs],
    ['operations of people', sum.userActs],
    ['those among them of programs that go through many files', sum.flockActs],
    ['events: calls on disks, messages, commits, timers', sum.events],
    ['virtual hours', sum.virtualMs / 3_600_000],
    ['seconds', seconds],
    ['seconds of the processor', cpuS],
    ['operations in each second of a core', sum.userActs / Math.max(cpuS, 1e-9)],
    ['**violations**', sum.failures.length],
  ];
  const section = `## Soak

Written by \`npm run sim -- --count ${sum.runs} --from ${from} --jobs ${jobs} --keep\`.

| | |
| --- | ---: |
${rows.map(([name, value]) => `| ${name} | ${Math.round(value).toLocaleString('en')} |`).join('\n')}

- What a story is, and what an operation, stands below "Engine tier".
- ${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}; ${versions['node']}.
- Commit ${commit}, ${date}.
`;
  await writeFile(FILE, replaceSection(await readFile(FILE, 'utf8'), section));
}
