/** Whether everything is everywhere, judged from one status report. Pure. */

import type { FolderDeviceStatus, FolderStatus, StatusReport } from '../api/status.ts';
import { countText } from './format.ts';

/** What a person waits for: one folder or all that are shared, with one device or all. */
export interface Wanted {
  readonly folder?: string | undefined;
  /** The id of a device. */
  readonly device?: string | undefined;
}

/** `equal`: it is so. `waiting`: not yet. `attention`: it will not be so until a person acts. Reasons are lines for people. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'waiting' | 'attention'; readonly reasons: readonly string[] };

/** States that do not end by themselves. */
const STUCK: readonly string[] = ['held', 'stopped', 'paused', 'error'];

/**
 * Equal means: this device and every device wanted that is not paused are connected, heard out, and lack nothing of each other. Where no device
 * is named there must be at least one; folders shared with nobody count only if they are named or if no folder is shared.
 */
export function judge(report: StatusReport, wanted: Wanted): Verdict {
  const folders = foldersWanted(report, wanted);
  if (folders.length === 0) return { kind: 'waiting', reasons: ['no folder is shared yet'] };
  const stuck = folders.filter(({ state }) => STUCK.includes(state));
  const resting = folders.flatMap((folder) => restingText(folder, wanted.device));
  if (stuck.length + resting.length > 0) {
    return { kind: 'attention', reasons: [...stuck.map(stuckText), ...resting] };
  }
  const reasons = folders.flatMap((folder) => whyNotEqual(folder, wanted.device));
  return reasons.length === 0 ? { kind: 'equal' } : { kind: 'waiting', reasons };
}

/** True if a person should look at this folder. */
export function needsAttention({ state, problems }: FolderStatus): boolean {
  return state === 'held' || state === 'stopped' || state === 'error' || problems.length > 0;
}

function foldersWanted({ folders }: StatusReport, { folder, device }: Wanted) {
  if (folder !== undefined) return folders.filter(({ id }) => id === folder);
  const shared = folders.filter(({ devices }) => {
    return device === undefined ? devices.length > 0 : devices.some(({ id }) => id === device);
  });
  return shared;
}

function whyNotEqual(folder: FolderStatus, only: string | undefined): readonly string[] {
  const { id, state, need } = folder;
  const devices = folder.devices.filter((device) => isWaitedFor(device, only));
  if (devices.length === 0) return [`${id}: shared with nobody to wait for`];
  const lacking = need.files + need.deletes;
  const here = [
    ...(lacking > 0 ? [`${id}: this device lacks ${countText(lacking, 'change')}`] : []),
    ...(lacking === 0 && state !== 'idle' ? [`${id}: ${state}`] : []),
  ];
  return [...here, ...devices.flatMap((device) => whyDeviceNotEqual(id, device))];
}

function isWaitedFor({ id, paused }: FolderDeviceStatus, only: string | undefined): boolean {
  return only === undefined ? !paused : id === only;
}

/** Nobody is left to wait for but devices that are paused here. */
function restingText({ id, devices }: FolderStatus, only: string | undefined): readonly string[] {
  const among = devices.filter((device) => only === undefined || device.id === only);
  if (among.length === 0 || !among.every(({ paused }) => paused)) return [];
  return among.map(({ name }) => `${id}: ${name} is paused`);
}

function whyDeviceNotEqual(folder: string, device: FolderDeviceStatus): readonly string[] {
  const lacking = device.need.files + device.need.deletes;
  if (!device.connected) {
    const why = device.trouble === null ? '' : ` (${device.trouble})`;
    return [`${folder}: ${device.name} is not connected${why}`];
  }
  if (!device.heard) {
    return [
      `${folder}: ${device.name} has not said yet what it has; is the folder shared there too?`,
    ];
  }
  if (lacking > 0) return [`${folder}: ${device.name} lacks ${countText(lacking, 'change')}`];
  return [];
}

function stuckText({ id, state, stateReason }: FolderStatus): string {
  return `${id}: ${state}${stateReason === null ? '' : `, ${stateReason}`}`;
}
