/**
 * Version vectors: which change knows of which. Source: BEP v1 `Vector`; Parker et al., "Detection of mutual
 * inconsistency in distributed systems" (1983). The choice among concurrent versions is not here but in the planner.
 */

/** One participant's count. `id` and `value` are unsigned 64-bit numbers; `value` is never 0. */
export interface Counter {
  readonly id: bigint;
  readonly value: bigint;
}

/** Counters by ascending `id`, each id once; an absent counter is 0. */
export type Version = readonly Counter[];

/** How two versions relate. `concurrent`: each knows something that the other does not. */
export type Relation = 'equal' | 'newer' | 'older' | 'concurrent';

/** Which of `a`, `b` knows the other: `newer` means that `a` dominates `b`. */
export function compareVersions(a: Version, b: Version): Relation {
  if (a === b) return 'equal';
  const newer = knowsMore(a, b);
  const older = knowsMore(b, a);
  if (newer && older) return 'concurrent';
  if (newer) return 'newer';
  return older ? 'older' : 'equal';
}

/** Some counter of `a` is greater than that of `b`. Written out: nothing is asked as often. */
function knowsMore(a: Version, b: Version): boolean {
  let j = 0;
  for (const { id, value } of a) {
    let right = b[j];
    while (right !== undefined && right.id < id) right = b[++j];
    if (right === undefined || right.id !== id || value > right.value) return true;
  }
  return false;
}

/** The smallest version that knows both: the greater of each counter. */
export function mergeVersions(a: Version, b: Version): Version {
  const merged: Counter[] = [];
  eachCounter(a, b, (left, right, id) => {
    merged.push({ id, value: left > right ? left : right });
  });
  return merged;
}

/** `version` with the counter of `id` at `value`, which must be greater than it was. */
export function raiseCounter(version: Version, id: bigint, value: bigint): Version {
  return mergeVersions(version, [{ id, value }]);
}

/** The counter of `id`; 0 if absent. */
export function counterOf(version: Version, id: bigint): bigint {
  return version.find((counter) => counter.id === id)?.value ?? 0n;
}

/** A total order over versions read as lists by ascending id: only to break ties, it says nothing of causality. */
export function orderVersions(a: Version, b: Version): number {
  let first = 0;
  eachCounter(a, b, (left, right) => {
    if (first === 0 && left !== right) first = left > right ? 1 : -1;
  });
  return first;
}

/** A text that is equal for equal versions and for no others: `id:value` in hexadecimal, comma between. */
export function versionKey(version: Version): string {
  return version.map((c) => `${c.id.toString(16)}:${c.value.toString(16)}`).join(',');
}

/** The counters of both by ascending id. A callback, since a generator costs ten times as much here. */
function eachCounter(
  a: Version,
  b: Version,
  visit: (left: bigint, right: bigint, id: bigint) => void,
): void {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (right === undefined || (left !== undefined && left.id < right.id)) {
      if (left !== undefined) visit(left.value, 0n, left.id);
      i++;
    } else if (left === undefined || right.id < left.id) {
      visit(0n, right.value, right.id);
      j++;
    } else {
      visit(left.value, right.value, left.id);
      i++;
      j++;
    }
  }
}
