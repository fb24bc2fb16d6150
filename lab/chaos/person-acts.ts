/** People and their programs at work on one disk: each act is told to the history and durable when it is over. */

import { asKithError } from '../../src/base/error.ts';
import type { SimDevice } from '../sim/device.ts';
import { familyOf } from '../sim/oracle.ts';
import type { Standing } from '../sim/person.ts';
import { resolvePath } from '../sim/resolve-path.ts';
import type { History } from './history.ts';
import { KEEP } from './oracles/removals.ts';
import type { Flock, UserAct } from './script.ts';
import { belowOn, contentsOf, saidOn, spelledOn, standingOn, treeOf } from './spelling.ts';

/** Bytes of a value unless a decision says more: all are equally long, as edits in place often are. */
const VALUE_BYTES = 16;
/** Nobody starts to write on a disk that is as good as full. */
const SPARE_BYTES = 65_536;

/** One person with one act. */
interface Doing {
  readonly device: SimDevice;
  readonly history: History;
  /** Of the decision: values bear it. */
  readonly id: number;
  /** Which of the files, of a program that goes through many. */
  readonly nth?: number;
}

/** Text that nobody else writes, of this many bytes, at least nine, and thirteen of one of many. */
function textOf({ id, nth }: Doing, bytes = VALUE_BYTES): string {
  const part = nth === undefined ? '' : `.${nth}`;
  const name = `v${String(id).padStart(7, '0')}${part} `;
  if (bytes <= 64) return name.padEnd(Math.max(name.length, bytes), '.');
  const line = `${name}${'.'.repeat(54)}\n`;
  return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
}

/**
 * Does it; how many operations that was, 0 if it cannot be done as things are. Each file that a program goes through is one.
 * Errors that a person would meet count as what cannot be done.
 */
export function actAsPerson(act: UserAct, doing: Doing): number {
  if (act.do !== 'each') return attempt(act, doing) ? 1 : 0;
  let done = 0;
  for (let nth = 0; nth < act.count; nth++) {
    if (attempt(oneOf(act, nth), { ...doing, nth })) done += 1;
  }
  return done;
}

/** What the program does with one of its files. */
function oneOf({ do: _, count: __, act, ...facts }: UserAct & Flock, nth: number): OneAct {
  const path = `${facts.path}/${nth}`;
  if (!('to' in facts)) return { ...facts, do: act, path } as OneAct;
  return { do: 'rename', on: facts.on, path, to: `${facts.to}/${nth}` };
}

/** What is not done to many files. */
type OneAct = Exclude<UserAct, { readonly do: 'each' }>;

function attempt(act: OneAct, doing: Doing): boolean {
  try {
    return perform(act, doing);
  } catch (error) {
    const known = asKithError(error);
    if (known?.code.startsWith('FILE_') !== true) throw error;
    return false;
  }
}

function perform(act: OneAct, doing: Doing): boolean {
  const { device, history } = doing;
  if (act.do === 'empty') return empty(doing);
  const spelled = { ...act, path: spelledOn(device, act.path) };
  for (const path of 'to' in spelled ? [spelled.path, spelled.to] : [spelled.path]) {
    history.touches(device.name, path);
  }
  const isDone = performAt(spelled, doing, standingOn(device, spelled.path));
  if (isDone) history.removals.release(device.name);
  return isDone;
}

type ActAt = Exclude<OneAct, { readonly do: 'empty' }>;

function performAt(act: ActAt, doing: Doing, standing: Standing | undefined): boolean {
  switch (act.do) {
    case 'write':
    case 'save':
      return write(doing, { ...act, do: act.do }, standing);
    case 'append':
      return append(doing, act.path, standing);
    case 'same-tick':
      return overwrite(doing, act.path, standing);
    case 'delete':
      return standing !== undefined && remove(doing, act.path);
    case 'rename':
      return standing !== undefined && rename(doing, act.path, act.to);
    case 'swap':
      return swap(doing, act.path, act.to);
    case 'make-dir':
    case 'link':
      return standing === undefined && make(doing, act);
    case 'touch':
      return isTweakable(standing) && tweak(doing, act.path);
    case 'mode':
      return isTweakable(standing) && tweak(doing, act.path, act.mode);
    case 'write-copy':
    case 'delete-copy':
      return tend(doing, act);
  }
}

interface Writing {
  readonly do: 'write' | 'save';
  readonly path: string;
  readonly bytes?: number;
  readonly careless?: true;
}

function write(
  doing: Doing,
  { path, bytes, do: how, careless }: Writing,
  standing: Standing | undefined,
): boolean {
  const { device, history } = doing;
  const value = textOf(doing, bytes);
  if (standing !== undefined && standing.kind !== 'file') return false;
  if (device.tree.traits.roomBytes < value.length + SPARE_BYTES) return false;
  device.person[how](path, value);
  history.wrote(path, value, standing?.content);
  if (careless === true) history.careless.add(value);
  else save(device, path);
  return true;
}

function append(doing: Doing, path: string, standing: Standing | undefined): boolean {
  const { device, history } = doing;
  if (standing?.kind !== 'file' || device.tree.traits.roomBytes < SPARE_BYTES) return false;
  const more = textOf(doing);
  const held = device.person.hold(path);
  held.append(more);
  history.wrote(path, standing.content + more, standing.content);
  held.close();
  save(device, path);
  return true;
}

/** As many bytes as before, in place: where times are coarse only the content shows it. */
function overwrite(doing: Doing, path: string, standing: Standing | undefined): boolean {
  const { device, history } = doing;
  if (standing?.kind !== 'file' || standing.content.length < VALUE_BYTES) return false;
  const value = textOf(doing, standing.content.length);
  const held = device.person.hold(path);
  held.overwrite(value, 0);
  history.wrote(path, value, standing.content);
  held.close();
  save(device, path);
  return true;
}

function remove({ device, history }: Doing, path: string): boolean {
  const files = [...filesAt(device, path)];
  noteRemoved(device, history, path);
  device.person.delete(path);
  for (const [each, content] of files) history.wrote(each, undefined, content);
  save(device, parentOf(path));
  return true;
}

/** Everything in the folder, at once. Not where nothing is that could be missed. */
function empty({ device, history }: Doing): boolean {
  const tree = [...treeOf(device)];
  if (tree.length === 0) return false;
  for (const [path] of tree) if (!path.includes('/')) device.person.delete(path);
  for (const [path, { kind, content }] of tree) {
    history.removals.note(device.name, path);
    if (kind === 'file') history.wrote(path, undefined, content);
  }
  // What was gone before may have been told before.
  if (tree.some(([path]) => path === KEEP)) history.removals.noteEmptied(device.name);
  save(device, '');
  return true;
}

function rename({ device, history }: Doing, path: string, target: string): boolean {
  const to = targetOn(device, path, target);
  if (path === to || to.startsWith(`${path}/`)) return false;
  const [from, over] = [standingOn(device, path), standingOn(device, to)];
  if (over !== undefined && (over.kind !== 'file' || from?.kind !== 'file')) return false;
  const files = [...filesAt(device, path)];
  noteRemoved(device, history, path);
  device.person.rename(path, to);
  history.disturbed(path);
  history.disturbed(to);
  for (const [each, value] of files) {
    history.moved(each, to + each.slice(path.length), { value, over: over?.content });
  }
  save(device, parentOf(to));
  save(device, parentOf(path));
  return true;
}

/** What stands at the target, if something else does; or the same in other letters. */
function targetOn(device: SimDevice, path: string, target: string): string {
  const standing = spelledOn(device, target);
  return standing === path ? saidOn(device, target) : standing;
}

/** Two files change places by way of a third name. */
function swap({ device, history }: Doing, path: string, target: string): boolean {
  const { person } = device;
  const to = spelledOn(device, target);
  const [one, other] = [standingOn(device, path), standingOn(device, to)];
  if (path === to || one?.kind !== 'file' || other?.kind !== 'file') return false;
  const between = `${path}.between`;
  person.rename(path, between);
  person.rename(to, path);
  person.rename(between, to);
  history.moved(path, to, { value: one.content, over: undefined });
  history.moved(to, path, { value: other.content, over: undefined });
  save(device, parentOf(to));
  save(device, parentOf(path));
  return true;
}

function make({ device, history }: Doing, act: { do: string; path: string }): boolean {
  if (act.do === 'link') device.person.makeLink(act.path, 'elsewhere');
  else device.person.makeDir(act.path);
  history.disturbed(act.path);
  save(device, parentOf(act.path));
  return true;
}

function isTweakable(standing: Standing | undefined): boolean {
  return standing?.kind === 'file';
}

/** Sets the mode, or without one the time. */
function tweak({ device, history, id }: Doing, path: string, mode?: number): boolean {
  if (mode === undefined) device.person.setTime(path, { s: 1_600_000_000 + id, ns: 123_456_789 });
  else device.person.setMode(path, mode);
  history.disturbed(path);
  save(device, path);
  return true;
}

function tend(doing: Doing, act: { do: 'write-copy' | 'delete-copy'; path: string }): boolean {
  const { device } = doing;
  const copies = [...contentsOf(device).keys()].filter(
    (each) => each !== act.path && familyOf(each) === act.path,
  );
  const [copy] = copies;
  if (copy === undefined) return false;
  if (act.do === 'delete-copy') return remove(doing, copy);
  return write(doing, { path: copy, do: 'save' }, standingOn(device, copy));
}

/** All at the path and below it is about to leave its place. */
function noteRemoved(device: SimDevice, history: History, path: string): void {
  for (const each of belowOn(device, path).keys()) history.removals.note(device.name, each);
}

/** Files at the path or below it, with their content. */
function* filesAt(device: SimDevice, path: string): Generator<readonly [string, string]> {
  for (const [each, { kind, content }] of belowOn(device, path)) {
    if (kind === 'file') yield [each, content];
  }
}

/** What programs do that care: the file is synced, and the directories that lead to it. */
function save(device: SimDevice, path: string): void {
  const { tree, root } = device;
  for (let at = path; ; at = parentOf(at)) {
    const inode = resolvePath(tree, at === '' ? root : `${root}/${at}`);
    if (inode !== undefined) tree.journal.sync(inode);
    if (at === '') return;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
