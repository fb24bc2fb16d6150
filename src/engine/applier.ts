/**
 * Applies operations in groups: intents, then the disk, then the database, then what was displaced goes. What a group
 * could not do is reported back path by path; nothing is lost by it.
 */

import { toHex } from '../base/bytes.ts';
import type { ErrorCode } from '../base/error.ts';
import { sha256 } from '../base/sha256.ts';
import { parentPath, type RelPath } from '../model/path.ts';
import type { Operation } from '../model/plan.ts';
import { versionKey } from '../model/version.ts';
import type { Intent, OurEntry } from '../ports/folder-store.ts';
import { type Basis, basisAt, isSameBasis } from './basis.ts';
import { type FolderContext, seenOf } from './context.ts';
import { intentOfLent, type Lent, lentFor, withModesBack } from './lent-modes.ts';
import { isParentForeign } from './mounts.ts';
import type { AppliedGroup } from './programs/apply.ts';
import type { Applied, ApplyItem, Expected } from './programs/change.ts';
import type { Displaced } from './programs/settle.ts';
import { diskPathOf } from './spelling.ts';

/** An operation whose content, if it needs any, is staged. */
export interface Ready {
  readonly operation: Operation;
  /** What it was planned from. */
  readonly basedOn: Basis;
  readonly isFinished: boolean;
}

/** What the others have to do after a group. Disk paths in `doubted`. */
export interface GroupResult {
  readonly doubted: readonly string[];
  /** Intents of these are not over: what was displaced has to be told apart before anything else. */
  readonly isUnfinished: boolean;
  /** What stands there was not ours any more: looked at again, then planned again. */
  readonly changed: readonly RelPath[];
  readonly failed: readonly { readonly path: RelPath; readonly code: ErrorCode }[];
  readonly done: readonly RelPath[];
}

/** The name under which content of a version of a path is staged: the same after a crash. 32 hexadecimal digits. */
export function stageNameOf(operation: Pick<Operation, 'path' | 'target' | 'kind'>): string {
  const what = operation.kind === 'delete' ? 'delete' : 'content';
  const text = `${what}\0${operation.path}\0${versionKey(operation.target.version)}`;
  return toHex(sha256(text).subarray(0, 16));
}

/**
 * Applies one group. Rejects if durability could not be had (nothing of it is recorded) or with what stops a folder. Its paths,
 * those of its conflict copies among them, are busy from then on, until the caller has recovered what is unfinished: what is
 * seen there before must not be recorded.
 */
export async function applyGroup(
  context: FolderContext,
  group: readonly Ready[],
): Promise<GroupResult> {
  const { current, items, lent, intents } = await begin(context, group);
  const witness = await context.witness.hold();
  const args = { root: context.root, items, lent, self: context.self.shortId, witness };
  const readAtMs = context.ports.clock.now();
  const applied = await context.ports.disk.run('apply', args, { urgency: 1 });
  const outcome = { group: current, items, lent, ...applied, readAtMs };
  await recordGroup(context, outcome);
  const copies = await settleGroup(context, outcome);
  // Only now does nothing of a person's wait any more.
  const removeIntents = intents.filter(isDone(outcome));
  if (removeIntents.length > 0) await context.ledger.change(() => ({ removeIntents }));
  return summary(context, outcome, copies);
}

interface Begun {
  readonly current: readonly Ready[];
  readonly items: readonly ApplyItem[];
  readonly lent: readonly Lent[];
  readonly intents: readonly Intent[];
}

/**
 * What of the group is still wanted becomes busy, and its intents durable. In the ledger's order, so that no news of it is half
 * taken: what a crash leaves on the disk must be among what is announced.
 */
async function begin(context: FolderContext, group: readonly Ready[]): Promise<Begun> {
  let begun: Begun = { current: [], items: [], lent: [], intents: [] };
  await context.ledger.change(() => {
    const current = inOrder(
      context,
      group.filter((ready) => isCurrent(context, ready)),
    );
    const items = current.map((ready) => itemOf(context, ready));
    const lent = lentFor(context, items);
    const intents = [...items.flatMap(intentOf), ...lent.map(intentOfLent)];
    for (const path of pathsOf(items, lent)) context.busy.add(path);
    begun = { current, items, lent, intents };
    return intents.length > 0 ? { addIntents: intents } : undefined;
  });
  return begun;
}

/** All that the group may change: whoever meets a copy early does not know that it is not durable yet. */
function pathsOf(items: readonly ApplyItem[], lent: readonly Lent[]): readonly RelPath[] {
  const copies = items.flatMap(({ conflictCopy }) => conflictCopy ?? []);
  return [...[...items, ...lent].map(({ path }) => path), ...copies];
}

function isCurrent(context: FolderContext, { operation, basedOn }: Ready): boolean {
  const { path, conflictCopy } = operation;
  const { busy } = context;
  if (busy.isAwaited(path) || (conflictCopy && busy.isAwaited(conflictCopy))) return false;

  return isSameBasis(basisAt(context, path), basedOn);
}

/** Directories before what is in them, names before deletes, deletes from the bottom up, room made before it is taken. */
function inOrder(context: FolderContext, group: readonly Ready[]): readonly Ready[] {
  const rankOf = ({ operation }: Ready): number => {
    const ours = context.store.ours(operation.path);
    const overDirectory = ours?.kind === 'directory' && !ours.deleted;
    if (operation.kind === 'delete') return overDirectory ? 3 : 2;
    if (operation.target.kind === 'directory') return 0;
    return overDirectory ? 4 : 1;
  };
  const ranked = group.map((ready) => ({ ready, rank: rankOf(ready) }));
  ranked.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    const paths = a.ready.operation.path < b.ready.operation.path ? -1 : 1;
    return a.rank === 3 ? -paths : paths;
  });
  return ranked.map(({ ready }) => ready);
}

function itemOf(context: FolderContext, ready: Ready): ApplyItem {
  const { operation } = ready;
  const { target, path, conflictCopy } = operation;
  const ours = context.store.ours(path);
  const base = {
    path,
    diskPath: diskPathOf(context.store, path),
    stageName: stageNameOf(operation),
    expected: expectedOf(context, ours),
    isForeign: isParentForeign(context.store, { path }),
    conflictCopy,
  };
  const mode = target.noPermissions ? undefined : target.mode;
  const finish = { mode, mtime: target.mtime };
  if (operation.kind === 'delete') return { ...base, kind: 'delete' };
  if (operation.kind === 'adopt') return { ...base, kind: 'adopt', finish, entryKind: target.kind };
  if (target.kind === 'directory') return { ...base, kind: 'make-directory', mode };
  if (target.kind === 'symlink') return { ...base, kind: 'make-link', target: target.target };
  return { ...base, kind: 'publish', size: target.size, finish, isFinished: ready.isFinished };
}

function expectedOf(
  { clockSteps }: FolderContext,
  ours: OurEntry | undefined,
): Expected | undefined {
  if (ours?.seen === undefined || ours.deleted || ours.invalid) return undefined;
  const { kind, seen, target, blockSize, blocks } = ours;
  const isToRead = kind === 'file' && (seen.racy || clockSteps.mayRepeat(seen));
  return { kind, seen, target, content: isToRead ? { blockSize, blocks } : undefined };
}

function intentOf(item: ApplyItem): readonly Intent[] {
  if (!displaces(item) || item.expected === undefined) return [];
  const { inode, size, mtime } = item.expected.seen;
  const { path, stageName, conflictCopy } = item;
  return [{ path, stageName, displaced: { inode, size, mtime }, conflictCopy }];
}

function displaces(item: ApplyItem): boolean {
  return item.kind !== 'adopt' && item.expected !== undefined && item.expected.kind !== 'directory';
}

interface Outcome extends AppliedGroup {
  readonly group: readonly Ready[];
  readonly items: readonly ApplyItem[];
  readonly lent: readonly Lent[];
  readonly readAtMs: number;
}

/** Whether the item of an intent was carried out whole; what is not over yet keeps its intent. */
function isDone(outcome: Outcome): (intent: Intent) => boolean {
  const done = new Set<string>();
  const awaited = new Set<RelPath | undefined>();
  for (const [index, applied] of outcome.applied.entries()) {
    const item = outcome.items[index];
    if (item === undefined) continue;
    if (applied.outcome !== 'unsettled') done.add(keyOf(item));
    // To settle it its directory has to be opened again.
    else awaited.add(parentPath(item.path));
  }
  for (const [index, { code }] of outcome.givenBack.entries()) {
    const lent = outcome.lent[index];
    if (lent === undefined || code !== undefined || awaited.has(lent.path)) continue;
    done.add(keyOf(intentOfLent(lent)));
  }
  return (intent) => done.has(keyOf(intent));
}

function keyOf({ path, stageName }: Pick<Intent, 'path' | 'stageName'>): string {
  return `${stageName}\0${path}`;
}

async function recordGroup(context: FolderContext, outcome: Outcome): Promise<void> {
  await context.ledger.change((next) => {
    const ours: OurEntry[] = [];
    for (const [index, applied] of outcome.applied.entries()) {
      const ready = outcome.group[index];
      const item = outcome.items[index];
      if (ready === undefined || item === undefined || applied.outcome !== 'done') continue;
      ours.push(rowOf({ ready, item, applied, readAtMs: outcome.readAtMs }, next()));
    }
    return { ours: withModesBack(context, { ...outcome, rows: ours, next }) };
  });
}

function rowOf(
  done: {
    readonly ready: Ready;
    readonly item: ApplyItem;
    readonly applied: Applied & { readonly outcome: 'done' };
    readonly readAtMs: number;
  },
  sequence: number,
): OurEntry {
  const { target, path } = done.ready.operation;
  const { status, isTouched } = done.applied;
  const seen = status === undefined ? undefined : seenOf(status, done.readAtMs);
  // A time that was set on an inode which stood there may have hidden a write of the last moment.
  const { item } = done;
  const isAdopted = item.kind === 'adopt' && item.expected?.seen.isForeign === true;
  // What is made on a disk that is mounted in the folder is on that disk too.
  const isForeign = target.kind === 'directory' && (isAdopted || item.isForeign);
  const doubtful = isTouched || (done.item.kind === 'adopt' && target.kind === 'file');
  return {
    ...target,
    sequence,
    diskPath: done.item.diskPath === path ? undefined : done.item.diskPath,
    seen: seen === undefined ? undefined : { ...seen, racy: seen.racy || doubtful, isForeign },
  };
}

/** What was displaced goes, now that the database knows; copies made of what was written to until the end. */
async function settleGroup(context: FolderContext, outcome: Outcome): Promise<readonly string[]> {
  const displaced: Displaced[] = [];
  for (const [index, applied] of outcome.applied.entries()) {
    const item = outcome.items[index];
    const isOver = applied.outcome === 'done' || applied.outcome === 'changed';
    if (isOver && applied.isDisplaced === true && item !== undefined) displaced.push(item);
  }
  if (displaced.length === 0) return [];
  const items = displaced.map(({ path, diskPath, stageName, expected }) => ({
    path,
    diskPath,
    stageName,
    expected,
  }));
  const args = { root: context.root, items, self: context.self.shortId };
  return await context.ports.disk.run('settle', args, { urgency: 1 });
}

function summary(context: FolderContext, outcome: Outcome, copies: readonly string[]): GroupResult {
  const isUnsettled = outcome.applied.some((applied) => applied.outcome === 'unsettled');
  const result = {
    isUnfinished: isUnsettled || outcome.givenBack.some(({ code }) => code !== undefined),
    doubted: [...copies] as string[],
    changed: [] as RelPath[],
    failed: [] as { path: RelPath; code: ErrorCode }[],
    done: [] as RelPath[],
  };
  for (const [index, applied] of outcome.applied.entries()) {
    const item = outcome.items[index];
    if (item === undefined) continue;
    if (applied.outcome === 'failed' || applied.outcome === 'unsettled') {
      result.failed.push({ path: item.path, code: applied.code });
    } else result.doubted.push(...applied.made);
    if (applied.outcome === 'changed') {
      result.changed.push(item.path);
      result.doubted.push(item.diskPath);
    } else if (applied.outcome === 'done') {
      result.done.push(item.path);
      const racy = context.store.ours(item.path)?.seen?.racy === true;
      if (applied.isTouched || (item.kind === 'adopt' && racy)) result.doubted.push(item.diskPath);
    }
  }
  return result;
}
