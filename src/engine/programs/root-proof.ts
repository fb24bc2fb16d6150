/** What proves a root that cannot be written to, and so bears no marker, to be the directory that it was: less than a marker does. */

import type { DirHandle, FileProgram } from '../../ports/file-system.ts';
import { statusOf } from '../file-calls.ts';

/** What a token begins with that is no marker's. */
const BY_INODE = 'inode ';

/** The proof, in the place of a marker's token: by which inode the root is. */
export function* proofOf(root: DirHandle): FileProgram<string> {
  return `${BY_INODE}${(yield* statusOf(root)).inode}`;
}

/** True if the token is such a proof. */
export function isProof(token: string): boolean {
  return token.startsWith(BY_INODE);
}
