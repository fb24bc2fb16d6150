/** A whole look at paths and directories, compared with our rows. It changes nothing: what follows stands in the findings. */

import { parentPath, type RelPath } from '../model/path.ts';
import { classifyGone, classifyListed, classifyThere } from './classify.ts';
import { type FolderContext, isUnchanged } from './context.ts';
import type { Findings, Looked } from './findings.ts';
import { isHidden } from './mounts.ts';
import type { Look, NamedStatus } from './programs/look.ts';
import { splitDisk } from './programs/reach.ts';
import { speltOtherwise, toPath } from './spelling.ts';

/** What was asked for; disk paths, '' the root. */
export interface Asked {
  readonly paths: readonly { readonly path: string; readonly isTree: boolean }[];
  readonly dirs: readonly { readonly path: string; readonly isTree: boolean }[];
}

/** What was asked for and what was found, in the same order. */
export function classifyLook(
  context: FolderContext,
  look: { readonly asked: Asked; readonly found: Look; readonly looked: Looked },
  findings: Findings,
): void {
  const { asked, found, looked } = look;
  context.clockSteps.observe();
  for (const [index, { path, isTree }] of asked.paths.entries()) {
    const one = found.paths[index];
    if (one === undefined) continue;
    const below = withDirectories(findings, () =>
      classifyPath(context, { diskPath: path, found: one, looked }, findings),
    );
    if (isTree) findings.directories.push(...below);
  }
  for (const [index, { path, isTree }] of asked.dirs.entries()) {
    const one = found.dirs[index];
    if (one === undefined) continue;
    const below = withDirectories(findings, () =>
      classifyDirectory(context, { diskPath: path, found: one, looked }, findings),
    );
    const known = isTree || one.outcome !== 'listed' ? [] : knownIn(context, path, one.entries);
    findings.directories.push(...below.filter((dir) => !known.includes(dir)));
  }
}

/** The directories that were met meanwhile, taken out again. */
function withDirectories({ directories }: Findings, classify: () => void): readonly string[] {
  const before = directories.length;
  classify();
  return directories.splice(before);
}

/** Directories that are as we know them, under their very names: in another spelling all that is in one has another too. */
function knownIn(
  context: FolderContext,
  dir: string,
  entries: readonly NamedStatus[],
): readonly string[] {
  return entries.flatMap(({ name, status }) => {
    const diskPath = dir === '' ? name : `${dir}/${name}`;
    const path = toPath(diskPath);
    const row = path === undefined ? undefined : context.store.ours(path);
    const isKnown = isUnchanged(status, row) && (row?.diskPath ?? path) === diskPath;
    return isKnown ? [diskPath] : [];
  });
}

function classifyPath(
  context: FolderContext,
  one: {
    readonly diskPath: string;
    readonly found: Look['paths'][number];
    readonly looked: Looked;
  },
  findings: Findings,
): void {
  const { diskPath, found, looked } = one;
  const path = toPath(diskPath);
  if (path === undefined) findings.problems.push({ path: diskPath, code: 'PATH_INVALID' });
  else if (found.outcome === 'failed') {
    findings.problems.push({ path: diskPath, code: found.code });
  } else if (found.outcome === 'gone') {
    const { isForeign } = found;
    notThere(
      context,
      { path, diskPath, isForeign: looked.isConfirmed ? undefined : isForeign },
      findings,
    );
  } else {
    const other = speltOtherwise(context.store, diskPath);
    if (other !== undefined) {
      findings.toList.push({ path: splitDisk(other).parent, isTree: true });
      // What is wrong with it is told under its own name.
      findings.absent.push(diskPath);
      return;
    }
    findings.there.push(diskPath);
    doubtParent(context, { path, diskPath }, findings);
    classifyThere(context, { path, diskPath, status: found.status, looked }, findings);
  }
}

function classifyDirectory(
  context: FolderContext,
  one: { readonly diskPath: string; readonly found: Look['dirs'][number]; readonly looked: Looked },
  findings: Findings,
): void {
  const { diskPath, found, looked } = one;
  if (found.outcome === 'failed') findings.problems.push({ path: diskPath, code: found.code });
  else if (found.outcome === 'gone') {
    if (diskPath !== '') findings.doubts.push({ path: diskPath, isTree: true });
  } else {
    const path = diskPath === '' ? undefined : toPath(diskPath);
    const problems: Findings['problems'] = [];
    classifyListed(context, { path, diskPath, listed: found, looked }, { ...findings, problems });
    findings.listings.push({ dir: diskPath, problems });
    findings.problems.push(...problems);
  }
}

/** What holds the path must be a directory by our rows too; its own event may have been missed. */
function doubtParent(
  context: FolderContext,
  { path, diskPath }: { readonly path: RelPath; readonly diskPath: string },
  findings: Findings,
): void {
  const parent = parentPath(path);
  const row = parent === undefined ? undefined : context.store.ours(parent);
  if (parent === undefined || (row?.kind === 'directory' && !row.deleted)) return;
  findings.doubts.push({ path: splitDisk(diskPath).parent, isTree: false });
}

function notThere(
  context: FolderContext,
  gone: {
    readonly path: RelPath;
    readonly diskPath: string;
    readonly isForeign: boolean | undefined;
  },
  findings: Findings,
): void {
  const { path, diskPath, isForeign } = gone;
  const row = context.store.ours(path);
  if (row === undefined || row.deleted) findings.absent.push(diskPath);
  else if (isHidden(context.store, row, isForeign)) {
    findings.toList.push({ path: splitDisk(diskPath).parent, isTree: false });
  } else if ((row.diskPath ?? row.path) !== diskPath) {
    // Another spelling of the name may stand there, which this spelling's absence does not disprove.
    findings.absent.push(diskPath);
    findings.doubts.push({ path: row.diskPath ?? row.path, isTree: false });
  } else {
    findings.absent.push(diskPath);
    classifyGone(context, row, findings);
  }
}
