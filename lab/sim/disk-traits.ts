/** How one simulated disk is just now: what fits on it, whether it may be written, how it cuts times. */

import { KithError } from '../../src/base/error.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import type { DiskOptions } from './disk-options.ts';
import { NameRules } from './name-rules.ts';

const BLOCK = 4_096;
const LARGEST_FILE = 256 * 1024 * 1024;
const PLENTY = 2 ** 40;
/** The kernel dates files by its last timer tick: two changes within one look alike. */
const TICK_MS = 4;

/** Public fields may be changed at any time, as a disk changes under its programs. */
export class DiskTraits {
  readonly options: DiskOptions;
  readonly names: NameRules;
  /** Every change throws FILE_READ_ONLY while it is set. */
  readOnly = false;
  /** Bytes that fit. */
  capacity: number;
  /** Bytes that this user may use. */
  quota: number;
  /** Files, directories and links that fit. */
  inodes: number;
  /** Handles that one program may hold. */
  handleLimit = Infinity;
  /** Handles from before it was raised are stale, as after the server of a network disk began anew: FILE_FAILED. */
  staleness = 0;
  readonly #wallMs: () => number;
  #used = 0;
  #usedInodes = 0;
  #tick = -1;
  #time: Timestamp = { s: 0, ns: 0 };

  constructor(wallMs: () => number, options: DiskOptions) {
    this.#wallMs = wallMs;
    this.options = options;
    this.names = new NameRules(options);
    this.capacity = options.capacity ?? PLENTY;
    this.quota = options.quota ?? PLENTY;
    this.inodes = options.inodes ?? PLENTY;
  }

  checkWritable(): void {
    if (this.readOnly) throw new KithError('FILE_READ_ONLY', {});
  }

  /** Now, as the disk would date a change. */
  time(): Timestamp {
    const tick = Math.floor(this.#wallMs() / TICK_MS);
    if (tick !== this.#tick) {
      const ms = tick * TICK_MS;
      const s = Math.floor(ms / 1_000);
      this.#tick = tick;
      this.#time = this.cut({ s, ns: (ms - s * 1_000) * 1_000_000 });
    }
    return this.#time;
  }

  /** A time as exactly as the disk keeps it. */
  cut(time: Timestamp): Timestamp {
    const { timeStepNs: step = 1, timeRange } = this.options;
    const [first, last] = timeRange ?? [-Infinity, Infinity];
    if (time.s < first) return { s: first, ns: 0 };
    if (time.s > last) return { s: last, ns: 0 };
    if (step < 1e9) return { s: time.s, ns: time.ns - (time.ns % step) };
    const seconds = step / 1e9;
    return { s: Math.floor(time.s / seconds) * seconds, ns: 0 };
  }

  /** Takes room for a file that grows; the size up to which it may. FILE_FAILED for what no simulation should hold. */
  take(oldSize: number, newSize: number): number {
    if (newSize > LARGEST_FILE) throw new KithError('FILE_FAILED', { errno: 'EFBIG' });
    if (newSize <= oldSize) return newSize;
    const room = this.roomBytes + inBlocks(oldSize);
    const fits = Math.max(oldSize, Math.min(newSize, Math.floor(room / BLOCK) * BLOCK));
    this.#used += inBlocks(fits) - inBlocks(oldSize);
    return fits;
  }

  /** Gives room back. */
  release(oldSize: number, newSize: number): void {
    this.#used -= inBlocks(oldSize) - inBlocks(newSize);
  }

  /** Takes room for one more thing. FILE_NO_INODES if none is left. */
  takeInode(): void {
    if (this.#usedInodes >= this.inodes) throw new KithError('FILE_NO_INODES', {});
    this.#usedInodes += 1;
  }

  releaseInode(): void {
    this.#usedInodes -= 1;
  }

  /** What is in use after a power cut. */
  resetUsed(used: { readonly bytes: number; readonly inodes: number }): void {
    this.#used = used.bytes;
    this.#usedInodes = used.inodes;
  }

  get freeBytes(): number {
    return Math.max(0, this.capacity - this.#used);
  }

  /** What this user may still write. */
  get roomBytes(): number {
    return Math.max(0, Math.min(this.capacity, this.quota) - this.#used);
  }

  get usedInodes(): number {
    return this.#usedInodes;
  }
}

/** The room that a file of this size takes. */
export function inBlocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
