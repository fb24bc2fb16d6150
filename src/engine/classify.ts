/** Compares a look at the disk with our rows: what needs reading, what can be recorded at once, what is a problem. */

import { asKithError } from '../base/error.ts';
import type { EntryKind } from '../model/entry.ts';
import { childPath, type RelPath } from '../model/path.ts';
import type { Found } from '../planner/local.ts';
import type { FileStatus } from '../ports/file-system.ts';
import type { OurEntry } from '../ports/folder-store.ts';
import { type FolderContext, isUnchanged, seenOf } from './context.ts';
import type { Findings, Looked } from './findings.ts';
import { isHidden, isMountPoint, isParentForeign } from './mounts.ts';
import type { Listed } from './programs/look.ts';

const NOTHING = new Uint8Array(0);

/** One path and what stood there. */
export function classifyThere(
  context: FolderContext,
  at: {
    readonly path: RelPath;
    readonly diskPath: string;
    readonly status: FileStatus;
    readonly looked: Looked;
  },
  findings: Findings,
): void {
  const { path, diskPath, status } = at;
  const ours = context.store.ours(path);
  if (context.rules.isExcluded(path, kindOf(status))) return;
  if (status.kind === 'other') {
    findings.problems.push({ path: diskPath, code: 'SPECIAL_FILE' });
    return;
  }
  if (status.kind === 'directory') findings.directories.push(diskPath);
  const basedOn = ours?.sequence ?? 0;
  const isUnread =
    !isUnchanged(status, ours) || isSuspect(context, ours) || mayRepeat(context, ours);
  // What has to be read is well only when it has been: what was wrong with it may well have been found by reading.
  if (isUnread && status.kind !== 'directory') findings.there.push(diskPath);
  else findings.well.push(diskPath);
  if (!isUnread && diskPath === (ours?.diskPath ?? path)) return;
  if (basedOn > at.looked.sequence) {
    findings.outrun.push(diskPath);
    return;
  }
  const seen = { ...seenOf(status, at.looked.readAtMs), isForeign: isForeign(context, at, ours) };
  if (!isUnread && ours !== undefined) {
    // The same in another spelling: nobody else has to know.
    findings.sightings.push({ path, diskPath, basedOn, found: ours, seen });
    return;
  }
  if (status.kind !== 'directory' && ours?.kind === 'directory' && !ours.deleted) {
    goneBelow(context, path, findings);
  }
  if (status.kind !== 'directory') {
    findings.unread.push({ path, diskPath, status, basedOn });
    return;
  }
  const found = foundOf(path, status, {});
  findings.sightings.push({ path, diskPath, basedOn, found, seen });
}

/** The clock has been set back to when the file was written last. */
function mayRepeat({ clockSteps }: FolderContext, ours: OurEntry | undefined): boolean {
  return ours?.seen !== undefined && ours.kind === 'file' && clockSteps.mayRepeat(ours.seen);
}

/** A row that was recorded before a power cut and may not have reached the disk: only its content proves it. */
export function isSuspect(
  { unsynced: { doubt, damaged } }: Pick<FolderContext, 'unsynced'>,
  ours: OurEntry | undefined,
): boolean {
  if (ours === undefined || ours.deleted) return false;
  return damaged.has(ours.diskPath ?? ours.path) || doubt.has(ours);
}

/** A complete listing of a directory. Names that cannot travel are problems; rows whose name is not listed are gone. */
export function classifyListed(
  context: FolderContext,
  at: {
    readonly path: RelPath | undefined;
    readonly diskPath: string;
    readonly listed: Listed;
    readonly looked: Looked;
  },
  findings: Findings,
): void {
  const met = new Set<RelPath>();
  for (const name of at.listed.undecodable) {
    findings.problems.push({ path: joinDisk(at.diskPath, name), code: 'NAME_NOT_UNICODE' });
  }
  for (const { name, code } of at.listed.unreadable) {
    const path = pathOf(at.path, name);
    if (path !== undefined) met.add(path);
    findings.problems.push({ path: joinDisk(at.diskPath, name), code });
  }
  for (const { name, status } of inOrder(context, at.path, at.listed)) {
    const diskPath = joinDisk(at.diskPath, name);
    const path = pathOf(at.path, name);
    if (path === undefined) findings.problems.push({ path: diskPath, code: 'PATH_INVALID' });
    else if (context.rules.isExcluded(path, kindOf(status))) met.add(path);
    else if (met.has(path)) findings.problems.push({ path: diskPath, code: 'NAME_TWICE' });
    else {
      met.add(path);
      classifyThere(context, { path, diskPath, status, looked: at.looked }, findings);
    }
  }
  const missing = context.store
    .children(at.path)
    .filter((row) => !row.deleted && !row.invalid && !met.has(row.path));
  const hidden = at.looked.isConfirmed
    ? []
    : missing.filter((row) => isHidden(context.store, row, at.listed.isForeign));
  for (const row of missing) if (!hidden.includes(row)) classifyGone(context, row, findings);
  const mounts = hidden.map((row) =>
    isMountPoint(context.store, row) ? (row.diskPath ?? row.path) : at.diskPath,
  );
  for (const path of new Set(mounts)) findings.problems.push({ path, code: 'MOUNT_CHANGED' });
  if (at.path !== undefined && hidden.length === 0) settleMount(context, at, findings);
}

/** Nothing is missing: whatever is mounted there by now, it is the directory that we know. */
function settleMount(
  context: FolderContext,
  at: { readonly path: RelPath | undefined; readonly diskPath: string; readonly listed: Listed },
  findings: Findings,
): void {
  const row = at.path === undefined ? undefined : context.store.ours(at.path);
  if (row?.kind !== 'directory' || row.seen === undefined || row.deleted) return;
  if (row.seen.isForeign === at.listed.isForeign) return;
  findings.sightings.push({
    path: row.path,
    diskPath: at.diskPath,
    basedOn: row.sequence,
    found: row,
    seen: { ...row.seen, isForeign: at.listed.isForeign },
  });
}

/** Of a directory that we know as it was: only its listing tells whether what was in it is hidden. */
function isForeign(
  context: FolderContext,
  {
    path,
    status,
    looked,
  }: { readonly path: RelPath; readonly status: FileStatus; readonly looked: Looked },
  ours: OurEntry | undefined,
): boolean {
  if (status.kind !== 'directory') return false;
  const isKnown = ours?.kind === 'directory' && !ours.deleted && ours.seen !== undefined;
  if (isKnown && context.store.children(ours.path).some((row) => !row.deleted && !row.invalid)) {
    return ours.seen.isForeign;
  }
  const isOther = status.isMountRoot || status.device !== looked.device;
  return isOther || isParentForeign(context.store, { path });
}

/** A row whose path is proved to be gone, and with a directory everything below it. */
export function classifyGone(context: FolderContext, row: OurEntry, findings: Findings): void {
  if (row.deleted || row.invalid) return;
  findings.gone.push(row);
  if (row.kind === 'directory') goneBelow(context, row.path, findings);
}

function goneBelow(context: FolderContext, dir: RelPath, findings: Findings): void {
  for (const row of context.store.children(dir)) classifyGone(context, row, findings);
}

/** Of two names with one NFC form the one that our row knows is the name, else the NFC one itself, else the first. */
function inOrder(
  context: FolderContext,
  parent: RelPath | undefined,
  listed: Listed,
): Listed['entries'] {
  const isKnown = (name: string): boolean => {
    const path = pathOf(parent, name);
    const row = path === undefined ? undefined : context.store.ours(path);
    if (row === undefined || row.deleted) return name.normalize('NFC') === name;
    return (row.diskPath ?? row.path).split('/').at(-1) === name;
  };
  const odd = listed.entries.some(({ name }) => name.normalize('NFC') !== name);
  if (!odd) return listed.entries;
  return [...listed.entries].sort((a, b) => Number(isKnown(b.name)) - Number(isKnown(a.name)));
}

/** undefined: the name cannot be part of a path. */
function pathOf(parent: RelPath | undefined, name: string): RelPath | undefined {
  try {
    return childPath(parent, name);
  } catch (error) {
    if (asKithError(error, 'PATH_INVALID') === undefined) throw error;
    return undefined;
  }
}

function joinDisk(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`;
}

/** As what it would be told to others. */
function kindOf({ kind }: FileStatus): EntryKind {
  return kind === 'other' ? 'file' : kind;
}

/** What stands at a path, as an entry without a version. */
export function foundOf(
  path: RelPath,
  status: FileStatus,
  content: {
    readonly blockSize?: number;
    readonly blocks?: Uint8Array;
    readonly contentHash?: Uint8Array;
    readonly target?: Uint8Array;
  },
): Found {
  const kind = kindOf(status);
  return {
    path,
    kind,
    size: kind === 'file' ? status.size : 0,
    mode: kind === 'symlink' ? 0 : status.mode & 0o777,
    noPermissions: kind === 'symlink',
    mtime: kind === 'symlink' ? { s: 0, ns: 0 } : status.mtime,
    blockSize: content.blockSize ?? 0,
    blocks: content.blocks ?? NOTHING,
    contentHash: content.contentHash ?? NOTHING,
    target: content.target ?? NOTHING,
  };
}
