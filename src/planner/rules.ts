/** What the person wants, compiled for the planner. For now: temporary files of editors and of sync tools stay where they are. */

import { isReserved, pathParts, type RelPath } from '../model/path.ts';

export interface Rules {
  /** True if this path (and everything below it) is not wanted here and is not told to others. */
  isExcluded(path: RelPath): boolean;
}

/** Last parts that are never anybody's work: swap and backup files of editors, and what sync tools leave. */
const TEMPORARY = [
  /^\.syncthing\..*\.tmp$/,
  /^~syncthing~.*\.tmp$/,
  /^\.#/,
  /^#.*#$/,
  /^\..*\.sw[a-px-z]$/,
  /^~\$/,
  /^\.~lock\..*#$/,
  /^4913$/,
  /^\.goutputstream-/,
  /\.kate-swp$/,
  /^\.fuse_hidden[0-9a-f]+$/,
  /^\.nfs[0-9a-f]+$/,
];

/** Names that Syncthing keeps for itself in a folder's root. */
const SYNCTHING_ROOT = new Set(['.stfolder', '.stignore', '.stversions']);

/** The rules that hold when a person has said nothing. */
export const defaultRules: Rules = {
  isExcluded(path) {
    if (isReserved(path)) return true;
    const parts = pathParts(path);
    if (SYNCTHING_ROOT.has(parts[0] ?? '')) return true;
    return parts.some((part) => TEMPORARY.some((pattern) => pattern.test(part)));
  },
};
