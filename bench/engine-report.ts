/** The figures of the whole engine in the simulator as a section of docs/measurements/simulator.md. */

import type { MachineFacts } from './machine.ts';
import type { Share } from './profile.ts';

/** What was performed in these seconds of processor time. */
export interface EngineRound {
  readonly runs: number;
  readonly userActs: number;
  /** Of them, those of programs that go through many files at one moment. */
  readonly flockActs: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly seconds: number;
}

export interface EngineReport extends MachineFacts {
  readonly rounds: readonly EngineRound[];
  readonly shares: readonly Share[];
}

/** Parts with less are left out. */
const LEAST_SHARE = 0.01;

/** Markdown, from its heading to its end. `source`: where the single figures are. */
export function engineSection(report: EngineReport, source: string): string {
  const { rounds, shares, processor, cores, memoryGib, kernel, versions, commit, date } = report;
  const row = (text: string, of: (round: EngineRound) => number, aim: string): string => {
    const rates = rounds.map((round) => of(round) / round.seconds).sort((a, b) => a - b);
    const [least = 0, most = 0] = [rates[0], rates.at(-1)];
    const median = rates[Math.floor(rates.length / 2)] ?? 0;
    return `| ${text} | ${whole(median)} (${whole(least)} to ${whole(most)}) | ${aim} |`;
  };
  const sum = (of: (round: EngineRound) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0);
  const [acts, flock] = [sum(({ userActs }) => userActs), sum(({ flockActs }) => flockActs)];
  const [events, seconds] = [sum((round) => round.events), sum((round) => round.seconds)];
  const parts = shares
    .filter(({ share }) => share >= LEAST_SHARE)
    .map(({ part, share }) => `| \`${part}\` | ${(share * 100).toFixed(1)} % |`);
  return `## Engine tier

Written by \`npm run bench:engine -- --keep\`; single figures in \`${source}\`. On one core, in each second of its time:
median (least to most) of ${rounds.length} rounds of ${rounds[0]?.seconds.toFixed(0)} s.

| | each second | aim |
| --- | ---: | ---: |
${row('operations of people', ({ userActs }) => userActs, '1,000')}
${row('those among them of single acts', (each) => each.userActs - each.flockActs, '–')}
${row('stories told to their end', ({ runs }) => runs, '–')}
${row('events: calls on disks, messages, commits, timers', ({ events }) => events, '–')}
${row('virtual seconds', ({ virtualMs }) => virtualMs / 1000, '1,000')}

- Stories as \`npm run sim\` draws them: two to six devices that run the whole engine, peers, codec and the store's contract in memory, with all that can
  befall them; every call on a disk is audited, and the end is judged twice.
- An operation is one act of a person on one path, or on one directory with all that is in it, that had an effect: acts that could not be done do not
  count. A program that goes through many files at one moment (\`each\` in lab/chaos/script.ts: 10 to 60 files, in half of the stories) counts for as many
  as it changed, ${Math.round((100 * flock) / acts)} % of the operations here. Each of these files has a value of its own, is judged like any other, and goes its own way to every device.
- ${Math.round(acts / sum(({ runs }) => runs))} operations in a story. One makes ${whole(events / acts)} events, on all devices together, of ${((seconds * 1e6) / events).toFixed(1)} µs each: so much stands between here and the aim.
- Processor time of the process, user and system, all threads: the compiler's and the garbage collector's too. The first round, in which most is
  compiled, is not counted.
- ${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}; ${versions['node']}.
- Commit ${commit}, ${date}.

Where the time goes, by folder (samples of V8's profiler, of one more round):

| part | share |
| --- | ---: |
${parts.join('\n')}
`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
