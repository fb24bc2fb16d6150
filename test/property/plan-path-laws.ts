/** The planner's laws for one path: which version is chosen, what is done, and what is recorded. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.ts';
import { compareTimes, type Entry, hasEqualContent } from '../../src/model/entry.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { compareVersions, orderVersions, versionKey } from '../../src/model/version.ts';
import type { Sides } from '../../src/planner/decide.ts';
import { isGivenUp } from '../../src/planner/kept.ts';
import { anyVersionSets, versionSets } from '../support/arbitraries.ts';
import { describe, type Planner } from '../support/plan-world.ts';
import { type Law, law } from './plan-law.ts';

const A_PATH = parseRelPath('a.txt');

const NOTHING = new Uint8Array(0);

/** Everything is wanted, taken and given. */
const FREE = { kind: 'send-receive', isExcluded: () => false } as const;

/** An entry, its vector, its maker and what it replaced in one line; of a tombstone only that it is one. */
export function show(entry: Entry): string {
  return `${showBare(entry)} after ${toHex(entry.previousHash.subarray(0, 6))}`;
}

function showBare(entry: Entry): string {
  return `${describe(entry)} by ${entry.modifiedBy} at ${versionKey(entry.version)}`;
}

function showChoice(versions: readonly Entry[], planner: Planner): string {
  const choice = planner.chooseGlobal(versions);
  if (choice === undefined) return 'nothing';
  return [choice.entry, ...choice.losers].map(show).join('\n');
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) =>
    permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]),
  );
}

const isUsable = (entry: Entry) => !entry.invalid && entry.version.length > 0;

const choiceLaws: readonly Law[] = [
  law('the choice does not depend on the order of arrival', anyVersionSets, (versions, planner) => {
    const expected = showChoice(versions, planner);
    for (const order of permutations(versions)) {
      assert.equal(showChoice(order, planner), expected);
    }
  }),
  law('there is a choice exactly if a version may be used', anyVersionSets, (versions, planner) => {
    const choice = planner.chooseGlobal(versions);
    assert.equal(choice !== undefined, versions.some(isUsable));
  }),
  law(
    'the choice is as old as nothing in the set, and lives if a version lives that no other knows',
    versionSets,
    (versions, planner) => {
      const choice = planner.chooseGlobal(versions);
      if (choice === undefined) return;
      const usable = versions.filter(isUsable);
      for (const each of usable) {
        assert.notEqual(compareVersions(each.version, choice.entry.version), 'newer');
      }
      assert.equal(
        choice.entry.deleted,
        headsOf(usable).every((head) => head.deleted),
      );
    },
  ),
  law('dominated versions change nothing', versionSets, (versions, planner) => {
    const usable = versions.filter(isUsable);
    assert.equal(showChoice(headsOf(usable), planner), showChoice(usable, planner));
  }),
  law('adding the choice to the set changes no choice', versionSets, (versions, planner) => {
    const choice = planner.chooseGlobal(versions);
    if (choice === undefined) return;
    const again = planner.chooseGlobal([...versions, choice.entry]);
    assert.equal(again && show(again.entry), show(choice.entry));
    const kept = new Set(choice.losers.map(show));
    for (const loser of again?.losers ?? []) assert.ok(kept.has(show(loser)));
  }),
  law(
    'of all concurrent versions each agrees, or loses the name, or makes no copy',
    versionSets,
    checkLosers,
  ),
  law(
    'what the winner replaced is not copied, and it changes nothing else',
    anyVersionSets,
    checkReplaced,
  ),
  law(
    'the choice has replaced what each version did that it is the merge of',
    anyVersionSets,
    checkSaid,
  ),
  law('of two concurrent versions the greater one keeps the name', versionSets, checkGreater),
  law('among three versions there is no circle', versionSets, (versions, planner) => {
    const beats = (a: Entry, b: Entry) =>
      compareVersions(a.version, b.version) === 'concurrent' &&
      describe(a) !== describe(b) &&
      describe(planner.chooseGlobal([a, b])?.entry ?? b) === describe(a);
    const live = versions.filter(isUsable);
    for (const [a, b, c] of live.flatMap((x) =>
      live.flatMap((y) => live.map((z) => [x, y, z] as const)),
    )) {
      const concurrent = compareVersions(a.version, c.version) === 'concurrent';
      if (concurrent && beats(a, b) && beats(b, c))
        assert.ok(beats(a, c) || describe(a) === describe(c));
      assert.ok(!(beats(a, b) && beats(b, a)));
    }
  }),
];

function headsOf(versions: readonly Entry[]): readonly Entry[] {
  return versions.filter(
    (each) => !versions.some((other) => compareVersions(other.version, each.version) === 'newer'),
  );
}

function checkLosers(versions: readonly Entry[], planner: Planner): void {
  const choice = planner.chooseGlobal(versions);
  if (choice === undefined) return;
  const losers = new Set(choice.losers.map((loser) => versionKey(loser.version)));
  for (const head of headsOf(versions.filter(isUsable))) {
    const agrees: boolean = hasEqualContent(head, choice.entry);
    const isFile = !head.deleted && head.kind === 'file';
    const isKept: boolean = !agrees && isFile && !isReplaced(head, choice.entry);
    assert.equal(losers.has(versionKey(head.version)), isKept);
    if (!agrees) continue;
    const relation = compareVersions(choice.entry.version, head.version);
    assert.ok(
      relation === 'newer' || relation === 'equal',
      `the choice does not know ${show(head)}`,
    );
  }
}

/** The maker of `by` had the content of `entry` and put other content in its place. */
function isReplaced(entry: Entry, by: Entry): boolean {
  return by.kind === 'file' && toHex(by.previousHash) === toHex(entry.contentHash);
}

function checkReplaced(versions: readonly Entry[], planner: Planner): void {
  const told = planner.chooseGlobal(versions);
  const untold = planner.chooseGlobal(versions.map((v) => ({ ...v, previousHash: NOTHING })));
  assert.equal(told === undefined, untold === undefined);
  if (told === undefined || untold === undefined) return;
  assert.equal(showBare(told.entry), showBare(untold.entry));
  const kept = untold.losers.filter((loser) => !isReplaced(loser, told.entry));
  assert.deepEqual(told.losers.map(showBare), kept.map(showBare));
}

/** A version that knows one of them may have put its content back: then only the others can tell that it was replaced. */
function checkSaid(versions: readonly Entry[], planner: Planner): void {
  const choice = planner.chooseGlobal(versions);
  if (choice === undefined) return;
  const agreeing = headsOf(versions.filter(isUsable)).filter((head) =>
    hasEqualContent(head, choice.entry),
  );
  const vectors = new Map(agreeing.map((each) => [versionKey(each.version), new Set<string>()]));
  for (const { version, previousHash } of agreeing) {
    vectors.get(versionKey(version))?.add(toHex(previousHash));
  }
  const said = toHex(choice.entry.previousHash);
  if (said !== '') for (const told of vectors.values()) assert.ok(told.has(said));
  // One version, told with and without it: that it was passed on without takes nothing away.
  const isEachOne = new Set(agreeing.map(showBare)).size === vectors.size;
  const alike = new Set([...vectors.values()].map((told) => [...told].filter(Boolean).join()));
  const [one = ''] = alike;
  if (isEachOne && alike.size === 1 && one.length <= 64) assert.equal(said !== '', one !== '');
}

/** The order, said once more in other words: kinds, then times, modes and vectors. */
function checkGreater(versions: readonly Entry[], planner: Planner): void {
  const live = versions.filter((each) => isUsable(each) && !each.deleted);
  for (const a of live) {
    for (const b of live) {
      if (compareVersions(a.version, b.version) !== 'concurrent') continue;
      const choice = planner.chooseGlobal([a, b]);
      assert.ok(choice !== undefined);
      const expected = isGreater(a, b) ? a : b;
      assert.equal(describe(choice.entry), describe(expected));
    }
  }
}

function isGreater(a: Entry, b: Entry): boolean {
  const kinds = ['file', 'symlink', 'directory'];
  if (a.kind !== b.kind) return kinds.indexOf(a.kind) > kinds.indexOf(b.kind);
  const times = a.kind === 'directory' ? 0 : compareTimes(a.mtime, b.mtime);
  if (times !== 0) return times > 0;
  if (a.mode !== b.mode) return a.mode > b.mode;
  return orderVersions(a.version, b.version) > 0;
}

/** One path as a device may have it: the first version is ours, if there is one, and no person gave it up. */
export const sidesOfOnePath = fc
  .record({
    versions: anyVersionSets,
    hasOurs: fc.boolean(),
    holdsLive: fc.boolean(),
    twinMode: fc.constantFrom(undefined, undefined, 0o600, 0o755),
  })
  .map(({ versions: few, hasOurs, holdsLive, twinMode }): Sides => {
    const ours = hasOurs ? few.slice(0, 1).find((each) => !isGivenUp(each)) : undefined;
    const isTwin = ours !== undefined && twinMode !== undefined;
    const versions = isTwin ? [...few, { ...ours, mode: twinMode }] : few;
    const isDirectory = ours?.kind === 'directory' && !ours.deleted && !ours.invalid;
    const announced = ours === undefined ? versions : versions.slice(1);
    return { path: A_PATH, ours, announced, holdsLive: holdsLive && isDirectory };
  });

/** The same, where what stands there was given up. */
const givenUpSides = sidesOfOnePath
  .filter(({ ours }) => ours !== undefined && !ours.invalid && !ours.deleted)
  .map((sides): Sides => ({ ...sides, ours: { ...(sides.ours as Entry), version: [] } }));

const decisionLaws: readonly Law[] = [
  law('what was given up goes and leaves no copy', givenUpSides, (sides, planner) => {
    const choice = planner.chooseGlobal(sides.announced);
    const decision = planner.decide(sides, FREE);
    assert.equal(decision.kind, 'do');
    if (decision.kind !== 'do') return;
    const { kind, target, conflictCopy } = decision.operation;
    assert.equal(conflictCopy, undefined);
    if (choice === undefined) assert.equal(kind, sides.holdsLive ? 'revive' : 'delete');
    else if (kind !== 'revive') assert.equal(show(target), show(choice.entry));
  }),
  law('there is nothing to do exactly if ours is the choice', sidesOfOnePath, (sides, planner) => {
    const { ours, announced } = sides;
    const choice = planner.chooseGlobal(ours === undefined ? announced : [ours, ...announced]);
    const isAt = (entry: Entry) => `${describe(entry)} at ${versionKey(entry.version)}`;
    const isChosen =
      ours !== undefined &&
      !ours.invalid &&
      choice !== undefined &&
      isAt(ours) === isAt(choice.entry);
    const decision = planner.decide(sides, FREE);
    assert.equal(decision.kind === 'agreed', choice === undefined || isChosen);
  }),
  law('content that stands here is not fetched', sidesOfOnePath, (sides, planner) => {
    const decision = planner.decide(sides, FREE);
    if (decision.kind !== 'do' || decision.operation.kind !== 'fetch') return;
    const { ours } = sides;
    const stands = ours !== undefined && !ours.deleted && !ours.invalid;
    assert.ok(!stands || !hasEqualContent(ours, decision.operation.target));
  }),
  law(
    'where a rule keeps a path out, it is noted as invalid and no more',
    sidesOfOnePath,
    (sides, planner) => {
      const decision = planner.decide(sides, {
        ...FREE,
        isExcluded: (path) => path === sides.path,
      });
      if (decision.kind !== 'do') return;
      const { kind, target, conflictCopy } = decision.operation;
      assert.deepEqual(
        [kind, target.invalid, target.deleted, conflictCopy],
        ['note', true, false, undefined],
      );
      const [ours, choice] = [
        sides.ours,
        planner.chooseGlobal([...sides.announced, ...(sides.ours ? [sides.ours] : [])]),
      ];
      assert.equal(choice && versionKey(choice.entry.version), versionKey(target.version));
      assert.ok(ours?.invalid !== true || versionKey(ours.version) !== versionKey(target.version));
    },
  ),
  law(
    'an operation copies a file of ours that no other version knows or has replaced, and nothing else',
    sidesOfOnePath,
    (sides, planner) => {
      const { ours, announced } = sides;
      const decision = planner.decide(sides, FREE);
      if (ours === undefined || decision.kind !== 'do') return;
      const { operation } = decision;
      const isKnown = announced.some(
        (each) => isUsable(each) && compareVersions(each.version, ours.version) === 'newer',
      );
      const isFile = ours.kind === 'file' && !ours.deleted && isUsable(ours);
      const isOver = isReplaced(ours, operation.target);
      const isDone = operation.kind !== 'note' && operation.kind !== 'adopt';
      assert.equal(operation.conflictCopy !== undefined, isFile && !isKnown && !isOver && isDone);
      if (operation.kind === 'delete') assert.ok(isKnown, 'what nobody knows is deleted');
    },
  ),
];

const recordLaws: readonly Law[] = [
  law(
    'what is recorded knows our row, and of the rest only what it is or what our row knew',
    fc.record({ sides: sidesOfOnePath, found: versionSets, act: fc.nat(2) }),
    ({ sides: { ours, announced }, found, act }, planner) => {
      const sides = {
        ours,
        announced,
        counter: 9n,
        counterUsed: 0n,
        shortId: 9n,
        now: { s: 5, ns: 0 },
      };
      const base = ours?.invalid ? undefined : ours;
      const seen = found.find((each) => !each.deleted);
      let made: Entry | undefined;
      if (act === 0 && seen !== undefined) made = planner.recordFound(seen, sides);
      if (act === 1) made = planner.recordGone(sides);
      if (act === 2 && base !== undefined) made = planner.reviveEntry(base, sides);
      if (made === undefined) return;
      assert.equal(made.deleted, act === 1);
      if (made.modifiedBy === 9n && act !== 2) checkPrevious(made, base);
      const relation = base === undefined ? 'newer' : compareVersions(made.version, base.version);
      assert.equal(relation, 'newer');
      const isOwn = made.modifiedBy === 9n;
      for (const each of announced.filter((one) => isOwn && isUsable(one))) {
        const known = base !== undefined && compareVersions(each.version, base.version);
        if (known === 'older' || known === 'equal') continue;
        assert.equal(compareVersions(made.version, each.version), 'concurrent');
      }
    },
  ),
];

/** Only who changed a file's content says what it was: not who touched it, or made anything else of it. */
function checkPrevious(made: Entry, base: Entry | undefined): void {
  const files = [made, base].every((each) => each?.kind === 'file' && !each.deleted);
  const isEdit = base !== undefined && files && !hasEqualContent(made, base);
  assert.equal(toHex(made.previousHash), isEdit ? toHex(base.contentHash) : '');
}

export const pathLaws: readonly Law[] = [...choiceLaws, ...decisionLaws, ...recordLaws];
