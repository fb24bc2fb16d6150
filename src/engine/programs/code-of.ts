/** One item's trouble is no other's. */

import { type ErrorCode, itemTrouble } from '../../base/error.ts';
import type { FileProgram } from '../../ports/file-system.ts';

/** Why the attempt failed, undefined if it did not. Throws what is no matter of one item: bugs, and a corrupt database. */
export function* codeOf(attempt: () => FileProgram<void>): FileProgram<ErrorCode | undefined> {
  try {
    yield* attempt();
    return undefined;
  } catch (error) {
    return itemTrouble(error).code;
  }
}
