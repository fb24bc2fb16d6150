/** What the parts of one folder share. */

import type { ErrorCode } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Timestamp } from '../model/entry.ts';
import type { FolderId } from '../model/folder.ts';
import type { RelPath } from '../model/path.ts';
import type { Rules } from '../planner/rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { Disk } from '../ports/disk.ts';
import type { FileStatus } from '../ports/file-system.ts';
import type { FolderStore, OurEntry, Seen } from '../ports/folder-store.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Watcher } from '../ports/watcher.ts';
import type { Allowance } from './allowance.ts';
import type { Busy } from './busy.ts';
import type { ClockSteps } from './clock-steps.ts';
import type { Doubt } from './doubt.ts';
import type { Ledger } from './ledger.ts';
import type { NestedDisks } from './nested-disks.ts';
import type { Root } from './programs/reach.ts';
import type { EnginePrograms } from './programs.ts';
import { COARSE_WINDOW_MS, msOf } from './stamps.ts';
import type { Superseded } from './superseded.ts';
import type { Tally } from './tally.ts';
import type { StageWitness } from './witness.ts';

/** The ports that a folder uses. */
export interface FolderPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly disk: Disk<EnginePrograms>;
  readonly watcher: Watcher;
}

export interface FolderContext {
  readonly ports: FolderPorts;
  readonly id: FolderId;
  readonly root: Root;
  readonly witness: StageWitness;
  readonly self: { readonly device: DeviceId; readonly shortId: bigint };
  /** Id of our counter in version vectors. */
  readonly counter: bigint;
  readonly rules: Rules;
  readonly store: FolderStore;
  readonly ledger: Ledger;
  /** What may be kept of each device. */
  readonly allowance: Allowance;
  /** How far what takes long has come. */
  readonly tally: Tally;
  /** Paths of the group under way, and of its conflict copies: what is seen there means nothing until it is recorded, or recovered. */
  readonly busy: Busy;
  /** What news has replaced before it could be recognised on the disk. */
  readonly superseded: Superseded;
  /** Paths at which recovery has not told yet what is where, and why not: nobody looks at them or plans them meanwhile. */
  readonly unsettled: Map<RelPath, ErrorCode>;
  /** Which times the clock went through twice. */
  readonly clockSteps: ClockSteps;
  readonly disks: NestedDisks;
  /** Changes with every start of the machine. */
  readonly bootId: string;
  /** When that was, by the wall clock as it is now, in Unix milliseconds. */
  readonly bootedAtMs: number;
  /** The base is empty, or in doubt after a power cut: nothing is planned until everything has been looked at once. */
  readonly firstLook: { isAwaited: boolean };
  /** What may not have reached the disk. */
  readonly unsynced: {
    /** After a power cut: rows that may say more than did. */
    readonly doubt: Doubt;
    /** Disk paths of damage that was found and that nobody could mend yet. */
    readonly damaged: Set<string>;
    /** Lowest sequence of the rows whose content was written anew, as it had been, since a sync began; undefined: none was. */
    rewritten: number | undefined;
    /** The disk has failed to keep something, and told it: no later sync proves that it has kept the rest. */
    hadWriteError: boolean;
  };
}

/** True if what is seen at the path, or planned for it, means nothing for now. */
export function isInHand({ busy, unsettled }: FolderContext, path: RelPath): boolean {
  return busy.has(path) || unsettled.has(path);
}

/** Wall time as a time stamp. */
export function nowStamp(clock: Clock): Timestamp {
  return stampOf(clock.now());
}

/** Of Unix milliseconds. */
export function stampOf(ms: number): Timestamp {
  const s = Math.floor(ms / 1000);
  return { s, ns: Math.floor((ms - s * 1000) * 1e6) };
}

/** How far back a time may lie and a later write still leave it as it is: clock ticks of the kernel, or whole seconds. */
const FINE_WINDOW_MS = 50;

/**
 * What a row keeps of the disk's facts. `readAtMs` (wall): when the look began. Racy, as git's index has it: a write
 * after the look could leave size and time as they are.
 */
export function seenOf(status: FileStatus, readAtMs: number): Seen {
  const age = readAtMs - msOf(status.mtime);
  // A time without a fraction may come from a file system that keeps whole seconds only.
  const window = status.mtime.ns === 0 ? COARSE_WINDOW_MS : FINE_WINDOW_MS;
  const isRecent = age < window && age > -window;
  // Changed at a time that is yet to come: the clock has been set back, and will be there once more.
  const isAhead = msOf(status.ctime) > readAtMs + FINE_WINDOW_MS;
  const racy = status.kind === 'file' && (isRecent || isAhead);
  const { inode, size, mode, mtime, ctime } = status;
  return { inode, size, mode, mtime, ctime, racy, isForeign: false };
}

/** True if the disk says of a path what our row says, so that there is no need to read it. */
export function isUnchanged(status: FileStatus, ours: OurEntry | undefined): boolean {
  const seen = ours?.seen;
  if (ours === undefined || seen === undefined || ours.deleted || ours.invalid) return false;
  if (status.kind !== ours.kind || status.inode !== seen.inode || status.mode !== seen.mode)
    return false;
  if (ours.kind === 'directory') return true;
  return (
    !seen.racy &&
    status.size === seen.size &&
    status.mtime.s === seen.mtime.s &&
    status.mtime.ns === seen.mtime.ns &&
    status.ctime.s === seen.ctime.s &&
    status.ctime.ns === seen.ctime.ns
  );
}
