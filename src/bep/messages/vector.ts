/** Version vectors on the wire. Source: BEP v1, Vector and Counter. */

import type { Counter, Version } from '../../model/version.ts';
import { bytesTag, type Reader, readEnd, readFields, varintTag, type Writer } from '../protobuf.ts';
import { malformed, readUint64 } from '../protobuf-values.ts';

const COUNTERS = bytesTag(1);
const ID = varintTag(1);
const VALUE = varintTag(2);

/** No device has this id: it marks what never leaves a device. */
const NOBODY = 0n;
/** More devices than any folder has, far fewer than would hurt. */
const MOST_COUNTERS = 4096;

/** Adds the counters of one Vector to `counters`, as they come. WIRE_MALFORMED beyond 4096. */
export function readVector(from: Reader, end: number, counters: Counter[]): void {
  readFields(from, end, (tag) => {
    if (tag !== COUNTERS) return false;
    if (counters.length >= MOST_COUNTERS) throw malformed('too many counters');
    counters.push(readCounter(from, readEnd(from, end)));
    return true;
  });
}

/** The version that counters from outside mean: sorted, without zeros; undefined if an id stands there twice, or is nobody's. */
export function versionOf(counters: readonly Counter[]): Version | undefined {
  const sorted = counters.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  if (sorted.some((counter, i) => counter.id === sorted[i - 1]?.id)) return undefined;
  const version = sorted.filter((counter) => counter.value !== 0n);
  return version[0]?.id === NOBODY ? undefined : version;
}

/** Writes the inside of a Vector. */
export function writeVector(to: Writer, version: Version): void {
  for (const { id, value } of version) {
    to.uint32(COUNTERS).fork();
    if (id !== 0n) to.uint32(ID).uint64(id);
    to.uint32(VALUE).uint64(value).join();
  }
}

function readCounter(from: Reader, end: number): Counter {
  let id = 0n;
  let value = 0n;
  readFields(from, end, (tag) => {
    if (tag === ID) id = readUint64(from);
    else if (tag === VALUE) value = readUint64(from);
    else return false;
    return true;
  });
  return { id, value };
}
