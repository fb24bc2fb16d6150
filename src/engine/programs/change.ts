/** One change on the disk as data: what is to be done, what must stand there before, what became of it. */

import type { ErrorCode } from '../../base/error.ts';
import type { EntryKind } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { FileStatus } from '../../ports/file-system.ts';
import type { Seen } from '../../ports/folder-store.ts';
import type { Finish } from './stage.ts';

/** What our row says stands at the path; `content` where times alone do not prove that it is still that. */
export interface Expected {
  readonly kind: EntryKind;
  readonly seen: Seen;
  readonly target: Uint8Array;
  readonly content: { readonly blockSize: number; readonly blocks: Uint8Array } | undefined;
}

interface ItemBase {
  readonly path: RelPath;
  /** As spelled on the disk. */
  readonly diskPath: string;
  readonly stageName: string;
  /** undefined: nothing may stand there. */
  readonly expected: Expected | undefined;
  /** By our rows the directory that holds it is on another file system than the root. */
  readonly isForeign: boolean;
  /** Where what is displaced is kept, as it loses the name; undefined: it is replaced. */
  readonly conflictCopy: RelPath | undefined;
}

export type ApplyItem = ItemBase &
  (
    | {
        readonly kind: 'publish';
        readonly size: number;
        readonly finish: Finish;
        readonly isFinished: boolean;
      }
    | { readonly kind: 'make-directory'; readonly mode: number | undefined }
    | { readonly kind: 'make-link'; readonly target: Uint8Array }
    | { readonly kind: 'adopt'; readonly finish: Finish; readonly entryKind: EntryKind }
    | { readonly kind: 'delete' }
  );

/** What became of an item. `changed`: what stands there is not ours any more; nothing was lost, look again. */
export type Applied =
  | {
      readonly outcome: 'done';
      /** What stands there now; undefined after a delete. */
      readonly status: FileStatus | undefined;
      /** Somebody wrote to it already: look again. */
      readonly isTouched: boolean;
      /** An inode waits for the commit. */
      readonly isDisplaced: boolean;
      /** Disk paths that came to be on the way: conflict copies, parents. */
      readonly made: readonly string[];
    }
  | {
      readonly outcome: 'changed';
      readonly made: readonly string[];
      /** What was ours waits to go: a person took away what had replaced it. */
      readonly isDisplaced?: true;
    }
  | { readonly outcome: 'failed'; readonly code: ErrorCode }
  /** It broke off after something was displaced: recovery has to tell what is where. */
  | { readonly outcome: 'unsettled'; readonly code: ErrorCode };
