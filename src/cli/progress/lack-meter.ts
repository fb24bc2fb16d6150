/** What is lacking somewhere, and how that becomes less: files and bytes together, in words. Pure. */

import type { FolderDeviceStatus, FolderStatus } from '../../api/status.ts';
import { bytesText, countText, durationText } from '../format.ts';
import { type Measured, Meter } from './meter.ts';

/** `files`: with deletes. `bytes`: without what has arrived already of files that are not in place yet. */
export interface Lack {
  readonly files: number;
  readonly bytes: number;
  /** Of those files, what has arrived. */
  readonly arrived: number;
}

/** Of nothing. */
export const NO_LACK: Lack = { files: 0, bytes: 0, arrived: 0 };

/** How far it is. */
export interface Advance {
  /** 0 to 1; 1 only if nothing is left. */
  readonly part: number;
  /** For people, the most important first. */
  readonly texts: readonly string[];
  readonly doneBytes: number;
}

/** Keeps what was seen before, for rates and totals. */
export class LackMeter {
  readonly #files = new Meter();
  readonly #bytes = new Meter();

  observe(lack: Lack, nowMs: number): Advance {
    const files = this.#files.observe({ left: lack.files }, nowMs);
    const bytes = this.#bytes.observe({ left: lack.bytes, before: lack.arrived }, nowMs);
    const changes = files.left === 0 ? [] : [`${countText(files.left, 'file')} left`];
    const hasBytes = bytes.total > 0;
    const part = partOf(hasBytes ? bytes : files, files.left);
    if (!hasBytes) return { part, texts: changes, doneBytes: 0 };
    const amounts = `${bytesText(bytes.done)} of ${bytesText(bytes.total)}`;
    const left = bytes.leftMs === undefined ? [] : [`${durationText(bytes.leftMs)} left`];
    const texts = [amounts, ...left, ...rateText(bytes.perSecond), ...changes];
    return { part, texts, doneBytes: bytes.done };
  }
}

/** What this device lacks. */
export function lackHere({ need, progress }: FolderStatus): Lack {
  return lackOf(need, progress?.fetch.bytes);
}

/** What another device lacks. */
export function lackThere({ need, progress }: FolderDeviceStatus): Lack {
  return lackOf(need, progress?.bytes);
}

/** Both together. */
export function addLacks(one: Lack, other: Lack): Lack {
  return {
    files: one.files + other.files,
    bytes: one.bytes + other.bytes,
    arrived: one.arrived + other.arrived,
  };
}

function lackOf({ files, deletes, bytes }: FolderStatus['need'], arrived = 0): Lack {
  const here = Math.min(arrived, bytes);
  return { files: files + deletes, bytes: bytes - here, arrived: here };
}

/** `45 MB/s`; nothing as long as it is not known. */
export function rateText(perSecond: number | undefined): readonly string[] {
  return perSecond === undefined ? [] : [`${bytesText(perSecond)}/s`];
}

/** Bytes may all be here before the last file is in place. */
function partOf({ done, total }: Measured, filesLeft: number): number {
  return filesLeft === 0 ? 1 : Math.min(0.999, total === 0 ? 0 : done / total);
}
