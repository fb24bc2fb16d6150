/** The planner's laws (docs/planner.md), each as a check of any planner, so that damaged ones can be tried against them. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareTimes, type Entry, hasEqualContent } from '../../src/model/entry.ts';
import { parseRelPath, type RelPath } from '../../src/model/path.ts';
import { compareVersions, orderVersions, versionKey } from '../../src/model/version.ts';
import type { Sides } from '../../src/planner/decide.ts';
import { anyVersionSets, type Story, stories, versionSets } from '../support/arbitraries.ts';
import { begin, end, type Telling, tell, tellAll } from '../support/plan-story.ts';
import {
  announcedAt,
  contentName,
  type Device,
  decideAt,
  describe,
  look,
  type Planner,
  planOrder,
  scan,
  settle,
  type Thing,
  type World,
  work,
} from '../support/plan-world.ts';

const A_PATH = parseRelPath('a.txt');

export interface Law {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Throws with the smallest counterexample, the seed and the path to it. */
  check(planner: Planner, parameters: fc.Parameters<unknown>): void;
}

/** A law over what `arbitrary` makes. */
function law<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  hold: (made: T, planner: Planner) => void,
): Law {
  return {
    name,
    check(planner, parameters) {
      const property = fc.property(arbitrary, (made) => hold(made, planner));
      fc.assert(property, parameters as fc.Parameters<[T]>);
    },
  };
}

/** An entry, its vector and its maker in one line; time and mode of a directory's tombstone are nobody's business. */
function show(entry: Entry): string {
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
    const isKept = !agrees && !head.deleted && head.kind === 'file';
    assert.equal(losers.has(versionKey(head.version)), isKept);
    if (!agrees) continue;
    const relation = compareVersions(choice.entry.version, head.version);
    assert.ok(
      relation === 'newer' || relation === 'equal',
      `the choice does not know ${show(head)}`,
    );
  }
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

/** One path as a device may have it: the first version is ours, if there is one. */
const sidesOfOnePath = fc
  .record({
    versions: anyVersionSets,
    hasOurs: fc.boolean(),
    holdsLive: fc.boolean(),
    twinMode: fc.constantFrom(undefined, undefined, 0o600, 0o755),
  })
  .map(({ versions: few, hasOurs, holdsLive, twinMode }): Sides => {
    const ours = hasOurs ? few[0] : undefined;
    const isTwin = ours !== undefined && twinMode !== undefined;
    const versions = isTwin ? [...few, { ...ours, mode: twinMode }] : few;
    const isDirectory = ours?.kind === 'directory' && !ours.deleted && !ours.invalid;
    const announced = ours === undefined ? versions : versions.slice(1);
    return { path: A_PATH, ours, announced, holdsLive: holdsLive && isDirectory };
  });

const decisionLaws: readonly Law[] = [
  law('there is nothing to do exactly if ours is the choice', sidesOfOnePath, (sides, planner) => {
    const { ours, announced } = sides;
    const choice = planner.chooseGlobal(ours === undefined ? announced : [ours, ...announced]);
    const isAt = (entry: Entry) => `${describe(entry)} at ${versionKey(entry.version)}`;
    const isChosen =
      ours !== undefined &&
      !ours.invalid &&
      choice !== undefined &&
      isAt(ours) === isAt(choice.entry);
    const decision = planner.decide(sides, { isExcluded: () => false });
    assert.equal(decision.kind === 'agreed', choice === undefined || isChosen);
  }),
  law('content that stands here is not fetched', sidesOfOnePath, (sides, planner) => {
    const decision = planner.decide(sides, { isExcluded: () => false });
    if (decision.kind !== 'do' || decision.operation.kind !== 'fetch') return;
    const { ours } = sides;
    const stands = ours !== undefined && !ours.deleted && !ours.invalid;
    assert.ok(!stands || !hasEqualContent(ours, decision.operation.target));
  }),
  law(
    'where a rule keeps a path out, it is noted as invalid and no more',
    sidesOfOnePath,
    (sides, planner) => {
      const decision = planner.decide(sides, { isExcluded: (path) => path === sides.path });
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
    'an operation copies a file of ours that no other version knows, and nothing else',
    sidesOfOnePath,
    (sides, planner) => {
      const { ours, announced } = sides;
      const decision = planner.decide(sides, { isExcluded: () => false });
      if (ours === undefined || decision.kind !== 'do') return;
      const { operation } = decision;
      const isKnown = announced.some(
        (each) => isUsable(each) && compareVersions(each.version, ours.version) === 'newer',
      );
      const isFile = ours.kind === 'file' && !ours.deleted && isUsable(ours);
      const isReplaced = operation.kind !== 'note' && operation.kind !== 'adopt';
      assert.equal(operation.conflictCopy !== undefined, isFile && !isKnown && isReplaced);
      if (operation.kind === 'delete') assert.ok(isKnown, 'what nobody knows is deleted');
    },
  ),
];

const recordLaws: readonly Law[] = [
  law(
    'what is recorded knows our row, and of the rest only what it is or what our row knew',
    fc.record({ sides: sidesOfOnePath, found: versionSets, act: fc.nat(2) }),
    ({ sides: { ours, announced }, found, act }, planner) => {
      const sides = { ours, announced, counter: 9n, shortId: 9n, now: { s: 5, ns: 0 } };
      const base = ours?.invalid ? undefined : ours;
      const seen = found.find((each) => !each.deleted);
      let made: Entry | undefined;
      if (act === 0 && seen !== undefined) made = planner.recordFound(seen, sides);
      if (act === 1) made = planner.recordGone(sides);
      if (act === 2 && base !== undefined) made = planner.reviveEntry(base, sides);
      if (made === undefined) return;
      assert.equal(made.deleted, act === 1);
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

/** What all have: each path's row and what stands there. */
function state(device: Device): readonly string[] {
  const valid = [...device.rows.values()].filter(({ entry }) => !entry.invalid);
  return valid
    .map(({ entry }) => `${entry.path}: ${describe(entry)} at ${versionKey(entry.version)}`)
    .sort();
}

/** What stands on the disk, with everything that travels. */
function standing(device: Device): readonly string[] {
  return [...device.disk]
    .map(([path, { kind, content, mode, mtime }]) => {
      const time = kind === 'file' ? `${mtime.s}.${mtime.ns}` : '';
      return `${path}: ${kind} ${content} ${kind === 'symlink' ? '' : mode.toString(8)} ${time}`;
    })
    .sort();
}

function checkEqual({ world, planner }: Telling): void {
  const [first, ...others] = world.devices;
  assert.ok(first !== undefined);
  for (const other of others) {
    assert.deepEqual(standing(other), standing(first));
    assert.deepEqual(state(other), state(first));
  }
  for (const device of world.devices) {
    for (const path of planOrder(device)) {
      assert.deepEqual(decideAt(device, path, planner), { kind: 'agreed' }, path);
    }
  }
}

function contents(device: Device): ReadonlySet<string> {
  return new Set([...device.disk.values()].map((thing) => thing.content));
}

function checkNothingLost({ world, ledger }: Telling): void {
  for (const device of world.devices) {
    const here = contents(device);
    for (const [path, wanted] of ledger.wanted) {
      for (const content of wanted) {
        const isThere = here.has(content) || ledger.excused.has(content);
        assert.ok(isThere, `${device.name} lost "${content}" of ${path}`);
      }
    }
  }
}

function checkNothingInvented({ world, ledger }: Telling): void {
  for (const device of world.devices) {
    for (const [path, thing] of device.disk) {
      if (thing.kind !== 'file') continue;
      const written = ledger.written.get(path)?.has(thing.content);
      const copied = world.copies.get(thing.content)?.has(path);
      assert.ok(written || copied, `${device.name} has "${thing.content}" at ${path} from nobody`);
    }
  }
}

function checkNothingVanished({ world, ledger }: Telling): void {
  const copies = [...world.copies.values()].flatMap((paths) => [...paths]);
  for (const path of [...ledger.existed, ...copies]) {
    if (ledger.removed.has(path)) continue;
    for (const device of world.devices) {
      assert.ok(
        device.disk.has(path),
        `${path}, which nobody removed, is gone from ${device.name}`,
      );
    }
  }
}

function checkUntouched({ world, ledger, base }: Telling): void {
  for (const [path, entry] of base) {
    if (ledger.disturbed.has(path)) continue;
    for (const device of world.devices) {
      if (device.rows.get(path)?.entry.deleted !== false) assert.fail(`${path} is gone`);
      assert.equal(show(device.rows.get(path)?.entry ?? entry), show(entry));
      assert.ok(!device.touched.has(path), `${device.name} did something at ${path}`);
    }
  }
}

const CALM = [
  'write',
  'remove',
  'move',
  'adjust',
  'directory',
  'link',
  'scan',
  'tell',
  'work',
] as const;

const storyLaws: readonly Law[] = [
  law(
    'devices that plan for themselves end equal and then have nothing to do',
    stories(),
    (story, planner) => checkEqual(tellAll(story, { planner })),
  ),
  law(
    'what a person wrote and nobody who had it replaced is still on every device',
    stories(),
    (story, planner) => checkNothingLost(tellAll(story, { planner })),
  ),
  law('nothing stands anywhere that no person put there', stories(), (story, planner) =>
    checkNothingInvented(tellAll(story, { planner })),
  ),
  law(
    'what nobody removed stands somewhere on every device, unreadable or not',
    stories(),
    (story, planner) => checkNothingVanished(tellAll(story, { planner })),
  ),
  law(
    'what nobody touched is touched by no device',
    stories([...CALM, 'crash']),
    (story, planner) => checkUntouched(tellAll(story, { planner })),
  ),
  law(
    'after any part of the operations, in any order, planning again reaches the same end',
    fc.record({
      story: stories([...CALM, 'tie', 'unreadable', 'crash', 'settle']),
      first: fc.nat(6),
      dice: fc.nat(100),
    }),
    checkPrefix,
  ),
  law(
    'devices end equal and lose nothing when all happens at one path',
    stories(
      ['write', 'tie', 'restore', 'remove', 'adjust', 'scan', 'tell', 'work', 'crash', 'forget'],
      60,
    ),
    checkOnePath,
  ),
  law(
    'if one device alone changed, all end as it is',
    stories(['write', 'remove', 'move', 'adjust', 'directory', 'link', 'scan', 'settle']),
    checkOneSided,
  ),
  law(
    'without deletes the name goes to a version that nobody replaced, and only a loser is copied',
    stories(['write', 'scan', 'tell', 'work', 'settle'], 60),
    checkFrontier,
  ),
];

/** All happens at one path, so that versions meet in every way. */
function checkOnePath(story: Story, planner: Planner): void {
  const telling = begin({ ...story, shared: false }, { planner });
  for (const command of story.commands) tell(telling, { ...command, path: 0 });
  end(telling);
  checkEqual(telling);
  checkNothingLost(telling);
  checkNothingInvented(telling);
}

interface Cut {
  readonly story: Story;
  readonly first: number;
  readonly dice: number;
}

function checkPrefix({ story, first, dice }: Cut, planner: Planner): void {
  const [whole, parts] = [begin(story, { planner }), begin(story, { planner })];
  for (const telling of [whole, parts])
    for (const command of story.commands) tell(telling, command);
  const shuffle = (index: number) => (index * 7919 + dice * 31) % 101;
  for (const telling of [whole, parts]) {
    for (const device of telling.world.devices) {
      scan(telling.world, device, planner);
      if (telling === parts) work(telling.world, device, planner, { first, shuffle });
      while (work(telling.world, device, planner)) scan(telling.world, device, planner);
    }
  }
  for (const telling of [whole, parts]) {
    settle(telling.world, planner);
    end(telling);
  }
  const ends = [whole, parts].map(({ world }) => world.devices.map(standing));
  assert.deepEqual(ends[1], ends[0]);
}

/** Person and clock are one; the other devices only follow. */
function checkOneSided(story: Story, planner: Planner): void {
  const telling = begin({ ...story, shared: true, skews: [0, 0, 0, 0] }, { planner });
  for (const command of story.commands) tell(telling, { ...command, device: 0 });
  const [first] = telling.world.devices;
  assert.ok(first !== undefined);
  const before = standing(first);
  end(telling);
  checkEqual(telling);
  assert.deepEqual(standing(first), before);
  assert.equal(telling.world.copies.size, 0);
}

/** Which content was written over which: what a tester knows who watches every disk. */
type History = Map<string, string>;

function checkFrontier(story: Story, planner: Planner): void {
  const history: History = new Map();
  const onCopy = (device: Device, losing: Entry) => {
    const isKnown = announcedAt(device, losing.path).some((each) =>
      descends(history, { content: contentName(each), from: contentName(losing) }),
    );
    assert.ok(!isKnown, `${losing.path}: a copy of what is known to be replaced`);
  };
  const telling = begin({ ...story, shared: false, skews: [0, 0, 0, 0] }, { planner, onCopy });
  for (const command of story.commands) {
    const before = telling.world.devices.map((device) => new Map(device.disk));
    tell(telling, { ...command, path: command.path % 2 });
    if (command.kind === 'write') noteHistory(telling.world, before, history);
  }
  end(telling);
  checkEqual(telling);
  checkNothingLost(telling);
  const replaced = new Set(history.values());
  for (const [path, thing] of telling.world.devices[0]?.disk ?? []) {
    if (telling.world.copies.get(thing.content)?.has(path)) continue;
    assert.ok(!replaced.has(contentName(look(path, thing))), `"${thing.content}" came back`);
  }
}

function descends(history: History, { content, from }: { content: string; from: string }): boolean {
  let at = history.get(content);
  while (at !== undefined && at !== from) at = history.get(at);
  return at !== undefined;
}

function noteHistory(
  world: World,
  before: readonly ReadonlyMap<RelPath, Thing>[],
  history: History,
): void {
  for (const [index, device] of world.devices.entries()) {
    for (const [path, thing] of device.disk) {
      const old = before[index]?.get(path);
      if (old === undefined || old.content === thing.content) continue;
      history.set(contentName(look(path, thing)), contentName(look(path, old)));
    }
  }
}

export const laws: readonly Law[] = [...choiceLaws, ...decisionLaws, ...recordLaws, ...storyLaws];
