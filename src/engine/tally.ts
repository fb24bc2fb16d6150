/** How far long work has come, for people: what was looked at, read, fetched and given, before any row says so. */

import type { DeviceId } from '../model/device-id.ts';
import type { RelPath } from '../model/path.ts';

/** Files that a device may be given at a time and that are counted; more than any fetches at once. */
const MOST_GIVEN = 4096;

/** A scan, or the reading of what changed. */
export interface ScanProgress {
  /** Names looked at by this scan; 0 if none is under way. */
  readonly entries: number;
  /** How many there were the last time; undefined if nobody knows. */
  readonly ofEntries: number | undefined;
  /** Read to know them by their hashes, of what has to be read as far as it is known. */
  readonly bytes: number;
  readonly ofBytes: number;
}

/** Files that are on their way here; their bytes stand in `need` until they are in place. */
export interface FetchProgress {
  readonly files: number;
  /** Of them, what is here already. */
  readonly bytes: number;
}

export interface Progress {
  /** undefined: nothing is being looked at or read. */
  readonly scan: ScanProgress | undefined;
  readonly fetch: FetchProgress;
}

/** Counts for one run of a folder. Cheap; bounded by what is in flight. */
export class Tally {
  readonly #arrived = new Map<RelPath, number>();
  readonly #given = new Map<DeviceId, Map<RelPath, number>>();
  #scan: { entries: number; readonly ofEntries: number | undefined } | undefined;
  #read = { bytes: 0, ofBytes: 0 };

  /** A scan begins; `known`: how many rows there are, 0 if that says nothing. */
  beginScan(known: number): void {
    this.#scan = { entries: 0, ofEntries: known === 0 ? undefined : known };
  }

  looked(entries: number): void {
    if (this.#scan !== undefined) this.#scan.entries += entries;
  }

  endScan(): void {
    this.#scan = undefined;
  }

  /** So much has to be read. */
  toRead(bytes: number): void {
    this.#read.ofBytes += bytes;
  }

  read(bytes: number): void {
    this.#read.bytes += bytes;
  }

  /** Of one file that is read piece by piece: to be called with how far that is. */
  reading(): (upTo: number) => void {
    let before = 0;
    return (upTo) => {
      this.read(upTo - before);
      before = upTo;
    };
  }

  /** Nothing is left to be read. */
  rest(): void {
    this.#read = { bytes: 0, ofBytes: 0 };
  }

  /** A piece of a wanted file is in the staging area. */
  arrived(path: RelPath, bytes: number): void {
    this.#arrived.set(path, (this.#arrived.get(path) ?? 0) + bytes);
  }

  /** The file is in place, or will not be for now. */
  over(path: RelPath): void {
    this.#arrived.delete(path);
  }

  /** A device was given a piece of a file. The oldest is forgotten where a device asks for ever more and has nothing. */
  gave(
    device: DeviceId,
    { path, bytes }: { readonly path: RelPath; readonly bytes: number },
  ): void {
    const given = this.#given.get(device) ?? new Map<RelPath, number>();
    this.#given.set(device, given);
    given.set(path, (given.get(path) ?? 0) + bytes);
    const [oldest] = given.keys();
    if (given.size > MOST_GIVEN && oldest !== undefined) given.delete(oldest);
  }

  /** The device has said what it has at these paths. */
  heard(device: DeviceId, paths: readonly RelPath[]): void {
    const given = this.#given.get(device);
    if (given === undefined) return;
    for (const path of paths) given.delete(path);
    if (given.size === 0) this.#given.delete(device);
  }

  /** The connection is over: what was on its way may have to be given again. */
  left(device: DeviceId): void {
    this.#given.delete(device);
  }

  /** Bytes that the device was given of files of which it has not said yet that it has them. */
  givenTo(device: DeviceId): number {
    return sum(this.#given.get(device));
  }

  progress(): Progress {
    const isReading = this.#read.ofBytes > this.#read.bytes;
    const scan = this.#scan ?? (isReading ? { entries: 0, ofEntries: undefined } : undefined);
    return {
      scan: scan === undefined ? undefined : { ...scan, ...this.#read },
      fetch: { files: this.#arrived.size, bytes: sum(this.#arrived) },
    };
  }
}

function sum(counts: ReadonlyMap<RelPath, number> | undefined): number {
  let total = 0;
  for (const count of counts?.values() ?? []) total += count;
  return total;
}
