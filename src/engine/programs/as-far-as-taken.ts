/** Modes and times, as far as the file system takes them: content is worth having without. */

import { asKithError } from '../../base/error.ts';
import type { FileProgram } from '../../ports/file-system.ts';

/**
 * Runs what sets a mode or a time. A file system may refuse it, or this one, for good: then it is left as it is, and the row
 * keeps what was wanted beside what reads back. Throws what may pass, and bugs.
 */
export function* asFarAsTaken(set: FileProgram<unknown>): FileProgram<void> {
  try {
    yield* set;
  } catch (error) {
    if (asKithError(error)?.kind !== 'permanent') throw error;
  }
}
