/** Does this machine know what time it is? Conflicts are named by it, and people read it; nothing is decided by it. */

import { X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { errnoOf } from '../../host/errno.ts';
import { isAbsence, readTextIfThere } from '../../host/private-file.ts';
import { foldersOf, type Patient } from './patient.ts';

const MINUTE_MS = 60_000;
/** Between machines. */
const FAR_MS = 2 * MINUTE_MS;
/** Between this process and a disk of this machine: coarse time stamps and whole seconds. */
const DISK_MS = 5000;
const SET_CLOCK = 'sudo timedatectl set-ntp true, or set it by hand';
/** What a file system says that makes no nameless files. */
const NO_NAMELESS: readonly string[] = [
  'EOPNOTSUPP',
  'EISDIR',
  'ENOTSUP',
  'EINVAL',
  'EACCES',
  'EROFS',
];

/** All times are Unix milliseconds. */
export interface ClockFacts {
  readonly nowMs: number;
  /** The clock cannot be right below these; each with what happened then. */
  readonly known: readonly { readonly what: string; readonly ms: number }[];
  /** Now, as each file system has it. */
  readonly disks: readonly { readonly path: string; readonly ms: number }[];
  /** When the running daemon began, by the disk, and for how long it runs. */
  readonly daemon: { readonly startMs: number; readonly uptimeMs: number } | undefined;
  /** How far the clocks of connected devices were ahead of ours when they came. */
  readonly devices: readonly { readonly name: string; readonly aheadMs: number }[];
}

export async function checkClock(patient: Patient): Promise<readonly Finding[]> {
  const { files, said } = patient;
  const roots = [files.home, ...foldersOf(patient).map(({ path }) => path)];
  const disks = await Promise.all(roots.map(async (path) => ({ path, ms: await diskTime(path) })));
  const startMs = await changedAt(files.address);
  const report = said.kind === 'report' ? said.report : undefined;
  const sharers = (report?.folders ?? []).flatMap(({ devices }) => devices);
  return judgeClock({
    nowMs: Date.now(),
    known: await knownTimes(patient),
    disks: disks.flatMap(({ path, ms }) => (ms === undefined ? [] : [{ path, ms }])),
    daemon:
      report === undefined || startMs === undefined
        ? undefined
        : { startMs, uptimeMs: report.uptimeMs },
    devices: sharers.flatMap(({ name, clockAheadMs }) => {
      return typeof clockAheadMs === 'number' ? [{ name, aheadMs: clockAheadMs }] : [];
    }),
  });
}

/** Pure. */
export function judgeClock(facts: ClockFacts): readonly Finding[] {
  const { nowMs, known, disks, daemon, devices } = facts;
  const latest = [...known].sort((a, b) => b.ms - a.ms)[0];
  const off = disks.find(({ ms }) => Math.abs(ms - nowMs) > DISK_MS);
  const stepMs = daemon === undefined ? 0 : daemon.startMs + daemon.uptimeMs - nowMs;
  const far = new Map(
    devices.filter(({ aheadMs }) => Math.abs(aheadMs) > FAR_MS).map((d) => [d.name, d]),
  );
  const found = [
    ...(latest !== undefined && latest.ms > nowMs + MINUTE_MS
      ? [
          bad(
            'clock',
            `it is ${dateText(nowMs)} here, but ${latest.what} ${dateText(latest.ms)}`,
            SET_CLOCK,
          ),
        ]
      : []),
    ...(off === undefined
      ? []
      : [
          bad(
            'clock',
            `${off.path} has ${dateText(off.ms)}, this process ${dateText(nowMs)}`,
            'let both have the same time (faketime? the clock of a file server?)',
          ),
        ]),
    // A machine that slept looks as if its clock had been set forward: only the other direction tells.
    ...(stepMs > FAR_MS
      ? [warn('clock', `it was set back by ${spanText(stepMs)} while the daemon ran`, SET_CLOCK)]
      : []),
    ...[...far.values()].map(({ name, aheadMs }) => {
      const way = aheadMs > 0 ? 'ahead of' : 'behind';
      const text = `the clock of ${name} is ${spanText(Math.abs(aheadMs))} ${way} ours`;
      return warn('clock', text, `${SET_CLOCK}; there or here`);
    }),
  ];
  return found.length > 0 ? found : [ok('clock', dateText(nowMs))];
}

async function knownTimes({ files }: Patient): Promise<ClockFacts['known']> {
  const programMs = await changedAt(fileURLToPath(import.meta.url));
  const configMs = await changedAt(files.config);
  const indexMs = await changedAt(files.index);
  const certificateMs = await certifiedAt(files.certificate);
  return [
    { what: 'this program was made', ms: programMs },
    { what: 'the configuration was written', ms: configMs },
    { what: 'the database was written', ms: indexMs },
    { what: 'the key was made', ms: certificateMs },
  ].flatMap(({ what, ms }) => (ms === undefined ? [] : [{ what, ms }]));
}

/** The time that the file system gives a new file, which has no name and is gone at once; undefined if it makes none. */
async function diskTime(directory: string): Promise<number | undefined> {
  // O_TMPFILE, which Node has no name for: __O_TMPFILE and O_DIRECTORY.
  const flags = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;
  try {
    const handle = await open(directory, flags, 0o600);
    try {
      return (await handle.stat()).mtimeMs;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (isAbsence(error) || (errno !== undefined && NO_NAMELESS.includes(errno))) return undefined;
    throw error;
  }
}

async function changedAt(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** undefined if there is none; a damaged one is told by the check of the keys. */
async function certifiedAt(file: string): Promise<number | undefined> {
  const text = await readTextIfThere(file);
  if (text === undefined) return undefined;
  try {
    return new X509Certificate(text).validFromDate.getTime();
  } catch {
    return undefined;
  }
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

function spanText(ms: number): string {
  const minutes = ms / MINUTE_MS;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}
