/** What went wrong at one path, as a value: it is reported and the rest goes on. */

import type { ErrorCode } from '../base/error.ts';

/** `path` as shown to a person: a RelPath, or an escaped name where it cannot be one. */
export interface Problem {
  readonly path: string;
  readonly code: ErrorCode;
  readonly text: string;
}
