/**
 * A world in which devices plan for themselves: disks, rows and claims are maps, an operation is carried out at once or
 * not at all, and only what the planner says is done. No time passes and nothing is random but what the caller brings.
 */

import { toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';
import type { Entry, Timestamp } from '../../src/model/entry.ts';
import type { FolderKind } from '../../src/model/folder.ts';
import { isWithin, parentPath, type RelPath } from '../../src/model/path.ts';
import type { Decision, Operation } from '../../src/model/plan.ts';
import { compareVersions, counterOf, versionKey } from '../../src/model/version.ts';
import type { conflictPath } from '../../src/planner/conflict.ts';
import type { decide } from '../../src/planner/decide.ts';
import type { chooseGlobal } from '../../src/planner/global.ts';
import { type asTold, type countedBy, isKept } from '../../src/planner/kept.ts';
import type { Found, recordFound, recordGone, reviveEntry } from '../../src/planner/local.ts';

/** The planner's functions, the real ones or damaged ones. */
export interface Planner {
  readonly chooseGlobal: typeof chooseGlobal;
  readonly conflictPath: typeof conflictPath;
  readonly decide: typeof decide;
  readonly recordFound: typeof recordFound;
  readonly recordGone: typeof recordGone;
  readonly reviveEntry: typeof reviveEntry;
  readonly asTold: typeof asTold;
  readonly countedBy: typeof countedBy;
}

/** What stands at a path of a disk. `content` names a file's bytes or a link's target; empty for a directory. */
export interface Thing {
  readonly kind: Entry['kind'];
  readonly content: string;
  readonly mode: number;
  readonly mtime: Timestamp;
}

export interface Device {
  readonly name: string;
  readonly shortId: bigint;
  kind: FolderKind;
  /** Id of its counter: another one after its rows were lost. */
  counter: bigint;
  /** Highest value that it ever had in a row. */
  counterUsed: bigint;
  /** Its clock runs this many seconds before the world's. */
  readonly skew: number;
  readonly disk: Map<RelPath, Thing>;
  readonly rows: Map<RelPath, { readonly entry: Entry; readonly sequence: number }>;
  sequence: number;
  /** Per other device: what it claims, and up to which of its sequence numbers that was heard. */
  readonly claims: Map<string, { readonly entries: Map<RelPath, Entry>; heard: number }>;
  /** Paths that cannot be read for now, with all below them. */
  readonly unreadable: Set<RelPath>;
  readonly excluded: Set<RelPath>;
  /** Contents brought near for a file that is wanted and cannot be published yet, by name. */
  readonly staged: Map<string, string>;
  /** Operations carried out, by path. */
  readonly touched: Set<RelPath>;
}

export interface World {
  readonly devices: readonly Device[];
  now: number;
  nextCounter: bigint;
  /** Conflict copies made: content and the paths at which it was kept. */
  readonly copies: Map<string, Set<RelPath>>;
  /** Called before a conflict copy is made. */
  readonly onCopy: ((device: Device, losing: Entry) => void) | undefined;
}

/** How a device carries out its plan: all of it in the order planned unless told otherwise. */
export interface ApplyOptions {
  /** Order of the operations: sorted by this number for each. */
  readonly shuffle?: (index: number) => number;
  /** Only so many are carried out. */
  readonly first?: number;
  /** The last of them changes the disk, and then the device fails before it is recorded. */
  readonly torn?: boolean;
}

/** Planning rounds after which a world that still moves is said never to come to rest. */
const MAX_ROUNDS = 200;

/** What the disk shows as the planner wants it told. */
export function look(path: RelPath, thing: Thing): Found {
  const blocks = thing.kind === 'file' ? sha256(thing.content) : new Uint8Array(0);
  const target = new TextEncoder().encode(thing.kind === 'symlink' ? thing.content : '');
  const hashed = thing.kind === 'file' ? blocks : target;
  return {
    path,
    kind: thing.kind,
    size: thing.kind === 'file' ? thing.content.length : 0,
    mode: thing.mode,
    noPermissions: false,
    mtime: thing.mtime,
    blockSize: thing.kind === 'file' ? 131072 : 0,
    blocks,
    contentHash: thing.kind === 'directory' ? new Uint8Array(0) : sha256(hashed),
    target,
  };
}

/** Every distinct version that others claim at `path`, in the order in which devices were first heard of. */
export function announcedAt(device: Device, path: RelPath): readonly Entry[] {
  const distinct = new Map<string, Entry>();
  for (const { entries } of device.claims.values()) {
    const entry = entries.get(path);
    if (entry === undefined) continue;
    const key = `${versionKey(entry.version)} ${entry.invalid} ${entry.deleted} ${describe(entry)}`;
    distinct.set(key, entry);
  }
  return [...distinct.values()];
}

/** An entry's meaning in one line, without its vector. */
export function describe(entry: Entry): string {
  if (entry.deleted) return 'deleted';
  const time = entry.kind === 'file' ? `${entry.mtime.s}.${entry.mtime.ns}` : '';
  const mode = entry.kind === 'symlink' ? '' : entry.mode.toString(8);
  return [entry.kind, contentName(entry), mode, time].join(' ');
}

/** A content in a few letters: equal for equal contents. */
export function contentName(entry: Pick<Entry, 'contentHash'>): string {
  return toHex(entry.contentHash.subarray(0, 6));
}

/** True if nothing at or around `path` can be read, or a rule keeps it out. */
export function isOutOfReach(device: Device, path: RelPath): boolean {
  const covers = (other: RelPath) => isWithin(path, other);
  return [...device.unreadable].some(covers) || [...device.excluded].some(covers);
}

/** Looks at all that can be read and records what differs from the device's rows; deletes from the deepest up. */
export function scan(world: World, device: Device, planner: Planner): void {
  const rows = [...device.rows.keys()].sort();
  const gone = rows.filter((path) => !device.disk.has(path)).reverse();
  for (const path of gone) {
    if (isOutOfReach(device, path)) continue;
    record(device, planner.recordGone(local(world, device, { path, planner })));
  }
  for (const [path, thing] of [...device.disk].sort(byPath)) {
    if (isOutOfReach(device, path)) continue;
    record(device, planner.recordFound(look(path, thing), local(world, device, { path, planner })));
  }
}

function byPath(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

function local(
  world: World,
  device: Device,
  { path, planner }: { readonly path: RelPath; readonly planner: Planner },
) {
  return {
    ours: device.rows.get(path)?.entry,
    announced: announcedAt(device, path),
    counter: planner.countedBy(device.kind, device.counter),
    counterUsed: device.counterUsed,
    shortId: device.shortId,
    now: { s: world.now + device.skew, ns: 0 },
  };
}

function record(device: Device, entry: Entry | undefined): void {
  if (entry === undefined) return;
  const value = counterOf(entry.version, device.counter);
  if (value > device.counterUsed) device.counterUsed = value;
  device.rows.set(entry.path, { entry, sequence: ++device.sequence });
}

/** `to` hears of at most `limit` rows of `from` that it has not heard of, in the order of their sequence. */
export function exchange(
  [from, to]: readonly [Device, Device],
  { limit, planner }: { readonly limit: number; readonly planner: Pick<Planner, 'asTold'> },
): boolean {
  const claims = to.claims.get(from.name) ?? { entries: new Map(), heard: 0 };
  to.claims.set(from.name, claims);
  const news = [...from.rows.values()].filter((row) => row.sequence > claims.heard);
  const sent = news.sort((a, b) => a.sequence - b.sequence).slice(0, limit);
  for (const { entry, sequence } of sent) {
    const told = planner.asTold({ ...entry, sequence });
    claims.entries.set(entry.path, told);
    claims.heard = sequence;
  }
  return sent.length > 0;
}

/** The decision at one path as the device's trees stand. */
export function decideAt(device: Device, path: RelPath, planner: Planner): Decision {
  const ours = device.rows.get(path)?.entry;
  const isLiveChild = (row: { entry: Entry }) =>
    parentPath(row.entry.path) === path && !row.entry.deleted && !row.entry.invalid;
  const isOurs = ours?.kind === 'directory' && !ours.deleted && !ours.invalid;
  const holdsLive = isOurs && [...device.rows.values()].some(isLiveChild);
  const announced = announcedAt(device, path);
  const isExcluded = (each: RelPath) => [...device.excluded].some((rule) => isWithin(each, rule));
  const { kind } = device;
  const sides = {
    path,
    ours,
    announced,
    holdsLive,
    get isWanted() {
      return isWantedBelow(device, path, planner);
    },
  };
  return planner.decide(sides, { kind, isExcluded });
}

/** Something below the path has to be brought, and was not taken away here. */
function isWantedBelow(device: Device, path: RelPath, planner: Planner): boolean {
  return knownPaths(device).some((each) => {
    if (each === path || !isWithin(each, path)) return false;
    const ours = device.rows.get(each)?.entry;
    const choice = planner.chooseGlobal(announcedAt(device, each));
    if (choice === undefined || choice.entry.deleted) return false;
    const isKeptAway = ours?.deleted === true && isKept(ours);
    return !isKeptAway || compareVersions(ours.version, choice.entry.version) !== 'newer';
  });
}

function knownPaths(device: Device): readonly RelPath[] {
  const claimed = [...device.claims.values()].flatMap((claims) => [...claims.entries.keys()]);
  return [...new Set([...device.rows.keys(), ...claimed])].sort();
}

/** Paths in the order in which they are planned: our directories last, the deepest of them first. */
export function planOrder(device: Device): readonly RelPath[] {
  const isDirectory = (path: RelPath) => {
    const ours = device.rows.get(path)?.entry;
    return ours?.kind === 'directory' && !ours.deleted;
  };
  const paths = knownPaths(device);
  return [...paths.filter((path) => !isDirectory(path)), ...paths.filter(isDirectory).toReversed()];
}

/** Plans and carries out; true if anything was done. What cannot be done now is left for another round. */
export function work(
  world: World,
  device: Device,
  planner: Planner,
  how: ApplyOptions = {},
): boolean {
  const { shuffle, first = Number.POSITIVE_INFINITY, torn = false } = how;
  stage(world, device, planner);
  const order = [...planOrder(device)];
  if (shuffle !== undefined) {
    const keys = new Map(order.map((path, index) => [path, shuffle(index)]));
    const depth = (path: RelPath) =>
      device.rows.get(path)?.entry.kind === 'directory' ? 1 - path.split('/').length / 100 : 0;
    order.sort((a, b) => depth(a) - depth(b) || (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
  }
  let done = 0;
  for (const path of order) {
    if (done >= first) break;
    const decision = decideAt(device, path, planner);
    if (decision.kind !== 'do') continue;
    const last = torn && done + 1 >= first;
    if (perform(world, device, { planner, operation: decision.operation, torn: last })) done++;
  }
  return done > 0;
}

interface Step {
  readonly planner: Planner;
  readonly operation: Operation;
  readonly torn: boolean;
}

/** Carries out one operation; false if it has to wait. What differs from our row is never replaced. */
function perform(world: World, device: Device, { planner, operation, torn }: Step): boolean {
  const { kind, path, target } = operation;
  if ([...device.unreadable].some((each) => isWithin(path, each))) return false;
  const sides = local(world, device, { path, planner });
  const next = kind === 'revive' ? planner.reviveEntry(target, sides) : target;
  if (!target.invalid) {
    if (!isAsRecorded(device, path)) return false;
    if (!changeDisk(world, device, { planner, operation })) return false;
  }
  device.touched.add(path);
  if (!torn) record(device, next);
  return true;
}

function isAsRecorded(device: Device, path: RelPath): boolean {
  const ours = device.rows.get(path)?.entry;
  const thing = device.disk.get(path);
  const live = ours !== undefined && !ours.deleted && !ours.invalid;
  if (thing === undefined || !live) return (thing !== undefined) === live;
  const seen = { ...ours, ...look(path, thing) };
  return describe(seen) === describe(ours);
}

function changeDisk(world: World, device: Device, step: Omit<Step, 'torn'>): boolean {
  const { kind, path, target, conflictCopy } = step.operation;
  if (kind === 'note' || kind === 'revive') return true;
  const old = device.disk.get(path);
  const parent = parentPath(path);
  const holds = [...device.disk.keys()].some((each) => parentPath(each) === path);
  if (old?.kind === 'directory' && target.kind !== 'directory' && holds) return false;
  if (kind === 'delete') return !holds && device.disk.delete(path);
  if (parent !== undefined && device.disk.get(parent)?.kind !== 'directory') return false;
  const thing =
    kind === 'adopt' && old !== undefined
      ? { ...old, mode: target.mode, mtime: target.mtime }
      : toThing(device, target);
  if (thing === undefined) return false;
  if (conflictCopy !== undefined && old !== undefined) keep(world, device, { ...step, old });
  device.disk.set(path, thing);
  return true;
}

/** Brings near what is wanted, from wherever it stands now, before a delete takes it away; the rest is dropped. */
function stage(world: World, device: Device, planner: Planner): void {
  const before = new Map(device.staged);
  device.staged.clear();
  for (const path of knownPaths(device)) {
    const decision = decideAt(device, path, planner);
    if (decision.kind !== 'do' || decision.operation.kind !== 'fetch') continue;
    const name = contentName(decision.operation.target);
    const content = before.get(name) ?? find(world, device, name);
    if (content !== undefined) device.staged.set(name, content);
  }
}

function find(world: World, device: Device, name: string): string | undefined {
  for (const other of [device, ...world.devices]) {
    for (const [path, thing] of other.disk) {
      if (thing.kind === 'file' && contentName(look(path, thing)) === name) return thing.content;
    }
  }
  return undefined;
}

/** What the entry says, if its content is near. */
function toThing(device: Device, { kind, mode, mtime, ...entry }: Entry): Thing | undefined {
  const staged = device.staged.get(contentName(entry)) ?? '';
  const content = kind === 'file' ? staged : new TextDecoder().decode(entry.target);
  return kind === 'file' && content === '' ? undefined : { kind, content, mode, mtime };
}

function keep(
  world: World,
  device: Device,
  step: Omit<Step, 'torn'> & { readonly old: Thing },
): void {
  const losing = device.rows.get(step.operation.path)?.entry;
  if (losing === undefined) throw new Error(`nothing of ours loses at ${step.operation.path}`);
  if (step.operation.conflictCopy !== step.planner.conflictPath(losing)) {
    throw new Error(`the copy of ${losing.path} has another name than its version gives it`);
  }
  world.onCopy?.(device, losing);
  for (let attempt = 0; ; attempt++) {
    const path = step.planner.conflictPath(losing, attempt);
    const there = device.disk.get(path);
    if (there !== undefined && there.content !== step.old.content) continue;
    if (there === undefined) device.disk.set(path, step.old);
    const paths = world.copies.get(step.old.content) ?? new Set();
    world.copies.set(step.old.content, paths.add(path));
    return;
  }
}

/** Everybody scans, plans, works and talks until nothing moves any more; throws if that never happens. */
export function settle(world: World, planner: Planner): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = world.devices.map((device) => device.sequence).join();
    let moved = false;
    for (const device of world.devices) {
      scan(world, device, planner);
      if (work(world, device, planner)) moved = true;
      for (const other of world.devices) {
        if (
          other !== device &&
          exchange([device, other], { limit: Number.POSITIVE_INFINITY, planner })
        )
          moved = true;
      }
    }
    if (!moved && before === world.devices.map((device) => device.sequence).join()) return;
  }
  throw new Error(`no rest after ${MAX_ROUNDS} rounds`);
}
