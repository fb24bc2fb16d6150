/** Does the system let this user watch as many directories as the folders have? */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { isAbsence } from '../../host/private-file.ts';
import { foldersOf, type Patient } from './patient.ts';
import { descriptorText, openFiles } from './processes.ts';

/** Above this part of the limit it is time to raise it. */
const TIGHT_PART = 0.8;

/** One limit of the kernel, how much of it others of this user take, and how much the folders need. */
export interface WatchBudget {
  /** `fs.inotify.max_user_watches`, or what limits it further in a container. */
  readonly setting: string;
  readonly limit: number;
  readonly usedByOthers: number;
  readonly needed: number;
  /** There are more, which nobody counted. */
  readonly isAtLeast: boolean;
}

export async function checkWatches(patient: Patient): Promise<readonly Finding[]> {
  if (process.platform !== 'linux') return [];
  const folders = foldersOf(patient);
  const surveys = await Promise.all(folders.map(({ path: root }) => patient.survey(root)));
  const needed = surveys.reduce((sum, { directories }) => sum + directories, 0);
  const used = await usedByOthers(patient);
  return judgeWatches([
    {
      ...(await limitOf(patient.proc, 'watches')),
      usedByOthers: used.watches,
      needed,
      isAtLeast: surveys.some(({ isWhole }) => !isWhole),
    },
    {
      ...(await limitOf(patient.proc, 'instances')),
      usedByOthers: used.instances,
      needed: folders.length,
      isAtLeast: false,
    },
  ]);
}

/** Pure. */
export function judgeWatches(budgets: readonly WatchBudget[]): readonly Finding[] {
  const found = budgets.flatMap((budget) => judge(budget));
  if (found.length > 0) return found;
  const texts = budgets.map(({ setting, limit, needed }) => `${needed} of ${limit} (${setting})`);
  return [ok('watches', texts.join(', '))];
}

function judge({ setting, limit, usedByOthers, needed, isAtLeast }: WatchBudget): Finding[] {
  const wanted = needed + usedByOthers;
  if (wanted <= limit * TIGHT_PART) return [];
  const more = isAtLeast ? 'at least ' : '';
  const others = usedByOthers > 0 ? `, other programs take ${usedByOthers}` : '';
  const text = `${setting} is ${limit}; the folders need ${more}${needed}${others}`;
  const mend = `sudo sysctl ${setting}=${roundUp(wanted * 2)} (to keep it: a line in /etc/sysctl.d/60-kith.conf)`;
  if (wanted <= limit) return [warn('watches', `${text}: that is nearly all`, mend)];
  return [
    bad(
      'watches',
      `${text}: some changes are found only by looking at everything again and again`,
      mend,
    ),
  ];
}

/** The lower of the system's limit and, where it is there, that of the user namespace. */
async function limitOf(
  proc: string,
  what: 'watches' | 'instances',
): Promise<{ readonly setting: string; readonly limit: number }> {
  const common = await numberIn(path.join(proc, `sys/fs/inotify/max_user_${what}`));
  const inner = await numberIn(path.join(proc, `sys/user/max_inotify_${what}`));
  if (inner !== undefined && (common === undefined || inner < common)) {
    return { setting: `user.max_inotify_${what}`, limit: inner };
  }
  return { setting: `fs.inotify.max_user_${what}`, limit: common ?? Number.POSITIVE_INFINITY };
}

async function numberIn(file: string): Promise<number | undefined> {
  try {
    return Number((await readFile(file, 'utf8')).trim());
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Of the same user, without the daemon of this home: its folders are counted already. */
async function usedByOthers({ proc, holder }: Patient) {
  const used = { watches: 0, instances: 0 };
  for (const file of await openFiles(proc, process.getuid?.())) {
    if (!file.target.includes('inotify') || file.pid === holder?.pid) continue;
    used.instances++;
    const text = await descriptorText(proc, file);
    used.watches += text.split('\n').filter((line) => line.startsWith('inotify ')).length;
  }
  return used;
}

function roundUp(count: number): number {
  return Math.max(1024, 2 ** Math.ceil(Math.log2(count)));
}
