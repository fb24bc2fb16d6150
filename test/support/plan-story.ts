/** Tells a story in the world of plan-world.ts: people and devices act step by step. */

import type { Entry } from '../../src/model/entry.ts';
import { parseRelPath, type RelPath } from '../../src/model/path.ts';
import type { Command, Story } from './arbitraries.ts';
import { emptyLedger, type Ledger, Person, reachable } from './plan-user.ts';
import {
  type Device,
  exchange,
  type Planner,
  scan,
  settle,
  type Thing,
  type World,
  work,
} from './plan-world.ts';

const PATHS = ['a', 'b.txt', 'd', 'd/x', 'd/y.tar.gz', 'e', 'e/x', 'd/s', 'd/s/z'].map(
  parseRelPath,
);
const BASE = ['a', 'd/x', 'd/s/z', 'e/x', 'e/untouched', 'still'].map(parseRelPath);
const MODES = [0o644, 0o600, 0o755];

/** A story under way. */
export interface Telling {
  readonly world: World;
  readonly ledger: Ledger;
  readonly planner: Planner;
  /** What every device's rows were when a shared story began. */
  readonly base: ReadonlyMap<RelPath, Entry>;
  /** How many contents were written. */
  written: number;
}

export interface TellingOptions {
  readonly planner: Planner;
  readonly onCopy?: World['onCopy'];
}

/** The world before the first step. */
export function begin(story: Story, { planner, onCopy }: TellingOptions): Telling {
  const devices = Array.from({ length: story.devices }, (_, i) =>
    newDevice(i, story.skews[i] ?? 0),
  );
  const world: World = { devices, now: 1000, nextCounter: 50n, copies: new Map(), onCopy };
  const ledger = emptyLedger();
  const telling: Telling = { world, ledger, planner, base: new Map(), written: 0 };
  if (!story.shared) return telling;
  const [first] = devices;
  if (first === undefined) return telling;
  for (const path of BASE) person(telling, first).put(path, fresh(telling, first));
  settle(world, planner);
  ledger.disturbed.clear();
  for (const device of devices) device.touched.clear();
  const rows = [...first.rows].map(([path, row]) => [path, row.entry] as const);
  return { ...telling, base: new Map(rows) };
}

function newDevice(index: number, skew: number): Device {
  return {
    name: `device ${index}`,
    shortId: BigInt(index + 1) << 48n,
    kind: 'send-receive',
    // Not in the order of the devices, as random ids are not.
    counter: [30n, 10n, 40n, 20n][index] ?? 45n,
    counterUsed: 0n,
    skew,
    disk: new Map(),
    rows: new Map(),
    sequence: 0,
    claims: new Map(),
    unreadable: new Set(),
    excluded: new Set(),
    staged: new Map(),
    touched: new Set(),
  };
}

/** Who sits at `device`. */
function person(telling: Telling, device: Device): Person {
  return new Person(telling.world, device, telling.ledger);
}

function fresh(telling: Telling, device: Device): Thing {
  telling.written++;
  const s = telling.world.now + device.skew;
  return { kind: 'file', content: `written ${telling.written}`, mode: 0o644, mtime: { s, ns: 0 } };
}

/** One step. Time goes on with each. */
export function tell(telling: Telling, command: Command): void {
  const { world, planner } = telling;
  world.now += 1 + (command.dice % 3);
  const device = pick(world.devices, command.device);
  switch (command.kind) {
    case 'scan':
      scan(world, device, planner);
      return;
    case 'tell':
      exchange([device, pick(except(world.devices, device), command.other)], {
        limit: amount(command),
        planner,
      });
      return;
    case 'work':
      work(world, device, planner, {
        first: amount(command),
        shuffle: (index) => (index * 7919 + command.dice * 31) % 101,
      });
      return;
    case 'crash':
      work(world, device, planner, { first: 1 + (command.dice % 4), torn: true });
      return;
    case 'settle':
      settle(world, planner);
      return;
    case 'unreadable':
      toggle(device.unreadable, pick(PATHS, command.path));
      return;
    case 'exclude':
      toggle(device.excluded, pick(PATHS, command.path));
      return;
    case 'forget':
      forget(world, device);
      return;
    default:
      actAsPerson(telling, device, command);
  }
}

function actAsPerson(telling: Telling, device: Device, command: Command): void {
  const who = person(telling, device);
  const path = pick([...PATHS, ...reachable(device)], command.path);
  const thing = fresh(telling, device);
  const mode = pick(MODES, command.dice);
  switch (command.kind) {
    case 'write':
      who.put(path, { ...thing, mode: command.dice % 5 === 0 ? mode : 0o644 });
      return;
    case 'tie':
      // Few contents, one time: what people copied to several devices before the folder was shared.
      who.put(path, { ...thing, ...equalAlready(command), mode });
      return;
    case 'restore': {
      // As it stands with somebody else, time and mode included: a backup put back.
      const theirs = pick(telling.world.devices, command.other).disk.get(path);
      if (theirs !== undefined) who.put(path, theirs);
      return;
    }
    case 'remove':
      who.remove(path);
      return;
    case 'move':
      who.move(path, pick(PATHS, command.second));
      return;
    case 'adjust':
      who.adjust(path, { mode, mtime: thing.mtime });
      return;
    case 'directory':
      who.put(path, { ...thing, kind: 'directory', content: '', mode: 0o755 });
      return;
    case 'link':
      who.put(path, { ...thing, kind: 'symlink', content: `to ${command.dice % 3}` });
      return;
    default:
      throw new Error(`nobody does ${command.kind}`);
  }
}

function equalAlready(command: Command): Pick<Thing, 'content' | 'mtime'> {
  const content = `equal ${command.dice % 2}`;
  return { content, mtime: { s: 500 + (command.second % 2), ns: 0 } };
}

function amount(command: Command): number {
  return command.dice % 3 === 0 ? Number.POSITIVE_INFINITY : 1 + (command.dice % 7);
}

function pick<T>(from: readonly T[], index: number): T {
  const chosen = from[index % from.length];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

function except<T>(from: readonly T[], one: T): readonly T[] {
  return from.filter((each) => each !== one);
}

function toggle(set: Set<RelPath>, path: RelPath): void {
  if (!set.delete(path)) set.add(path);
}

/** The device lost its database: no rows, no claims, another counter; the others start its index anew. */
function forget(world: World, device: Device): void {
  device.rows.clear();
  device.claims.clear();
  device.sequence = 0;
  device.counter = world.nextCounter++;
  device.counterUsed = 0n;
  for (const other of world.devices) other.claims.delete(device.name);
}

/** Everything can be read and is wanted again, and all come to rest. */
export function end(telling: Telling): void {
  for (const device of telling.world.devices) {
    device.unreadable.clear();
    device.excluded.clear();
  }
  settle(telling.world, telling.planner);
}

/** The whole story, told to its end. */
export function tellAll(story: Story, options: TellingOptions): Telling {
  const telling = begin(story, options);
  for (const command of story.commands) tell(telling, command);
  end(telling);
  return telling;
}
