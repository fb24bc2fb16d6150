/** The command line of the fire. */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Each part, and what it does. */
export const PARTS = {
  kills: 'kill -9 at the n-th system call that changes something, then a start, rest and proof',
  errors: 'EIO, ENOSPC, EACCES, EMFILE at the n-th system call, once or for a while',
  clocks: 'a clock that is years ahead, in 2001, or set while it runs',
  links:
    'a cable that is slow, loses, takes small packets, is pulled out, silent, or leads elsewhere',
  full: 'disks with no room for bytes or for names, under a folder or under the home',
  soak: 'three devices, persons at all of them, kills; then rest, equal trees and a heap that has not grown',
  sample: 'a little of everything, drawn by the seed, over within --minutes (15 unless said)',
  all: 'every call and every trial: a night',
} as const;

export type PartName = keyof typeof PARTS;

const OPTIONS = {
  help: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  minutes: { type: 'string' },
  seed: { type: 'string', default: '1' },
  most: { type: 'string' },
  jobs: { type: 'string', default: `${Math.min(4, availableParallelism())}` },
  flow: { type: 'string' },
  victim: { type: 'string' },
  calls: { type: 'string' },
  act: { type: 'string' },
  times: { type: 'string' },
  at: { type: 'string' },
  clock: { type: 'string' },
  trial: { type: 'string' },
} as const;

export const HELP = `npm run fire -- PART [OPTION]...
Real daemons, real files, and everything that can go wrong with them. Root, on Linux (x86-64); what is missing comes from Debian.

Parts:
${Object.entries(PARTS)
  .map(([name, text]) => `  ${name.padEnd(8)}${text}`)
  .join('\n')}

Options:
  --minutes M   how long; kills and errors strike every call unless it is said
  --most N      so many cases at most
  --seed N      what is drawn (1)
  --jobs N      cases at the same time (as many as processors, 4 at most)
  --keep        writes the figures to docs/measurements/fire.md
  --flow F --victim V --at N [--calls changing|reading --act EIO --times N]   one case of kills or errors
  --clock C, --trial T   one of clocks; one of links or full

Examples:
  npm run fire -- sample --minutes 15
  npm run fire -- kills --flow edit --victim b --at 57
  npm run fire -- errors --minutes 60 --seed 2
  npm run fire -- links --trial losing-a-third
  npm run fire -- soak --minutes 30 --keep

The last line is \`N passed, N failed\`; the exit code is 0 if something passed and nothing failed. Each failure says the command that
repeats it, and where its files are.`;

export interface Options {
  readonly part: PartName;
  readonly keep: boolean;
  readonly minutes: number | undefined;
  readonly seed: number;
  readonly most: number | undefined;
  readonly jobs: number;
  readonly at: number | undefined;
  /** What one case is named by. */
  readonly choice: Readonly<
    Partial<Record<'flow' | 'victim' | 'calls' | 'act' | 'times' | 'clock' | 'trial', string>>
  >;
}

/** undefined: help was asked for. Throws what is wrong, in words. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  if (values.help) return undefined;
  const [part, more] = positionals;
  if (part === undefined || !isPart(part) || more !== undefined) {
    throw new Error(`one of ${Object.keys(PARTS).join(', ')} is expected; see --help`);
  }
  const { keep, minutes, seed, most, jobs, at, help: _, ...choice } = values;
  return {
    part,
    keep,
    minutes: minutes === undefined ? undefined : numberOf('minutes', minutes),
    seed: wholeOf('seed', seed),
    most: most === undefined ? undefined : wholeOf('most', most),
    jobs: wholeOf('jobs', jobs),
    at: at === undefined ? undefined : wholeOf('at', at),
    choice,
  };
}

function isPart(name: string): name is PartName {
  return Object.hasOwn(PARTS, name);
}

function wholeOf(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} ${text} is not a whole number`);
  return Number(text);
}

function numberOf(name: string, text: string): number {
  const isNumber = /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0;
  if (!isNumber) throw new Error(`--${name} ${text} is not a number above 0`);
  return Number(text);
}
