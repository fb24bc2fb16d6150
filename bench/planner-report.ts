/** The planner's figures as a section of docs/measurements/simulator.md. */

import type { MachineFacts } from './machine.ts';

/** What was played in these seconds of processor time. */
export interface PlannerRound {
  readonly cases: number;
  readonly decided: number;
  readonly planned: number;
  readonly seconds: number;
}

export interface PlannerReport extends MachineFacts {
  readonly rounds: readonly PlannerRound[];
}

const HEADING = '## Planner tier';

/** Markdown, from its heading to its end. `source`: where the single figures are. */
export function plannerSection(report: PlannerReport, source: string): string {
  const { rounds, processor, cores, memoryGib, kernel, versions, commit, date } = report;
  const row = (text: string, key: 'cases' | 'planned' | 'decided', aim: string): string => {
    const rates = rounds.map((round) => round[key] / round.seconds).sort((a, b) => a - b);
    const [least = 0, most = 0] = [rates[0], rates.at(-1)];
    const median = rates[Math.floor(rates.length / 2)] ?? 0;
    return `| ${text} | ${whole(median)} (${whole(least)} to ${whole(most)}) | ${aim} |`;
  };
  const seconds = rounds[0]?.seconds.toFixed(0);
  return `${HEADING}

Written by \`npm run bench:planner -- --keep\`; single figures in \`${source}\`. On one core, in each second of its time:
median (least to most) of ${rounds.length} rounds of ${seconds} s.

| | each second | aim |
| --- | ---: | ---: |
${row('cases played to their end', 'cases', '5,000')}
${row('planned operations', 'planned', '100,000')}
${row('decisions, those among them that need nothing', 'decided', '–')}

- A case is three correlated random trees of ten paths: what three devices hold that had one tree, of which each lost, changed, removed or remade a
  part, by itself or after another one. Each device asks the planner, does what it says in an order of chance, hears what the others have, late at first,
  and asks again, until nothing is left to do.
- In every case it is checked that the devices end equal; that what a person wrote and nobody who had it replaced is on each of them; that nothing
  stands anywhere that nobody put there; that what nobody touched is touched by none; and in one of eight that another order reaches the same end.
- Processor time of the process, user and system: making the trees and checking the laws are in it.
- \`npm run bench:planner -- --minutes 60\` plays for an hour, checks the laws of test/property in between, and ends at the first failure with its
  seed and the command that plays it again.
- ${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}; ${versions['node']}.
- Commit ${commit}, ${date}.
`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
