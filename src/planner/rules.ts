/** What the person wants, compiled for the planner. For now: temporary files of editors and of sync tools stay where they are. */

import type { EntryKind } from '../model/entry.ts';
import type { FolderKind } from '../model/folder.ts';
import { isReserved, type RelPath } from '../model/path.ts';

export interface Rules {
  /** What this device may do to others, and they to it. */
  readonly kind: FolderKind;
  /**
   * True if what stands at the path is not wanted here and is not told to others; with a directory all below it.
   * `kind` undefined: true if nothing of any kind is wanted there.
   */
  isExcluded(path: RelPath, kind: EntryKind | undefined): boolean;
}

/** Names of files that are nobody's work: swap and lock files of editors, and what sync tools leave. A directory is always somebody's. */
const TEMPORARY = [
  /\.syncthing\.[^/]*\.tmp/,
  /~syncthing~[^/]*\.tmp/,
  /\.#[^/]*/,
  /#[^/]*#/,
  /\.[^/]*\.sw[a-px-z]/,
  /~\$[^/]*/,
  /\.~lock\.[^/]*#/,
  /\.goutputstream-[^/]*/,
  /[^/]*\.kate-swp/,
  /\.fuse_hidden[0-9a-f]+/,
  /\.nfs[0-9a-f]+/,
];
/** Any of them as the last part of a path: one pass over the text, for every path is asked about many times. */
const TEMPORARY_NAME = new RegExp(
  `(?:^|/)(?:${TEMPORARY.map((pattern) => pattern.source).join('|')})$`,
);

/** Names that Syncthing keeps for itself in a folder's root. */
const SYNCTHING_ROOT = new Set(['.stfolder', '.stignore', '.stversions']);

/** The rules that hold when a person has said nothing. */
export const defaultRules: Rules = {
  kind: 'send-receive',
  isExcluded(path, kind) {
    if (isReserved(path)) return true;
    if (SYNCTHING_ROOT.has(rootPart(path))) return true;
    return kind !== undefined && kind !== 'directory' && TEMPORARY_NAME.test(path);
  },
};

function rootPart(path: RelPath): string {
  const end = path.indexOf('/');
  return end < 0 ? path : path.slice(0, end);
}
