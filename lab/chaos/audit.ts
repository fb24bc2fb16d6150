/**
 * Looks on before every call that Kith makes on a disk, and says what must not be: a change outside of the folder (I18), bytes
 * written under a name that people see (I6), content under such a name that nobody wrote (I5, I7), the end of the last copy of
 * what somebody wrote (I1).
 */

import type { DirHandle, FileCall } from '../../src/ports/file-system.ts';
import type { SimDevice } from '../sim/device.ts';
import type { CallHook } from '../sim/disk.ts';
import type { Inode } from '../sim/inode.ts';
import { type History, quoted } from './history.ts';
import { displacingHook } from './oracles/displacing.ts';
import { RowWatch } from './oracles/rows.ts';
import { inodeOf, isSeen, regionOf, textOf } from './region.ts';
import { ValuePlaces } from './value-places.ts';
import type { Blame, Violation } from './violation.ts';

export class Audit {
  readonly violations: Violation[] = [];
  readonly #devices: readonly SimDevice[];
  readonly #history: History;
  readonly #rows: RowWatch;
  readonly #places: ValuePlaces;

  /** Watches these devices from now on. */
  constructor(devices: readonly SimDevice[], history: History) {
    this.#devices = devices;
    this.#history = history;
    this.#places = new ValuePlaces(devices.map(({ tree }) => tree));
    this.#rows = new RowWatch(history.removals, this.blame);
    for (const device of devices) {
      device.hooks.add(this.#hookOf(device));
      device.hooks.add(displacingHook(device, { history, blame: this.blame }));
    }
  }

  readonly blame: Blame = (invariant, what) => void this.violations.push({ invariant, what });

  /** What can be said at any moment: after each decision. */
  check(): void {
    this.checkNothingLost();
    for (const device of this.#devices) this.#rows.look(device);
  }

  /** Every value that nobody replaced is on some disk, as files that people see or in Kith's keeping. */
  checkNothingLost(): void {
    for (const value of this.#history.frontier()) {
      if (this.#places.isAnywhere(value)) continue;
      const where = this.#history.birthplace(value);
      this.blame('I1', `${quoted(value)} of ${where} is on no disk any more`);
    }
  }

  #hookOf(device: SimDevice): CallHook {
    return (call) => {
      switch (call.call) {
        case 'makeDir':
        case 'makeLink':
          return this.#mayChange(device, call);
        case 'openFile':
          return call.for === 'create' ? this.#mayChange(device, call) : undefined;
        case 'write':
        case 'truncate':
          return this.#mayWrite(device, call);
        case 'rename':
          return this.#mayRename(device, call);
        case 'removeFile':
          return this.#mayRemove(device, call);
        case 'removeDir':
          return this.#mayChange(device, call);
        default:
          return undefined;
      }
    };
  }

  #mayChange(device: SimDevice, at: { dir: DirHandle; name: string; call: string }): void {
    const dir = inodeOf(device, at.dir);
    if (dir !== undefined && regionOf(device, dir) === 'outside')
      this.blame('I18', `${device.name}: ${at.call} ${at.name} outside of the folder`);
  }

  #mayWrite(device: SimDevice, call: FileCall & { call: 'write' | 'truncate' }): void {
    const inode = inodeOf(device, call.file);
    const dir = inode?.parent;
    if (inode === undefined || dir === undefined || inode.links === 0) return;
    if (isSeen(device, dir, inode.name))
      this.blame('I6', `${device.name}: ${call.call} in ${inode.name}, which people see`);
  }

  #mayRename(device: SimDevice, { from, to, how }: FileCall & { call: 'rename' }): void {
    const [source, target] = [inodeOf(device, from.dir), inodeOf(device, to.dir)];
    if (source === undefined || target === undefined) return;
    for (const [dir, name] of [[source, from.name] as const, [target, to.name] as const]) {
      if (regionOf(device, dir) === 'outside')
        this.blame('I18', `${device.name}: rename of ${name} outside of the folder`);
    }
    const moved = device.tree.entry({ dir: source, name: from.name })?.inode;
    if (!isSeen(device, source, from.name) && isSeen(device, target, to.name)) {
      this.#mayAppear(device, moved, to.name);
    }
    if (how === 'exchange' && isSeen(device, source, from.name)) {
      if (isSeen(device, target, to.name)) return;
      this.#mayAppear(device, device.tree.entry({ dir: target, name: to.name })?.inode, from.name);
    }
  }

  #mayAppear(device: SimDevice, inode: Inode | undefined, name: string): void {
    // The folder is not empty any more: nobody has to be asked.
    this.#history.removals.release(device.name);
    if (inode?.kind !== 'file') return;
    const value = textOf(inode);
    if (!this.#history.isWritten(value) && !this.#history.isDamageOf(device.name, value))
      this.blame('I5', `${device.name}: ${name} becomes ${quoted(value)}, which nobody wrote`);
  }

  #mayRemove(device: SimDevice, call: FileCall & { call: 'removeFile' }): void {
    this.#mayChange(device, call);
    const dir = inodeOf(device, call.dir);
    const inode = dir && device.tree.entry({ dir, name: call.name })?.inode;
    if (inode?.kind !== 'file' || inode.links > 1) return;
    const value = textOf(inode);
    if (!this.#history.isLatest(value) || this.#places.isAnywhere(value, inode)) return;
    this.blame('I1', `${device.name}: the last copy of ${quoted(value)} is removed`);
  }
}
