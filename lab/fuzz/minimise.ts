/** Makes what was found small: a failing input shorter, a corpus fewer. */

/** An input and the ways it takes. */
export interface Known {
  readonly input: Uint8Array;
  readonly features: readonly number[];
}

/** Tries after which a failing input is small enough. */
const MOST_TRIES = 3000;
const ZERO = 0x30;

/** A shorter input of which `fails` still holds, found in at most so many tries: pieces are cut out, halves first, then bytes become '0'. */
export async function minimise(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
  most = MOST_TRIES,
): Promise<Uint8Array> {
  let small = input;
  let tries = 0;
  const accept = async (candidate: Uint8Array): Promise<boolean> => {
    if (++tries > most || !(await fails(candidate))) return false;
    small = candidate;
    return true;
  };
  for (
    let size = Math.ceil(small.length / 2);
    size > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < small.length; ) {
      const without = Uint8Array.from([...small.subarray(0, at), ...small.subarray(at + size)]);
      if (!(await accept(without))) at += size;
    }
  }
  for (let at = 0; at < small.length; at++) {
    if (small[at] !== ZERO) await accept(small.with(at, ZERO));
  }
  return small;
}

/**
 * As few and as small inputs as a simple choice finds that together take every way: the rarest ways choose first. Each with
 * the ways that it was chosen for.
 */
export function fewest(all: readonly Known[]): readonly Known[] {
  const best = new Map<number, Known>();
  const takers = new Map<number, number>();
  for (const known of all.toSorted((a, b) => a.input.length - b.input.length)) {
    for (const feature of known.features) {
      if (!best.has(feature)) best.set(feature, known);
      takers.set(feature, (takers.get(feature) ?? 0) + 1);
    }
  }
  const rarest = [...takers].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const covered = new Set<number>();
  const chosen: Known[] = [];
  for (const [feature] of rarest) {
    const known = best.get(feature);
    if (covered.has(feature) || known === undefined) continue;
    const features = known.features.filter((each) => !covered.has(each));
    chosen.push({ input: known.input, features });
    for (const each of features) covered.add(each);
  }
  return chosen;
}
