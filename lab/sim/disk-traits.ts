/** How one simulated disk is: how it compares names, cuts times, how much fits, whether it may be written. */

import { KithError } from '../../src/base/error.ts';
import type { Timestamp } from '../../src/model/entry.ts';

/** Everything has the default of an ordinary Linux disk. */
export interface DiskOptions {
  /** Names that differ by case alone are one. */
  readonly foldsCase?: boolean;
  /** Names are kept in this normal form, and found under any. */
  readonly normalForm?: 'NFC' | 'NFD';
  /** Names in which this is found cannot be made. */
  readonly forbiddenNames?: RegExp;
  /** Smallest step of times: 1 ns, whole seconds, or two. */
  readonly timeStepNs?: 1 | 1_000_000_000 | 2_000_000_000;
  /** Bytes that fit, counted in blocks of 4 KiB. */
  readonly capacity?: number;
  readonly syncsAsOne?: boolean;
  /** The programs obey the owner's bits of modes, as those of ordinary users must. */
  readonly obeysModes?: boolean;
}

const BLOCK = 4_096;
const LARGEST_FILE = 256 * 1024 * 1024;
/** The kernel dates files by its last timer tick: two changes within one look alike. */
const TICK_MS = 4;

export class DiskTraits {
  readonly options: DiskOptions;
  /** Every change throws FILE_READ_ONLY while it is set. */
  readOnly = false;
  /** Bytes that fit; may be changed at any time. */
  capacity: number;
  readonly #wallMs: () => number;
  #used = 0;

  constructor(wallMs: () => number, options: DiskOptions) {
    this.#wallMs = wallMs;
    this.options = options;
    this.capacity = options.capacity ?? 2 ** 40;
  }

  /** Under which a name is found. */
  keyOf(name: string): string {
    const { foldsCase, normalForm } = this.options;
    const normal = normalForm === undefined ? name : name.normalize(normalForm);
    return foldsCase === true ? normal.toLowerCase() : normal;
  }

  /** As which a name is kept. */
  spelling(name: string): string {
    const { normalForm } = this.options;
    return normalForm === undefined ? name : name.normalize(normalForm);
  }

  /** FILE_NAME_IMPOSSIBLE if no such name can be made. */
  checkName(name: string): void {
    this.checkLength(name);
    if (this.options.forbiddenNames?.test(name))
      throw new KithError('FILE_NAME_IMPOSSIBLE', { name });
  }

  /** FILE_NAME_IMPOSSIBLE if the name is too long to be asked for. */
  checkLength(name: string): void {
    if (name.length * 3 <= 255) return;
    if (new TextEncoder().encode(name).length > 255)
      throw new KithError('FILE_NAME_IMPOSSIBLE', { name });
  }

  checkWritable(): void {
    if (this.readOnly) throw new KithError('FILE_READ_ONLY', {});
  }

  /** Now, as the disk would date a change. */
  time(): Timestamp {
    const ms = Math.floor(this.#wallMs() / TICK_MS) * TICK_MS;
    const s = Math.floor(ms / 1_000);
    return this.cut({ s, ns: (ms - s * 1_000) * 1_000_000 });
  }

  /** A time as exactly as the disk keeps it. */
  cut(time: Timestamp): Timestamp {
    const step = this.options.timeStepNs ?? 1;
    if (step === 1) return { s: time.s, ns: time.ns };
    const seconds = step / 1e9;
    return { s: Math.floor(time.s / seconds) * seconds, ns: 0 };
  }

  /** Takes room for a file that grows; the size up to which it may. FILE_FAILED for what no simulation should hold. */
  take(oldSize: number, newSize: number): number {
    if (newSize > LARGEST_FILE) throw new KithError('FILE_FAILED', { errno: 'EFBIG' });
    if (newSize <= oldSize) return newSize;
    const room = Math.max(0, this.capacity - this.#used) + inBlocks(oldSize);
    const fits = Math.max(oldSize, Math.min(newSize, Math.floor(room / BLOCK) * BLOCK));
    this.#used += inBlocks(fits) - inBlocks(oldSize);
    return fits;
  }

  /** Gives room back. */
  release(oldSize: number, newSize: number): void {
    this.#used -= inBlocks(oldSize) - inBlocks(newSize);
  }

  /** What is in use after a power cut. */
  resetUsed(bytes: number): void {
    this.#used = bytes;
  }

  get freeBytes(): number {
    return Math.max(0, this.capacity - this.#used);
  }
}

/** The room that a file of this size takes. */
export function inBlocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
