/** Devices that plan for themselves and pretend to have done it, in an order of chance, until nothing is left to do. */

import { type Entry, hasEqualContent } from '../../src/model/entry.ts';
import { parentPath, type RelPath } from '../../src/model/path.ts';
import type { Operation } from '../../src/model/plan.ts';
import { counterOf } from '../../src/model/version.ts';
import type { conflictPath } from '../../src/planner/conflict.ts';
import type { decide } from '../../src/planner/decide.ts';
import type { LocalSides, recordFound, reviveEntry } from '../../src/planner/local.ts';
import { defaultRules } from '../../src/planner/rules.ts';
import type { Dice } from './dice.ts';
import { DEVICES, isLive, PARENTS, PATHS, type Tree } from './trees.ts';

/** The planner's functions, the real ones or damaged ones. */
export interface PlayedPlanner {
  readonly conflictPath: typeof conflictPath;
  readonly decide: typeof decide;
  readonly recordFound: typeof recordFound;
  readonly reviveEntry: typeof reviveEntry;
}

export interface Player {
  readonly id: bigint;
  readonly rows: Tree;
  /** What its counter was raised to. */
  counterUsed: bigint;
  /** What it has heard of each other one. */
  readonly heard: Map<Player, Tree>;
  /** Places at which it has done something. */
  readonly touched: Set<number>;
}

/** Devices at play. Paths stand behind the common ones as copies are made. */
export interface Play {
  readonly players: readonly Player[];
  readonly paths: RelPath[];
  readonly parents: number[];
  readonly places: Map<RelPath, number>;
  /** Contents kept as copies, by place. */
  readonly copies: Map<number, Set<Entry>>;
  /** Decisions asked for, and those of them that were operations. */
  decided: number;
  planned: number;
}

interface Planned {
  readonly at: number;
  readonly ours: Entry | undefined;
  readonly announced: readonly Entry[];
  readonly operation: Operation;
}

/** Rounds after which devices that are still at work are said never to end. */
const MOST_ROUNDS = 40;
/** From this round on everybody hears everything. */
const ALL_TOLD = 3;
const NOW = { s: 1000, ns: 0 };

/** Ready to begin; the trees are copied. */
export function playOf(trees: readonly Tree[]): Play {
  const players = trees.map((tree, at): Player => {
    return {
      id: DEVICES[at] ?? 0n,
      rows: tree.slice(),
      counterUsed: 0n,
      heard: new Map(),
      touched: new Set(),
    };
  });
  const places = new Map(PATHS.map((path, at) => [path, at]));
  const [paths, parents] = [PATHS.slice(), PARENTS.slice()];
  return { players, paths, parents, places, copies: new Map(), decided: 0, planned: 0 };
}

/** Who plays with which planner, and by which chance. */
export interface Manner {
  readonly planner: PlayedPlanner;
  readonly dice: Dice;
  /** `any`: devices take turns by chance and hear late at first. `own`: only the order of each device's operations is chance. */
  readonly order: 'any' | 'own';
}

/** Plays to the end. Throws if there is none. */
export function playOut(play: Play, manner: Manner): void {
  const { dice, order } = manner;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const isTold = order === 'own' || round >= ALL_TOLD;
    const turns = order === 'own' ? play.players : dice.shuffle([...play.players]);
    let operations = 0;
    let done = 0;
    for (const player of turns) {
      hear(play, player, isTold ? undefined : dice);
      const turn = takeTurn(play, player, manner);
      operations += turn.operations;
      done += turn.done;
    }
    if (operations === 0 && isTold) return;
    if (done === 0 && isTold && !hasNews(play)) {
      throw new Error(`${operations} operations are planned and cannot be done`);
    }
  }
  throw new Error(`no end after ${MOST_ROUNDS} rounds`);
}

/** Plans, and does what can be done; in an order of its own it goes on until nothing more can be. */
function takeTurn(play: Play, player: Player, { planner, dice, order }: Manner) {
  let operations = 0;
  let done = 0;
  for (;;) {
    const plan = planFor(play, player, planner);
    let now = 0;
    for (const planned of dice.shuffle(plan)) {
      if (pretend(play, player, { planner, planned })) now++;
    }
    operations += plan.length;
    done += now;
    if (order === 'any' || now === 0) return { operations, done };
  }
}

/** What every other device has, now and then only. */
function hear(play: Play, player: Player, dice: Dice | undefined): void {
  for (const other of play.players) {
    if (other === player || dice?.isUnder(35) === true) continue;
    player.heard.set(other, other.rows.slice());
  }
}

function hasNews(play: Play): boolean {
  return play.players.some((player) =>
    [...player.heard].some(([other, tree]) => other.rows.some((row, at) => row !== tree[at])),
  );
}

function planFor(play: Play, player: Player, planner: PlayedPlanner): Planned[] {
  const plan: Planned[] = [];
  for (const [at, path] of play.paths.entries()) {
    const ours = player.rows[at];
    const announced = announcedAt(player, at);
    if (ours === undefined && announced.length === 0) continue;
    const holdsLive = isDirectory(ours) && holds(play, player, at);
    const decision = planner.decide({ path, ours, announced, holdsLive }, defaultRules);
    play.decided++;
    if (decision.kind === 'do') plan.push({ at, ours, announced, operation: decision.operation });
  }
  play.planned += plan.length;
  return plan;
}

function announcedAt(player: Player, at: number): Entry[] {
  const found: Entry[] = [];
  for (const tree of player.heard.values()) {
    const entry = tree[at];
    if (entry !== undefined && !found.includes(entry)) found.push(entry);
  }
  return found;
}

function isDirectory(entry: Entry | undefined): boolean {
  return isLive(entry) && entry.kind === 'directory';
}

function holds(play: Play, player: Player, at: number): boolean {
  for (let each = 0; each < play.parents.length; each++) {
    if (play.parents[each] === at && isLive(player.rows[each])) return true;
  }
  return false;
}

/** False if it has to wait: for what is in a directory to go, for a directory to come, or to be planned anew. */
function pretend(
  play: Play,
  player: Player,
  { planner, planned }: { readonly planner: PlayedPlanner; readonly planned: Planned },
): boolean {
  const { at, ours, operation } = planned;
  const { kind, target, conflictCopy } = operation;
  if (player.rows[at] !== ours) return false;
  if (kind !== 'note' && kind !== 'revive') {
    const isLeft = kind === 'delete' || target.kind !== 'directory';
    if (isLeft && isDirectory(ours) && holds(play, player, at)) return false;
    const parent = play.parents[at] ?? -1;
    if (kind !== 'delete' && parent >= 0 && !isDirectory(player.rows[parent])) return false;
  }
  if (conflictCopy !== undefined) keep(play, player, { planner, ours, conflictCopy });
  player.rows[at] = kind === 'revive' ? revived(player, { planner, planned }) : target;
  player.touched.add(at);
  return true;
}

function revived(
  player: Player,
  { planner, planned }: { readonly planner: PlayedPlanner; readonly planned: Planned },
): Entry | undefined {
  const { ours, announced, operation } = planned;
  return raised(player, planner.reviveEntry(operation.target, sidesOf(player, ours, announced)));
}

function sidesOf(
  { id, counterUsed }: Player,
  ours: Entry | undefined,
  announced: readonly Entry[],
): LocalSides {
  return { ours, announced, counter: id, counterUsed, shortId: id, now: NOW };
}

/** A value of a counter is used once. */
function raised(player: Player, entry: Entry | undefined): Entry | undefined {
  const value = entry === undefined ? 0n : counterOf(entry.version, player.id);
  if (value > player.counterUsed) player.counterUsed = value;
  return entry;
}

/** What loses its name to another version gets one of its own. */
function keep(
  play: Play,
  player: Player,
  facts: {
    readonly planner: PlayedPlanner;
    readonly ours: Entry | undefined;
    readonly conflictCopy: RelPath;
  },
): void {
  const { planner, ours, conflictCopy } = facts;
  if (ours === undefined) throw new Error(`nothing of ours loses at ${conflictCopy}`);
  if (planner.conflictPath(ours) !== conflictCopy) throw new Error('the copy has another name');
  for (let attempt = 0; ; attempt++) {
    const path = planner.conflictPath(ours, attempt);
    const at = placeOf(play, path);
    const there = player.rows[at];
    if (isLive(there) && !hasEqualContent(there, ours)) continue;
    if (!isLive(there)) {
      const sides = sidesOf(player, there, announcedAt(player, at));
      player.rows[at] = raised(player, planner.recordFound({ ...ours, path }, sides));
    }
    const kept = play.copies.get(at) ?? new Set();
    play.copies.set(at, kept.add(ours));
    return;
  }
}

function placeOf(play: Play, path: RelPath): number {
  const known = play.places.get(path);
  if (known !== undefined) return known;
  const parent = parentPath(path);
  play.places.set(path, play.paths.length);
  play.paths.push(path);
  play.parents.push(parent === undefined ? -1 : (play.places.get(parent) ?? -1));
  return play.paths.length - 1;
}
