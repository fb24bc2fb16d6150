/** What is told with every status, beside what the folders do. */

import path from 'node:path';
import { damagedBeside } from '../host/store-file.ts';

/** A database that was damaged is no secret, for as long as it is kept beside `index`. Never rejects: the rest is told all the same. */
export async function statusNotes(index: string): Promise<readonly string[]> {
  try {
    return (await damagedBeside(index)).map(
      (kept) =>
        `a damaged database was replaced by an empty one; it is kept as ${kept} until you remove it`,
    );
  } catch (error) {
    return [`${path.dirname(index)} cannot be looked into: ${error}`];
  }
}
