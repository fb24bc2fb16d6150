/** The hash by which rows know a file's content. */

import { concatBytes } from '../../../src/base/bytes.ts';
import { sha256 } from '../../../src/base/sha256.ts';
import { blockSizeFor } from '../../../src/model/block.ts';

/** SHA-256 over the hashes of the blocks. */
export function contentHash(bytes: Uint8Array): Uint8Array {
  const step = blockSizeFor(bytes.length);
  const count = Math.max(1, Math.ceil(bytes.length / step));
  const blocks = Array.from({ length: count }, (_, at) =>
    sha256(bytes.slice(at * step, (at + 1) * step)),
  );
  return sha256(concatBytes(blocks));
}
