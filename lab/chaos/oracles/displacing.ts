/**
 * What stands on the disk and is not what the row says must not be replaced, taken away or changed in mode or time once a look
 * has told so (I8); what comes to a name from the staging area has stood under that name before (I7).
 */

import type { RelPath } from '../../../src/model/path.ts';
import type { DirName, FileCall } from '../../../src/ports/file-system.ts';
import type { OurEntry } from '../../../src/ports/folder-store.ts';
import type { SimDevice } from '../../sim/device.ts';
import type { CallHook } from '../../sim/disk.ts';
import type { Inode } from '../../sim/inode.ts';
import { type History, quoted } from '../history.ts';
import { inodeOf, isSeen, pathIn, readsOf, textOf } from '../region.ts';
import type { Blame } from '../violation.ts';

/** The program that changes what people see. */
const JOB = 'apply';

/** Who is told. */
interface Told {
  readonly history: History;
  readonly blame: Blame;
}

/** What a look at a name told, undefined if nothing was there, and where that was: a person may move the directory away after it. */
interface Looked {
  readonly path: string;
  readonly facts: Facts | undefined;
}
type Facts = Pick<Inode, 'kind' | 'ino' | 'size' | 'mtime'>;

/** Looks on at one device's disk. */
export function displacingHook(device: SimDevice, { history, blame }: Told): CallHook {
  const looks = new Map<string, Looked>();
  /** What came from the staging area and has no name yet that people see. */
  const fresh = new WeakSet<Inode>();
  return (call, { job, index }) => {
    if (job !== JOB) return;
    if (index === 1) looks.clear();
    if (call.call === 'status') return void looked(device, looks, call);
    if (call.call === 'rename') {
      noteFresh(device, fresh, call);
      return void checkRename({ device, blame, looks, history, fresh }, call);
    }
    if (call.call === 'removeDir')
      return void checkPlace({ device, blame, looks }, call, 'removed');
    if (call.call === 'setTime' || call.call === 'setMode') {
      checkTouch({ device, blame, looks }, call.handle);
    }
  };
}

interface Watch {
  readonly device: SimDevice;
  readonly blame: Blame;
  readonly looks: ReadonlyMap<string, Looked>;
}

/** One for all spellings of a name that the disk takes for one. */
function keyOf({ tree }: SimDevice, dir: Inode, name: string): string {
  return `${dir.uid}/${tree.traits.names.keyOf(name)}`;
}

function looked(device: SimDevice, looks: Map<string, Looked>, { dir, name }: DirName): void {
  const inode = inodeOf(device, dir);
  if (inode === undefined || !isSeen(device, inode, name)) return;
  const found = device.tree.entry({ dir: inode, name })?.inode;
  const { kind, ino, size, mtime } = found ?? {};
  const facts =
    kind === undefined || ino === undefined || mtime === undefined
      ? undefined
      : { kind, ino, size: size ?? 0, mtime };
  looks.set(keyOf(device, inode, name), { path: pathIn(device, inode, name), facts });
}

type Rename = FileCall & { call: 'rename' };

function noteFresh(device: SimDevice, fresh: WeakSet<Inode>, { from }: Rename): void {
  const dir = inodeOf(device, from.dir);
  const inode = dir && device.tree.entry({ dir, name: from.name })?.inode;
  if (dir?.name === 'stage' && !isSeen(device, dir, from.name) && inode?.kind === 'file') {
    fresh.add(inode);
  }
}

function checkRename(
  watch: Watch & Told & { readonly fresh: WeakSet<Inode> },
  { from, to, how }: Rename,
): void {
  const { device, blame, history, fresh } = watch;
  const [source, target] = [inodeOf(device, from.dir), inodeOf(device, to.dir)];
  if (source === undefined || target === undefined) return;
  const leaves = isSeen(device, source, from.name);
  const arrives = isSeen(device, target, to.name);
  if (leaves && !arrives) checkPlace(watch, from, 'taken away');
  if (!arrives || leaves) return;
  if (how === 'exchange') checkPlace(watch, to, 'replaced');
  const moved = device.tree.entry({ dir: source, name: from.name })?.inode;
  if (moved === undefined || !fresh.delete(moved)) return;
  const value = textOf(moved);
  if (history.hasStood(to.name.normalize('NFC'), value)) return;
  blame('I7', `${device.name}: ${to.name} gets ${quoted(value)}, which nobody put there`);
}

function checkPlace(watch: Watch, { dir: handle, name }: DirName, what: string): void {
  const { device, looks } = watch;
  const dir = inodeOf(device, handle);
  if (dir === undefined || !isSeen(device, dir, name)) return;
  const look = looks.get(keyOf(device, dir, name));
  const path = pathIn(device, dir, name);
  if (look === undefined) watch.blame('I8', `${device.name}: ${path} is ${what} without a look`);
  else checkLook(watch, { path, look, what });
}

function checkTouch(watch: Watch, handle: number): void {
  const { device, looks } = watch;
  const inode = inodeOf(device, handle);
  const dir = inode?.parent;
  if (inode?.kind !== 'file' || dir === undefined || inode.links === 0) return;
  if (!isSeen(device, dir, inode.name)) return;
  const look = looks.get(keyOf(device, dir, inode.name));
  if (look !== undefined) {
    checkLook(watch, { path: pathIn(device, dir, inode.name), look, what: 'changed' });
  }
}

function checkLook(
  { device, blame }: Watch,
  { path, look, what }: { readonly path: string; readonly look: Looked; readonly what: string },
): void {
  const row = readsOf(device)?.ours(look.path.normalize('NFC') as RelPath);
  if (look.facts === undefined || isAsRow(look.facts, row)) return;
  blame(
    'I8',
    `${device.name}: ${path} is ${what}, though a look told that it is not what was there`,
  );
}

function isAsRow(look: Facts, row: OurEntry | undefined): boolean {
  if (row?.seen === undefined || row.deleted || row.invalid || row.kind !== look.kind) return false;
  if (look.kind !== 'file') return true;
  const { inode, size, mtime } = row.seen;
  if (inode !== look.ino || size !== look.size) return false;
  return mtime.s === look.mtime.s && mtime.ns === look.mtime.ns;
}
