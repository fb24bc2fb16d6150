/** The planner's laws (docs/planner.md), each as a check of any planner, so that damaged ones can be tried against them. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Entry } from '../../src/model/entry.ts';
import type { RelPath } from '../../src/model/path.ts';
import { versionKey } from '../../src/model/version.ts';
import { type Story, stories } from '../support/arbitraries.ts';
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
import { kindLaws } from './plan-kind-laws.ts';
import { type Law, law } from './plan-law.ts';
import { pathLaws, show } from './plan-path-laws.ts';

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
    'a device that lost its rows copies nothing of what was edited once elsewhere',
    stories(['write', 'scan', 'tell', 'work', 'crash', 'forget']),
    checkEditedOnce,
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

/** One person edits each file at most once; the other device follows, and forgets what it knew, as often as it may be. */
function checkEditedOnce(story: Story, planner: Planner): void {
  const calm = { ...story, devices: 2, shared: true, skews: [0, 0] };
  const telling = begin(calm, { planner });
  const edited = new Set<number>();
  for (const command of story.commands) {
    // Files that every shared story begins with.
    const path = [0, 3, 6, 8][command.path % 4] ?? 0;
    if (command.kind === 'write' && edited.has(path)) continue;
    if (command.kind === 'write') edited.add(path);
    const device = { write: 0, forget: 1 }[command.kind as string] ?? command.device;
    tell(telling, { ...command, path, device });
  }
  end(telling);
  checkEqual(telling);
  assert.deepEqual([...telling.world.copies.keys()], []);
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

export const laws: readonly Law[] = [...pathLaws, ...storyLaws, ...kindLaws];
