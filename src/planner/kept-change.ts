/** What becomes of rows when a person decides what is kept, or what is right for all. Pure. */

import type { Entry } from '../model/entry.ts';
import { counterOf, mergeVersions, raiseCounter, type Version } from '../model/version.ts';
import { globalFor, isKept, KEPT_COUNTER } from './kept.ts';

const NOTHING = new Uint8Array(0);
/** What a row holds that is to become whatever is global, or nothing. */
const GIVEN_UP: Version = [];

/** What a row is judged by when the kind of its folder has changed. */
export interface KeptSides {
  readonly announced: readonly Entry[];
  /** Id of our counter in version vectors. */
  readonly counter: bigint;
  /** What it was ever raised to. */
  readonly counterUsed: bigint;
  /** Unix seconds. */
  readonly nowS: number;
}

/**
 * The folder only receives from now on: a change of ours that no device is known to have is kept. undefined: there is none in
 * the row.
 */
export function keepUntold<Row extends Entry>(row: Row, sides: KeptSides): Row | undefined {
  const own = counterOf(row.version, sides.counter);
  const told = highest(sides);
  if (row.invalid || isKept(row) || own <= told) return undefined;
  const others = row.version.filter(({ id }) => id !== sides.counter);
  const known = told === 0n ? others : raiseCounter(others, sides.counter, told);
  return { ...row, version: raiseCounter(known, KEPT_COUNTER, own) };
}

/** The folder gives again: what was kept becomes a change of ours like any other. undefined: the row is none. */
export function giveKept<Row extends Entry>(row: Row, sides: KeptSides): Row | undefined {
  if (!isKept(row)) return undefined;
  const base = row.version.filter(({ id }) => id !== KEPT_COUNTER);
  return { ...row, version: raised(base, sides) };
}

/** A person gives up what is kept at the path. undefined: nothing is. */
export function giveUp<Row extends Entry>(row: Row): Row | undefined {
  return isKept(row) ? { ...row, version: GIVEN_UP } : undefined;
}

/**
 * A person says that what this device has is right, whatever others have: ours, or its absence, above all that was announced.
 * undefined: nothing competes with it.
 */
export function overrule(
  ours: Entry | undefined,
  sides: KeptSides & { readonly shortId: bigint },
): Entry | undefined {
  const choice = globalFor(ours, sides.announced)?.entry;
  if (choice === undefined || (ours === undefined && choice.deleted)) return undefined;
  const base = ours ?? absent(choice, sides.nowS);
  const version = sides.announced.reduce(
    (sum, { version: each, invalid }) => (invalid ? sum : mergeVersions(sum, each)),
    base.version,
  );
  const { shortId: modifiedBy } = sides;
  return { ...base, previousHash: NOTHING, modifiedBy, version: raised(version, sides) };
}

function absent(there: Entry, nowS: number): Entry {
  const bare = { size: 0, blockSize: 0, blocks: NOTHING, contentHash: NOTHING };
  const mtime = { s: nowS, ns: 0 };
  return { ...there, ...bare, target: NOTHING, mtime, deleted: true, version: [] };
}

/** With our counter above all that it ever was. */
function raised(base: Version, sides: KeptSides): Version {
  const now = BigInt(Math.max(0, sides.nowS));
  const used = [sides.counterUsed, counterOf(base, sides.counter), highest(sides)];
  const value = used.reduce((top, each) => (each + 1n > top ? each + 1n : top), now);
  return raiseCounter(base, sides.counter, value);
}

/** Of our counter, in what others announced. */
function highest({ announced, counter }: KeptSides): bigint {
  return announced.reduce((top, { version, invalid }) => {
    const value = invalid ? 0n : counterOf(version, counter);
    return value > top ? value : top;
  }, 0n);
}
