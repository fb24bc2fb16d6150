/** What a power cut leaves of a file of which some sectors had been written and not synced. */

const SECTOR = 512;

/** The same numbers at every run. */
export interface Chance {
  /** A whole number from 0 to below `limit`, which is at least 1. */
  under(limit: number): number;
}

export function chanceOf(seed: number): Chance {
  let state = seed;
  return {
    under: (limit) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % limit;
    },
  };
}

type Fate = 'kept' | 'lost' | 'torn' | 'stale';

/**
 * `after` with sectors as they were in `before`, torn in the middle, or, where the file has grown, with the bytes of something
 * deleted; its length somewhere between both. Fresh bytes.
 */
export function someOf(before: Buffer, after: Buffer, chance: Chance): Buffer {
  const length = lengthOf(before, after, chance);
  const bytes = Buffer.alloc(length);
  before.copy(bytes, 0, 0, Math.min(before.length, length));
  const fateOf = fates(chance);
  for (let at = 0; at < length; at += SECTOR) {
    const [old, young] = [before, after].map((each) => each.subarray(at, at + SECTOR));
    if (old === undefined || young === undefined || old.equals(young)) continue;
    const fate = fateOf();
    if (fate === 'kept') young.copy(bytes, at);
    else if (fate === 'torn') young.copy(bytes, at, 0, chance.under(young.length + 1));
    else if (fate === 'stale' && old.length === 0)
      bytes.fill(0xa5, at, Math.min(at + SECTOR, length));
  }
  return bytes;
}

function lengthOf(before: Buffer, after: Buffer, chance: Chance): number {
  const least = Math.min(before.length, after.length);
  const grown = Math.abs(after.length - before.length);
  const some = grown === 0 ? 0 : chance.under(grown + 1);
  return [least, least + grown, least + grown, least + some][chance.under(4)] ?? least;
}

/** In order: all up to a moment; or each by itself, with much or little lost. */
function fates(chance: Chance): () => Fate {
  const lossOf100 = [0, 1, 10, 50, 90][chance.under(5)] ?? 0;
  const others: readonly Fate[] = ['lost', 'torn', 'stale'];
  if (chance.under(3) > 0) {
    return () => (chance.under(100) < lossOf100 ? (others[chance.under(3)] ?? 'lost') : 'kept');
  }
  let left = chance.under(64);
  return () => {
    left -= 1;
    return left > 0 ? 'kept' : left === 0 ? 'torn' : 'lost';
  };
}
