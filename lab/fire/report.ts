/** The figures of a run, as its section of docs/measurements/fire.md. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { machineFacts } from '../../bench/machine.ts';
import { replaceSection } from '../../bench/section.ts';
import { type Options, PARTS } from './options.ts';
import { failedOf, kindsOf, type Outcome, timeOf } from './outcome.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILE = path.join(ROOT, 'docs/measurements/fire.md');

/** Writes the section of that part anew. */
export async function keepFigures(options: Options, outcome: Outcome): Promise<void> {
  const { processor, cores, memoryGib, kernel, versions, commit, date } = await machineFacts(ROOT);
  const { part, seed, jobs, minutes, most } = options;
  const bounds = [
    `seed ${seed}, ${jobs} at a time`,
    ...(minutes === undefined ? [] : [`${minutes} minutes`]),
    ...(most === undefined ? [] : [`${most} at most`]),
  ];
  const section = `## ${part}

Written by \`npm run fire -- ${part} --keep\`: ${PARTS[part]}.

- **${outcome.passed} passed, ${failedOf(outcome)} failed** in ${timeOf(outcome)}; ${bounds.join(', ')}.
- Passed: ${kindsOf(outcome)}; ${outcome.missed} did not come to their call.
${outcome.notes.map((note) => `- ${note}\n`).join('')}- ${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}; ${versions['node']}.
- Commit ${commit}, ${date}.
`;
  await writeFile(FILE, replaceSection(await readFile(FILE, 'utf8'), section));
}
