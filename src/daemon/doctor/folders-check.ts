/** Is each folder's directory there, may this user work in it, and does no other folder stand on the same directory? */

import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import type { FolderStatus } from '../../api/status.ts';
import { errnoOf } from '../../host/errno.ts';
import type { FolderKind } from '../../model/folder.ts';
import { foldersOf, type Patient } from './patient.ts';
import type { Survey } from './survey.ts';

const RIGHTS = [
  { bit: constants.R_OK, what: 'read' },
  { bit: constants.W_OK, what: 'changed' },
  { bit: constants.X_OK, what: 'entered' },
] as const;

/** One folder's directory. */
export interface FolderFacts {
  readonly id: string;
  readonly path: string;
  /** The system's code where it cannot be looked at. */
  readonly root:
    | { readonly isDirectory: boolean; readonly place: string }
    | { readonly errno: string };
  /** What this user may not do with it. */
  readonly lacking: readonly (typeof RIGHTS)[number][];
  readonly survey: Survey | undefined;
  /** What the daemon says of it. */
  readonly status: FolderStatus | undefined;
}

export async function checkFolders(patient: Patient): Promise<readonly Finding[]> {
  const all: FolderFacts[] = [];
  for (const { id, path, kind } of foldersOf(patient)) {
    const root = await rootOf(path);
    const isThere = 'isDirectory' in root && root.isDirectory;
    const { said } = patient;
    const reported = said.kind === 'report' ? said.report.folders : [];
    all.push({
      id,
      path,
      root,
      lacking: isThere ? await lackingRights(path, kind) : [],
      survey: isThere ? await patient.survey(path) : undefined,
      status: reported.find((folder) => folder.id === id),
    });
  }
  return judgeFolders(all);
}

/** Pure. */
export function judgeFolders(all: readonly FolderFacts[]): readonly Finding[] {
  const found = [
    ...all.flatMap((facts) => [...judge(facts), ...judgeStatus(facts)]),
    ...twins(all),
  ];
  if (found.length > 0) return found;
  const directories = all.reduce((sum, { survey }) => sum + (survey?.directories ?? 0), 0);
  return [
    ok(
      'folders',
      all.length === 0 ? 'none yet' : `directories that can be read: ${directories}, all of them`,
    ),
  ];
}

function judge({ id, path, root, lacking, survey }: FolderFacts): readonly Finding[] {
  if ('errno' in root) {
    if (root.errno === 'ENOENT') {
      const text = `folder ${id}: ${path} is not there`;
      return [
        bad('folders', text, `mount or restore it; or forget it: kith folder remove '${id}'`),
      ];
    }
    const text = `folder ${id}: ${path} cannot be looked at (${root.errno})`;
    return [bad('folders', text, `see which directory above it shuts you out: namei -l '${path}'`)];
  }
  if (!root.isDirectory) {
    return [
      bad('folders', `folder ${id}: ${path} is no directory`, `put the directory back there`),
    ];
  }
  if (lacking.length > 0) {
    const words = lacking.map(({ what }) => what).join(' nor ');
    const text = `folder ${id}: ${path} may not be ${words} by you`;
    return [bad('folders', text, `sudo chown $(id -u) '${path}' && chmod u+rwx '${path}'`)];
  }
  return survey === undefined ? [] : judgeSurvey({ id, path }, survey);
}

function judgeSurvey(
  { id, path }: { readonly id: string; readonly path: string },
  { unreadable, examples }: Survey,
): readonly Finding[] {
  if (unreadable === 0) return [];
  const [first] = examples;
  const more = unreadable > 1 ? ` and ${unreadable - 1} more` : '';
  const text = `folder ${id}: '${first?.path}'${more} cannot be read (${first?.code}): what is in it stays behind`;
  const mend = `chmod u+rx '${path}/${first?.path}', as its owner; find '${path}' -type d ! -readable lists all`;
  return [bad('folders', text, mend)];
}

function judgeStatus({ id, status }: FolderFacts): readonly Finding[] {
  if (status === undefined) return [];
  const { state, stateReason } = status;
  if (state !== 'held' && state !== 'stopped' && state !== 'error') return [];
  const text = `folder ${id} is ${state}${stateReason === null ? '' : `: ${stateReason}`}`;
  return [bad('folders', text, `kith status '${id}' lists what is wrong`)];
}

/** The paths differ, or the configuration would not stand: a mount or a link makes them one. */
function twins(all: readonly FolderFacts[]): readonly Finding[] {
  const known = new Map<string, string>();
  return all.flatMap(({ id, root }) => {
    if (!('place' in root)) return [];
    const other = known.get(root.place);
    known.set(root.place, id);
    if (other === undefined) return [];
    const text = `folders ${other} and ${id} are the same directory`;
    return [warn('folders', text, `keep one of them: kith folder remove '${id}'`)];
  });
}

async function rootOf(path: string): Promise<FolderFacts['root']> {
  try {
    const status: Stats = await stat(path);
    return { isDirectory: status.isDirectory(), place: `${status.dev}:${status.ino}` };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { errno };
  }
}

/** A folder that only sends need not be changed. */
async function lackingRights(path: string, kind: FolderKind): Promise<FolderFacts['lacking']> {
  const lacking: (typeof RIGHTS)[number][] = [];
  const needed = RIGHTS.filter(({ bit }) => kind !== 'send-only' || bit !== constants.W_OK);
  for (const right of needed) {
    try {
      await access(path, right.bit);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      lacking.push(right);
    }
  }
  return lacking;
}
