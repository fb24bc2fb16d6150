/** Unpacks an LZ4 block in the plainest way: a second opinion on the library. Source: LZ4 block format description. */

/** The bytes, at most `limit` of them; undefined if this is no block, or one of more. */
export function unpackPlainly(block: Uint8Array, limit: number): Uint8Array | undefined {
  const out: number[] = [];
  let at = 0;
  /** The length that begins with four bits; undefined if its end is missing. */
  const length = (bits: number): number | undefined => {
    let sum = bits;
    for (let byte = bits === 15 ? 255 : 0; byte === 255; sum += byte) {
      const next = block[at++];
      if (next === undefined || sum > limit) return undefined;
      byte = next;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = length(token >> 4);
    if (literals === undefined || at + literals > block.length) return undefined;
    if (out.length + literals > limit) return undefined;
    for (let i = 0; i < literals; i++) out.push(block[at++] ?? 0);
    if (at === block.length) return Uint8Array.from(out);
    const [low, high] = [block[at++], block[at++]];
    const matched = length(token & 15);
    if (low === undefined || high === undefined || matched === undefined) return undefined;
    const back = low + 256 * high;
    if (back === 0 || back > out.length || out.length + matched + 4 > limit) return undefined;
    for (let i = 0; i < matched + 4; i++) out.push(out[out.length - back] ?? 0);
  }
  return undefined;
}
