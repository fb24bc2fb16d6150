/** Cuts entries into batches for Index messages. Source: BEP v1, index exchange, batches. */

import type { SequencedEntry } from '../model/entry.ts';

const MOST_ENTRIES = 1000;
const MOST_BYTES = 250 * 1024;

/** Every field but those counted below, at its longest. */
const FIXED_BYTES = 100;
const BYTES_PER_BLOCK = 56;
const HASH_BYTES = 32;
const BYTES_PER_COUNTER = 24;
const BYTES_PER_UNIT = 3;

/**
 * Batches in the order of `entries`, together all of them: at most 1000 entries and 250 KiB each, where only the last entry
 * of a batch may go beyond. None is empty. The arrays are new, the entries are those given.
 */
export function* indexBatches(
  entries: Iterable<SequencedEntry>,
): Generator<readonly SequencedEntry[], void, undefined> {
  let batch: SequencedEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    batch.push(entry);
    bytes += mostBytesOf(entry);
    if (batch.length < MOST_ENTRIES && bytes < MOST_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** No less than the entry takes on the wire. */
function mostBytesOf(entry: SequencedEntry): number {
  return (
    FIXED_BYTES +
    entry.path.length * BYTES_PER_UNIT +
    (entry.blocks.length / HASH_BYTES) * BYTES_PER_BLOCK +
    entry.version.length * BYTES_PER_COUNTER +
    entry.target.length +
    entry.previousHash.length
  );
}
