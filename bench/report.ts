/** The figures as a table: medians, ranges, and how Kith stands to the others. */

import type { MachineFacts } from './machine.ts';

export interface Figure {
  readonly task: string;
  readonly contender: string;
  readonly round: number;
  readonly seconds: number;
  /** Processor seconds in that time, on A and on B, where the program runs on. */
  readonly processor?: readonly number[];
}

export interface Report extends MachineFacts {
  /** 1 for the full size. */
  readonly scale: number;
  readonly figures: readonly Figure[];
}

const TASKS: readonly (readonly [string, string])[] = [
  ['large', 'one file of 1 GiB'],
  ['small', '20,000 files of 200 B to 40 KiB (400 MB)'],
  ['change', 'a new 1 KiB file until it is visible, among the 20,000'],
];

/** Markdown. `source`: where the single figures are. */
export function reportText(report: Report, source: string): string {
  const { processor, cores, memoryGib, kernel, versions } = report;
  const names = [...new Set(report.figures.map((figure) => figure.contender))];
  const head = `| | ${names.join(' | ')} | Kith : others |`;
  const rule = `| --- |${names.map(() => ' ---: |').join('')} ---: |`;
  const rows = TASKS.map(([task, text]) => {
    const cells = names.map((name) => cellOf(secondsOf(report, task, name)));
    return `| ${text} | ${cells.join(' | ')} | ${ratios(report, task, names)} |`;
  });
  return `# First synchronisation

Written by \`npm run bench -- --keep\`; single figures in \`${source}\`. Seconds: median (least to most).

${[head, rule, ...rows].join('\n')}

- Two devices in two network namespaces joined by a veth pair; a fresh ext4 file system on a loop device for each side and each
  measurement; the programs take turns, round by round. Durability is on everywhere: Kith and Syncthing sync before a name appears,
  rsync is followed by \`sync -f\`.
- Measured from the moment at which B is told to have the folder, A's content being known to A and both being connected (rsync: from its start),
  until the last file stands under its name. Then all names, bytes, modes and times are compared.
- Content is random bytes. Syncthing watches with its shortest delay, 1 s; the other settings are as it comes. rsync has no watcher: its figure is
  one run after the change.
- ${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}; ${versions['node']}; ${versions['rsync']}; ${versions['syncthing']}.
- Commit ${report.commit}, ${report.date}${report.scale === 1 ? '' : `, scale ${report.scale}`}.
`;
}

function secondsOf({ figures }: Report, task: string, name: string): readonly number[] {
  const found = figures.filter((figure) => figure.task === task && figure.contender === name);
  return found.map((figure) => figure.seconds).sort((a, b) => a - b);
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function cellOf(sorted: readonly number[]): string {
  if (sorted.length === 0) return '–';
  return `${text(median(sorted))} (${text(sorted[0] ?? 0)} to ${text(sorted.at(-1) ?? 0)})`;
}

function text(seconds: number): string {
  return seconds < 1 ? seconds.toFixed(3) : seconds.toFixed(2);
}

function ratios(report: Report, task: string, names: readonly string[]): string {
  const ours = median(secondsOf(report, task, 'kith'));
  const others = names.filter((name) => name !== 'kith');
  const each = others.map((name) => {
    const ratio = ours / median(secondsOf(report, task, name));
    return `${name} ${ratio.toFixed(2)}`;
  });
  return each.join(', ');
}
