/** What goes to another thread together with buffers: whoever gave them has nothing of them any more. */

/** The same data with the buffers of `given` changed hands: views on them are empty for the giver from now on. Plain data only. */
export function handOver<Value>(value: Value, given: readonly ArrayBuffer[]): Value {
  const taken = new Map<ArrayBufferLike, ArrayBuffer>();
  for (const buffer of given) taken.set(buffer, buffer.slice());
  const received = reseated(value, taken);
  for (const buffer of given) buffer.transfer(0);
  return received as Value;
}

function reseated(value: unknown, taken: ReadonlyMap<ArrayBufferLike, ArrayBuffer>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    const buffer = taken.get(value.buffer);
    return buffer === undefined ? value : new Uint8Array(buffer, value.byteOffset, value.length);
  }
  if (Array.isArray(value)) return value.map((each) => reseated(each, taken));
  const copy: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) copy[key] = reseated(each, taken);
  return copy;
}
