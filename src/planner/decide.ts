/**
 * The decision for one path: what is ours, what is global, what to do here. Pure. What stands on the disk is compared with
 * ours when an operation is carried out: nothing that differs from ours is ever replaced (docs/planner.md has the table).
 */

import { equalBytes } from '../base/bytes.ts';
import { compareTimes, type Entry, hasEqualContent } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { Decision, Operation, OperationKind, Reason } from '../model/plan.ts';
import { compareVersions } from '../model/version.ts';
import { conflictPath } from './conflict.ts';
import type { GlobalChoice } from './global.ts';
import { globalFor, isGivenUp, isKept } from './kept.ts';
import type { Rules } from './rules.ts';

const NOTHING = new Uint8Array(0);

/** One path as all trees have it. */
export interface Sides {
  readonly path: RelPath;
  /** Our row, tombstone or live; undefined if there is none. */
  readonly ours: Entry | undefined;
  /** Every distinct version that others announced. */
  readonly announced: readonly Entry[];
  /** Ours is a directory, and a live entry of ours stands directly in it. */
  readonly holdsLive: boolean;
  /** Something that is to be brought here stands below the path. Only asked where a directory was taken away here. */
  readonly isWanted?: boolean;
}

/** What this device has to do at one path. A folder that only sends does nothing to its disk. */
export function decide(sides: Sides, rules: Rules): Decision {
  const decision = decideFreely(sides, rules);
  const isDisk = decision.kind === 'do' && !isOfRows(decision.operation);
  return rules.kind === 'send-only' && isDisk ? { kind: 'agreed' } : decision;
}

/** The same, if the folder took what others have: what they would have it do. */
export function decideFreely(sides: Sides, rules: Rules): Decision {
  const { ours, announced } = sides;
  const choice = globalFor(ours, announced);
  if (choice === undefined) return decideAlone(sides);
  const target = choice.entry;
  if (rules.isExcluded(sides.path, target.kind)) return decideExcluded(ours, target);
  if (ours !== undefined && isKept(ours)) return decideKept(sides, ours, choice);
  if (ours !== undefined && !ours.invalid && isAgreed(ours, target)) return { kind: 'agreed' };
  if (target.deleted) return decideDelete(sides, target);
  return decideLive(sides, choice);
}

/** Nobody else has anything there: what a person gave up goes. */
function decideAlone(sides: Sides): Decision {
  const { ours } = sides;
  if (ours === undefined || !isGivenUp(ours)) return { kind: 'agreed' };
  return decideDelete(sides, {
    ...ours,
    deleted: true,
    size: 0,
    blockSize: 0,
    blocks: NOTHING,
    contentHash: NOTHING,
    previousHash: NOTHING,
    target: NOTHING,
  });
}

/**
 * What is kept stays as long as others leave alone what it was made from, and against a delete. It makes room, as a copy, for
 * what they have made of it since.
 */
function decideKept(sides: Sides, ours: Entry, choice: GlobalChoice): Decision {
  const target = choice.entry;
  const isSame = hasEqualContent(ours, target);
  const isTouched = !ours.deleted && needsTouch(ours, target);
  if (isSame && !isTouched) return act('note', target, 'same content');
  const isBuiltUpon = compareVersions(ours.version, target.version) === 'newer';
  const makesRoom = target.kind === 'directory' && sides.isWanted === true;
  if (target.deleted || (isBuiltUpon && !makesRoom)) return { kind: 'agreed' };
  const bring: OperationKind = target.kind === 'file' ? 'fetch' : 'place';
  if (ours.deleted) return act(bring, target, 'new there');
  if (isSame) return act('adopt', target, 'same content');
  // What lives in it was put there by a person, for all else has gone with it.
  if (ours.kind === 'directory' && sides.holdsLive) return { kind: 'agreed' };
  const isReplaced =
    target.previousHash.length > 0 && equalBytes(target.previousHash, ours.contentHash);
  const copies = ours.kind === 'file' && !isReplaced;
  return copies ? actAndCopy(bring, target, ours) : act(bring, target, 'wins over ours');
}

/** Nothing on the disk changes by it. */
function isOfRows({ kind }: Operation): boolean {
  return kind === 'note' || kind === 'revive';
}

/**
 * Nothing to do. Merges on different ways can end in one vector with different times or modes: then all take the greater.
 */
function isAgreed(ours: Entry, target: Entry): boolean {
  return isSettled(ours, target) && (ours.deleted || !needsTouch(ours, target));
}

/** The same version, and what we hold of it is what it says, metadata aside. */
function isSettled(ours: Entry, target: Entry): boolean {
  return compareVersions(ours.version, target.version) === 'equal' && hasEqualContent(ours, target);
}

/** Not wanted here: told to others as `invalid` under the global vector, so that they count us complete; never as deleted. */
function decideExcluded(ours: Entry | undefined, target: Entry): Decision {
  const known = ours?.invalid === true && compareVersions(ours.version, target.version) === 'equal';
  // A row of ours from before the exclusion is only marked: its file stays on the disk.
  if (known || target.deleted) return { kind: 'agreed' };
  return act('note', { ...target, invalid: true }, 'excluded here');
}

function decideDelete(sides: Sides, target: Entry): Decision {
  const { ours } = sides;
  if (ours === undefined || ours.deleted || ours.invalid) {
    return act('note', target, 'deleted there');
  }
  // A directory in which something lives stays: whatever deleted it did not know of that.
  if (sides.holdsLive) {
    return act('revive', { ...ours, version: target.version }, 'still holds files');
  }
  return act('delete', target, 'deleted there');
}

function decideLive(sides: Sides, choice: GlobalChoice): Decision {
  const { ours } = sides;
  const target = choice.entry;
  const bring: OperationKind = target.kind === 'file' ? 'fetch' : 'place';
  if (ours === undefined || ours.deleted || ours.invalid) return act(bring, target, 'new there');
  // Whoever put something else in the directory's place did not know of what lives in it. Made anew beside that version the
  // directory keeps the name, and a file that loses it is kept; made on top of it, it would wipe the file out.
  if (ours.kind === 'directory' && target.kind !== 'directory' && sides.holdsLive) {
    return act('revive', ours, 'still holds files');
  }
  if (ours.kind === target.kind && hasEqualContent(ours, target)) {
    return act(needsTouch(ours, target) ? 'adopt' : 'note', target, 'same content');
  }
  // Of all losers only ours stands here, and only a file is kept: each holder of a loser makes the same copy.
  const lost = choice.losers.some((loser) => isSettled(ours, loser));
  const reason: Reason = ours.kind === target.kind ? 'newer there' : 'kind changed there';
  if (!lost) return act(bring, target, reason);
  return actAndCopy(bring, target, ours);
}

/** What stands here makes room, and is kept beside it. */
function actAndCopy(kind: OperationKind, target: Entry, ours: Entry): Decision {
  return act(kind, target, 'wins over ours', conflictPath(ours));
}

/** Mode and time differ, as far as they mean anything. */
function needsTouch(ours: Entry, target: Entry): boolean {
  if (target.kind === 'symlink') return false;
  const modes = !target.noPermissions && !ours.noPermissions && ours.mode !== target.mode;
  return modes || (target.kind === 'file' && compareTimes(ours.mtime, target.mtime) !== 0);
}

function act(kind: OperationKind, target: Entry, reason: Reason, conflictCopy?: RelPath): Decision {
  const operation: Operation = { kind, path: target.path, target, conflictCopy, reason };
  return { kind: 'do', operation };
}
