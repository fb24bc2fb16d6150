/** What a device has to do at one path so that it holds what is global. */

import type { Entry } from './entry.ts';
import type { RelPath } from './path.ts';

/** Why an operation or a hold was decided, in words that log, status and tests share. */
export type Reason =
  | 'new there'
  | 'newer there'
  | 'deleted there'
  | 'kind changed there'
  | 'same content'
  | 'wins over ours'
  | 'excluded here'
  | 'still holds files';

/**
 * `fetch`: content is needed, then a file is published. `place`: a directory or link is made. `adopt`: the content stands
 * here, only what is known of it (and mode and time) changes. `delete`: it goes. `note`: only our row changes, nothing on the disk.
 * `revive`: it stays against a delete, as a new version of ours.
 */
export type OperationKind = 'fetch' | 'place' | 'adopt' | 'delete' | 'note' | 'revive';

export interface Operation {
  readonly kind: OperationKind;
  readonly path: RelPath;
  /** What shall be true afterwards, as our row will have it (for `revive`: before our counter is raised). */
  readonly target: Entry;
  /** The name under which what stands here is kept, if it loses the name to `target`. */
  readonly conflictCopy: RelPath | undefined;
  readonly reason: Reason;
}

export type Decision =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'do'; readonly operation: Operation };
