/** The one word for how a folder stands, and why. Pure. `idle` is honest: what is known here equals what is known there. */

import { ERRORS, KithError } from '../base/error.ts';
import type { FolderKind } from '../model/folder.ts';
import { type DeviceStatus, type FolderState, isNothing } from './folder-status.ts';
import type { Need } from './totals.ts';

/** What it is made of. */
export interface Circumstances {
  readonly stopped: KithError | undefined;
  /** undefined: not open yet. */
  readonly work:
    | {
        readonly isScanning: boolean;
        readonly isResting: boolean;
        readonly isEmptied: boolean;
        readonly blind: string | undefined;
      }
    | undefined;
  readonly kind: FolderKind;
  readonly isPaused: boolean;
  readonly need: Need;
  readonly kept: Need;
  /** What is kept aside. */
  readonly problems: number;
  /** Some item may yet come right by itself. */
  readonly isTryingAgain: boolean;
  readonly devices: readonly DeviceStatus[];
}

/** The state and, where there is more to say, the reason. */
export function stateOf(facts: Circumstances): {
  readonly state: FolderState;
  readonly stateReason: string | undefined;
} {
  const { stopped, work } = facts;
  if (facts.isPaused) return { state: 'paused', stateReason: undefined };
  if (stopped !== undefined) {
    const state = stopped.kind === 'bug' ? 'error' : 'stopped';
    return { state, stateReason: stopped.message };
  }
  if (work === undefined) return { state: 'scanning', stateReason: 'opening' };
  if (work.isEmptied) {
    return { state: 'held', stateReason: new KithError('FOLDER_EMPTIED').message };
  }
  if (work.isScanning) return { state: 'scanning', stateReason: work.blind };
  if (!work.isResting) return { state: 'syncing', stateReason: work.blind };
  return atRest(facts, work.blind);
}

function atRest(
  { kind, need, kept, problems, isTryingAgain, devices }: Circumstances,
  blind: string | undefined,
): { readonly state: FolderState; readonly stateReason: string | undefined } {
  if (devices.some((device) => device.announcesTooMuch)) {
    return { state: 'held', stateReason: ERRORS.PEER_ANNOUNCES_TOO_MUCH.text };
  }
  const connected = devices.filter((device) => device.connected);
  if (!connected.every((device) => device.heard)) {
    return { state: 'syncing', stateReason: 'a device has not been heard out' };
  }
  if (problems > 0) {
    const items = problems === 1 ? '1 item' : `${problems} items`;
    return { state: 'held', stateReason: `${items} cannot be synchronised` };
  }
  if (isTryingAgain) return { state: 'syncing', stateReason: 'some items are tried again' };
  if (!isNothing(kept)) {
    return { state: 'held', stateReason: `${changes(kept)} made here stay here: it only receives` };
  }
  if (kind === 'send-only' && !isNothing(need)) {
    return { state: 'held', stateReason: `${changes(need)} of others not taken: it only sends` };
  }
  if (!isNothing(need)) {
    return { state: 'syncing', stateReason: 'no connected device has what is lacking here' };
  }
  if (!connected.every((device) => isNothing(device.need))) {
    return { state: 'syncing', stateReason: 'other devices do not have everything yet' };
  }
  return { state: 'idle', stateReason: blind };
}

function changes({ files, deletes }: Need): string {
  const count = files + deletes;
  return count === 1 ? '1 change' : `${count} changes`;
}
