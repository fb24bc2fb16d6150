/**
 * Devices do not talk each other into version after version: what they write into their indexes has its cause in what people
 * did (I15). Without it a story in which they do would be told for hours before it ends.
 */

import type { SimDevice } from '../../sim/device.ts';
import { readsOf } from '../region.ts';

/** No excuse is taken for it, as there is for a world that merely does not come to rest. */
export class UnrestError extends Error {
  override readonly name = 'UnrestError';
}

/** Rows of one device for each operation of a person anywhere. Honest stories need less than 2. */
const ROWS_FOR_EACH = 20;
/** What databases that begin anew, and damage, may bring about besides. */
const ROWS_MORE = 1000;

/** Ends the story once the device has made more rows than `operations` can be the cause of. */
export function watchUnrest(
  device: SimDevice,
  facts: { readonly operations: () => number; readonly fail: (error: Error) => void },
): void {
  let most = 0;
  device.commits.add(() => {
    const rows = readsOf(device)?.lastSequence() ?? 0;
    if (rows <= most) return;
    most = rows;
    const operations = facts.operations();
    if (rows > ROWS_MORE + ROWS_FOR_EACH * operations)
      facts.fail(
        new UnrestError(`${device.name} has made ${rows} rows of ${operations} operations`),
      );
  });
}
