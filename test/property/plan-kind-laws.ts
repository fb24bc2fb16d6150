/** The planner's laws for folders that only send and folders that only receive: one device is of that kind, the others of none. */

import assert from 'node:assert/strict';
import type { Entry } from '../../src/model/entry.ts';
import type { FolderKind } from '../../src/model/folder.ts';
import { counterOf } from '../../src/model/version.ts';
import { isKept } from '../../src/planner/kept.ts';
import { type Story, stories } from '../support/arbitraries.ts';
import { begin, end, type Telling, tell } from '../support/plan-story.ts';
import { emptyLedger, type Ledger } from '../support/plan-user.ts';
import { type Device, describe, type Planner } from '../support/plan-world.ts';
import { type Law, law } from './plan-law.ts';
import { sidesOfOnePath } from './plan-path-laws.ts';

/** What happened at the device of the kind, and at the others. */
interface Told {
  readonly telling: Telling;
  readonly special: Device;
  readonly others: readonly Device[];
  /** Its counter as it stood when it became of the kind. */
  readonly before: bigint;
  readonly own: Ledger;
  readonly theirs: Ledger;
}

interface Watch {
  readonly kind: FolderKind;
  readonly planner: Planner;
  /** Called after every step, and at the end. */
  readonly look?: (told: Told) => void;
  /** Called before a step in which no person acts. */
  readonly before?: (told: Told) => void;
}

const ACTS = ['write', 'remove', 'move', 'adjust', 'directory', 'link'] as const;
const WORKS = ['scan', 'tell', 'work', 'crash', 'settle'] as const;

/** The first device is of the kind; what people do is noted apart for it and for the others. */
function tellKind(story: Story, { kind, planner, look, before }: Watch): Told {
  const base = begin(story, { planner });
  const [special, ...others] = base.world.devices;
  assert.ok(special !== undefined);
  special.kind = kind;
  const own = kind === 'receive-only' ? apart(base.ledger) : base.ledger;
  const counts = [...special.rows.values()].map(({ entry }) =>
    counterOf(entry.version, special.counter),
  );
  const highest = counts.reduce((top, each) => (each > top ? each : top), 0n);
  const told = { telling: base, special, others, own, theirs: base.ledger, before: highest };
  for (const command of story.commands) {
    const isOwn = command.device % base.world.devices.length === 0;
    const acts = (ACTS as readonly string[]).includes(command.kind);
    if (!acts) before?.(told);
    const step = { ...base, ledger: isOwn ? own : base.ledger };
    tell(step, command);
    base.written = step.written;
    look?.(told);
  }
  before?.(told);
  end(base);
  look?.(told);
  return told;
}

/** Nothing is wanted in it yet; what was written is known, so that putting it back is no news. */
function apart({ written }: Ledger): Ledger {
  const known = [...written].map(([path, contents]) => [path, new Set(contents)] as const);
  return { ...emptyLedger(), written: new Map(known) };
}

function standing(device: Device): readonly string[] {
  return [...device.disk]
    .map(([path, { kind, content, mode, mtime }]) => {
      const time = kind === 'file' ? `${mtime.s}.${mtime.ns}` : '';
      return `${path}: ${kind} ${content} ${kind === 'symlink' ? '' : mode.toString(8)} ${time}`;
    })
    .sort();
}

function checkOthersEqual({ others }: Told): void {
  const [first, ...rest] = others;
  assert.ok(first !== undefined);
  for (const other of rest) assert.deepEqual(standing(other), standing(first));
}

/** Of what stands with the others, nothing is from the device that only receives, and nothing is missing because of it. */
function checkUnchanged({ telling, others, theirs }: Told): void {
  const copies = telling.world.copies;
  for (const device of others) {
    for (const [path, { kind, content }] of device.disk) {
      if (kind !== 'file') continue;
      const isTheirs = [...theirs.written.values()].some((contents) => contents.has(content));
      const isHere = theirs.written.get(path)?.has(content) ?? copies.get(content)?.has(path);
      assert.ok(isTheirs && isHere, `${device.name} has "${content}" at ${path}`);
    }
    for (const path of theirs.existed) {
      if (!theirs.removed.has(path)) assert.ok(device.disk.has(path), `${path} is gone`);
    }
  }
}

/** On one of them at least. */
function checkKept(devices: readonly Device[], own: Ledger): void {
  const disks = devices.flatMap(({ disk }) => [...disk.values()]);
  const here = new Set(disks.map(({ content }) => content));
  for (const [path, contents] of own.wanted) {
    for (const content of contents) {
      const isThere = here.has(content) || own.excused.has(content);
      assert.ok(isThere, `${devices[0]?.name} lost "${content}" of ${path}`);
    }
  }
}

/** What is wanted, but for what stood under the same name elsewhere too and was replaced there by somebody who had it. */
function notReplaced(own: Ledger, theirs: Ledger): Ledger['wanted'] {
  const left = [...own.wanted].map(([path, contents]) => {
    const [written, wanted] = [theirs.written.get(path), theirs.wanted.get(path)];
    const kept = [...contents].filter((each) => !written?.has(each) || wanted?.has(each));
    return [path, new Set(kept)] as const;
  });
  return new Map(left);
}

/** Whatever is not kept is as the others have it. */
function checkFollows({ special, others }: Told): void {
  const [first] = others;
  assert.ok(first !== undefined);
  for (const [path, { entry }] of special.rows) {
    if (isKept(entry) || entry.deleted || entry.invalid) continue;
    const theirs: Entry | undefined = first.rows.get(path)?.entry;
    assert.ok(theirs !== undefined && !theirs.deleted, `${path} is not there`);
    assert.equal(`${describe(entry)}`, describe(theirs), path);
  }
}

function checkTold({ special, before }: Told, planner: Planner): void {
  for (const { entry, sequence } of special.rows.values()) {
    const { version, invalid } = planner.asTold({ ...entry, sequence });
    assert.ok(counterOf(version, special.counter) <= before, 'it counts by itself');
    assert.equal(counterOf(version, 0n), 0n, 'what is kept is told');
    assert.equal(isKept(entry), invalid && version.length === 0);
  }
}

/** Others do not know of what was made before they met. */
const anyStory = stories([...ACTS, ...WORKS, 'settle'], 60).map((story) => ({
  ...story,
  devices: Math.max(2, story.devices),
  shared: true,
}));

const receiving: readonly Law[] = [
  law(
    'nothing that a device which only receives announces has a counter of its own',
    anyStory,
    (story, planner) => {
      const look = (told: Told): void => checkTold(told, planner);
      tellKind(story, { kind: 'receive-only', planner, look });
    },
  ),
  law(
    'others have nothing, and lack nothing, because of one that only receives',
    anyStory,
    (story, planner) => {
      const told = tellKind(story, { kind: 'receive-only', planner });
      checkOthersEqual(told);
      checkUnchanged(told);
      for (const device of told.others) checkKept([device], told.theirs);
    },
  ),
  law('what a person wrote where is only received is still there', anyStory, (story, planner) => {
    const { special, own, theirs } = tellKind(story, { kind: 'receive-only', planner });
    checkKept([special], { ...own, wanted: notReplaced(own, theirs) });
  }),
  law('what is not kept is as the others have it', anyStory, (story, planner) =>
    checkFollows(tellKind(story, { kind: 'receive-only', planner })),
  ),
];

const sending: readonly Law[] = [
  law(
    'a plan of a device that only sends holds no operation that changes the disk',
    sidesOfOnePath,
    (sides, planner) => {
      const rules = { kind: 'send-only', isExcluded: () => false } as const;
      const decision = planner.decide(sides, rules);
      if (decision.kind !== 'do') return;
      assert.ok(['note', 'revive'].includes(decision.operation.kind), decision.operation.kind);
    },
  ),
  law(
    'the disk of a device that only sends is as its person left it',
    anyStory,
    (story, planner) => {
      let left: readonly string[] | undefined;
      const before = ({ special }: Told): void => {
        left = standing(special);
      };
      const look = ({ special }: Told): void => {
        if (left !== undefined) assert.deepEqual(standing(special), left);
        left = undefined;
      };
      tellKind(story, { kind: 'send-only', planner, before, look });
    },
  ),
  law(
    'others end equal beside a device that only sends, and nothing is lost but on its disk alone',
    anyStory,
    (story, planner) => {
      const told = tellKind(story, { kind: 'send-only', planner });
      checkOthersEqual(told);
      // What loses to them is kept by whoever has it: where nothing is changed, under its own name.
      for (const device of told.others) checkKept([device, told.special], told.theirs);
    },
  ),
];

export const kindLaws: readonly Law[] = [...receiving, ...sending];
