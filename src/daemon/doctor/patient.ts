/** What the checks of a home are given: what is known of it before anything is judged. Nothing here changes anything. */

import type { Config } from '../../api/config.ts';
import type { StatusReport } from '../../api/status.ts';
import { isFileLocked } from '../../host/file-lock.ts';
import { type HomeFiles, homeFiles } from '../../host/locations.ts';
import { readConfig } from '../config-file.ts';
import { readHolder } from '../lock.ts';
import { type DatabaseFacts, lookIntoDatabase } from './database-look.ts';
import { type Survey, surveyFolder } from './survey.ts';

/** Whoever holds the home's lock. `pid` undefined: the lock file names no process that lives. */
export interface Holder {
  readonly pid: number | undefined;
  readonly isDaemon: boolean;
}

/** What the daemon said when it was asked; `failed` with the reason. */
export type Said =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'report'; readonly report: StatusReport }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Patient {
  readonly files: HomeFiles;
  readonly config: { readonly value: Config } | { readonly error: unknown };
  readonly holder: Holder | undefined;
  /** Why it is not known whether anybody holds the lock. */
  readonly lockError: unknown;
  readonly said: Said;
  /** Where the kernel's facts are: `/proc`. */
  readonly proc: string;
  /** Walks a folder's tree, once however often it is asked for. */
  readonly survey: (root: string) => Promise<Survey>;
  /** Looks into the database, once. */
  readonly database: () => Promise<DatabaseFacts>;
}

export interface PatientOptions {
  /** Asks the daemon; called only while somebody holds the lock. */
  readonly askStatus: () => Promise<StatusReport>;
  /** Where the kernel's facts are; `/proc` unless a test has others. */
  readonly proc?: string;
  readonly signal: AbortSignal;
}

/** Gathers what is known of `home`. What fails is noted, and told by the check that it belongs to. */
export async function admitPatient(home: string, options: PatientOptions): Promise<Patient> {
  const files = homeFiles(home);
  const lock = await lookAtLock(home);
  const holder = 'holder' in lock ? lock.holder : undefined;
  let database: Promise<DatabaseFacts> | undefined;
  const surveys = new Map<string, Promise<Survey>>();
  return {
    files,
    config: await readOrError(home),
    holder,
    lockError: 'error' in lock ? lock.error : undefined,
    said: holder?.isDaemon === true ? await ask(options.askStatus) : { kind: 'nobody' },
    proc: options.proc ?? '/proc',
    survey: (root) => {
      const known = surveys.get(root) ?? surveyFolder(root, options.signal);
      surveys.set(root, known);
      return known;
    },
    database: () => {
      database ??= lookIntoDatabase(files, { isHeld: holder !== undefined });
      return database;
    },
  };
}

/** The configuration, or one without devices and folders where it cannot be read, which its own check tells. */
export function foldersOf({ config }: Patient): Config['folders'] {
  return 'value' in config ? config.value.folders : [];
}

async function lookAtLock(
  home: string,
): Promise<{ readonly holder: Holder | undefined } | { readonly error: unknown }> {
  try {
    if (!(await isFileLocked(homeFiles(home).lock))) return { holder: undefined };
    const named = await readHolder(home);
    return { holder: { pid: named?.pid, isDaemon: named?.isDaemon !== false } };
  } catch (error) {
    return { error };
  }
}

async function readOrError(home: string): Promise<Patient['config']> {
  try {
    return { value: await readConfig(home) };
  } catch (error) {
    return { error };
  }
}

async function ask(askStatus: () => Promise<StatusReport>): Promise<Said> {
  try {
    return { kind: 'report', report: await askStatus() };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
