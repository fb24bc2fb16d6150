/** What a folder says of itself. `idle` is honest: all that is known here equals all that is known there. */

import type { DeviceId } from '../model/device-id.ts';
import type { Problem } from '../model/problem.ts';
import type { Progress } from './tally.ts';
import type { Amount, Need } from './totals.ts';

/** `stopped`: a person must look. `error`: Kith itself failed. */
export type FolderState = 'idle' | 'scanning' | 'syncing' | 'held' | 'paused' | 'stopped' | 'error';

export interface DeviceStatus {
  readonly device: DeviceId;
  /** Its whole index has arrived on the connection that is up. */
  readonly heard: boolean;
  readonly connected: boolean;
  /** It announces more than is kept of one device: not all of it has been taken. */
  readonly announcesTooMuch: boolean;
  readonly need: Need;
  /** Share of the global bytes that it has, 0 to 1; 1 only if it lacks nothing. */
  readonly completion: number;
  /** Age of the oldest change that it lacks; 0 if it lacks nothing. */
  readonly freshnessMs: number;
  /** Bytes of what it lacks that it was given already. */
  readonly givenBytes: number;
}

export interface FolderStatus {
  readonly state: FolderState;
  readonly stateReason: string | undefined;
  readonly local: Amount;
  readonly global: Amount;
  readonly need: Need;
  /** What was changed here in a folder that only receives: it stays, and nobody is told. */
  readonly kept: Need;
  /** Files and directories that stand here with another mode than they have elsewhere, for the disk did not take it. */
  readonly otherModes: number;
  /** What is kept comes last. */
  readonly problems: readonly Problem[];
  readonly devices: readonly DeviceStatus[];
  /** How far long work has come; undefined while the folder is not open. */
  readonly progress: Progress | undefined;
}

export function isNothing(need: Need): boolean {
  return need.files === 0 && need.deletes === 0;
}

/** Share of what is global that a device has. */
export function completionOf(need: Need, global: Amount): number {
  if (isNothing(need)) return 1;
  const byBytes = global.bytes === 0 ? 0 : 1 - need.bytes / global.bytes;
  return Math.max(0, Math.min(0.999, byBytes));
}
