/**
 * What devices write into their index: a delete only of what a person took away on that device, once for each time (I9), and
 * not of everything at once unless the person was asked (I10).
 */

import { shortId } from '../../../src/model/device-id.ts';
import { counterOf } from '../../../src/model/version.ts';
import type { FolderStore, OurEntry } from '../../../src/ports/folder-store.ts';
import type { SimDevice } from '../../sim/device.ts';
import { readsOf } from '../region.ts';
import type { Blame } from '../violation.ts';
import type { Removals } from './removals.ts';

/** What was read of one of a device's indexes so far. A database that is put back may bring an index back that was read before. */
interface Read {
  readonly indexId: bigint;
  sequence: number;
  /** Highest counter of its own, by path. */
  readonly counters: Map<string, bigint>;
  /** Deletes that the device made, by path; one map for all its indexes. */
  readonly deletes: Map<string, number>;
}

interface Reading {
  readonly device: SimDevice;
  readonly reads: FolderStore;
  readonly read: Read;
}

export class RowWatch {
  readonly #read = new Map<string, Map<bigint, Read>>();
  readonly #removals: Removals;
  readonly #blame: Blame;

  constructor(removals: Removals, blame: Blame) {
    this.#removals = removals;
    this.#blame = blame;
  }

  /** Reads what is new in the index of a device that runs. */
  look(device: SimDevice): void {
    const reads = readsOf(device);
    const identity = reads?.identity();
    if (reads === undefined || identity === undefined) return;
    const last = reads.lastSequence();
    const read = this.#readOf(device.name, identity.indexId);
    if (last > read.sequence) {
      for (const row of reads.oursAfter(read.sequence, Number.MAX_SAFE_INTEGER)) {
        this.#take({ device, reads, read }, row);
      }
    }
    // Lower than before only in a database that was put back.
    read.sequence = last;
  }

  #readOf(device: string, indexId: bigint): Read {
    const all = this.#read.get(device) ?? new Map<bigint, Read>();
    this.#read.set(device, all);
    const known = all.get(indexId);
    if (known !== undefined) return known;
    const deletes = [...all.values()][0]?.deletes ?? new Map<string, number>();
    const read = { indexId, sequence: 0, counters: new Map<string, bigint>(), deletes };
    all.set(indexId, read);
    return read;
  }

  #take({ device, reads, read }: Reading, row: OurEntry): void {
    const counter = counterOf(row.version, read.indexId);
    if (counter <= (read.counters.get(row.path) ?? 0n)) return;
    read.counters.set(row.path, counter);
    if (!row.deleted || row.modifiedBy !== shortId(device.id)) return;
    const count = (read.deletes.get(row.path) ?? 0) + 1;
    read.deletes.set(row.path, count);
    const { name } = device;
    // It may have been taken away here because others said so, by a group that failed in the end.
    const isHearsay = reads.announced(row.path).some(({ entry }) => entry.deleted);
    if (count > this.#removals.countOf(name, row.path) && !isHearsay) {
      this.#blame('I9', `${name} announces ${row.path} as deleted, which nobody took away there`);
    } else if (!isHearsay && this.#removals.awaitsAnswer(name, row.path)) {
      this.#blame('I10', `${name} announces its emptied folder and asked nobody: ${row.path}`);
    }
  }
}
