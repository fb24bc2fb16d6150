/** What the person wants, compiled for the planner. For now: temporary files of editors and of sync tools stay where they are. */

import { isReserved, type RelPath } from '../model/path.ts';

export interface Rules {
  /** True if this path (and everything below it) is not wanted here and is not told to others. */
  isExcluded(path: RelPath): boolean;
}

/** Parts that are never anybody's work: swap and backup files of editors, and what sync tools leave. */
const TEMPORARY = [
  /\.syncthing\.[^/]*\.tmp/,
  /~syncthing~[^/]*\.tmp/,
  /\.#[^/]*/,
  /#[^/]*#/,
  /\.[^/]*\.sw[a-px-z]/,
  /~\$[^/]*/,
  /\.~lock\.[^/]*#/,
  /4913/,
  /\.goutputstream-[^/]*/,
  /[^/]*\.kate-swp/,
  /\.fuse_hidden[0-9a-f]+/,
  /\.nfs[0-9a-f]+/,
];
/** Any of them as a whole part of a path: one pass over the text, for every path is asked about many times. */
const TEMPORARY_PART = new RegExp(
  `(?:^|/)(?:${TEMPORARY.map((pattern) => pattern.source).join('|')})(?:/|$)`,
);

/** Names that Syncthing keeps for itself in a folder's root. */
const SYNCTHING_ROOT = new Set(['.stfolder', '.stignore', '.stversions']);

/** The rules that hold when a person has said nothing. */
export const defaultRules: Rules = {
  isExcluded(path) {
    if (isReserved(path)) return true;
    if (SYNCTHING_ROOT.has(rootPart(path))) return true;
    return TEMPORARY_PART.test(path);
  },
};

function rootPart(path: RelPath): string {
  const end = path.indexOf('/');
  return end < 0 ? path : path.slice(0, end);
}
