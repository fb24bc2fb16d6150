/** At rest all devices hold the same (I2), as far as their disks can keep it. */

import type { SimDevice } from '../../sim/device.ts';
import type { Standing } from '../../sim/person.ts';
import { quoted } from '../history.ts';
import { treeOf } from '../spelling.ts';

/** Paths at which two devices differ, in words. Times, modes and what links lead to count. */
export function differences(
  devices: readonly SimDevice[],
  isExcused: (path: string) => boolean,
): readonly string[] {
  const trees = devices.map((each) => [each.name, treeOf(each)] as const);
  const [first, ...others] = trees;
  if (first === undefined) return [];
  const found: string[] = [];
  for (const [name, tree] of others) {
    for (const path of new Set([...first[1].keys(), ...tree.keys()])) {
      const [one, other] = [first[1].get(path), tree.get(path)];
      if (isAlike(one, other) || isExcused(path)) continue;
      found.push(`${path}: ${first[0]} has ${lineOf(one)}, ${name} has ${lineOf(other)}`);
    }
  }
  return found;
}

/** Coarse disks keep times to two seconds, and devices between them pass on what they have. */
const TIME_STEP_S = 2;

function isAlike(one: Standing | undefined, other: Standing | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.kind !== other.kind || one.content !== other.content) return false;
  if (one.kind !== 'file') return true;
  const isRunnable = (mode: number): boolean => (mode & 0o100) !== 0;
  if (isRunnable(one.mode) !== isRunnable(other.mode)) return false;
  return Math.abs(one.mtime.s - other.mtime.s) < TIME_STEP_S;
}

function lineOf(standing: Standing | undefined): string {
  if (standing === undefined) return 'nothing';
  const { kind, content, mode, mtime } = standing;
  return `a ${kind} (${quoted(content)}, mode ${mode.toString(8)}, time ${mtime.s})`;
}
