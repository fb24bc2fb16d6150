/**
 * Names as a disk takes them. What all devices share is compared in composed form, whatever form a disk keeps; a disk that
 * folds case knows a file by other letters than somebody may say.
 */

import type { SimDevice } from '../sim/device.ts';
import type { Standing } from '../sim/person.ts';
import { resolvePath } from '../sim/resolve-path.ts';

/** All below the root, by the path that devices tell each other. */
export function treeOf({ person }: SimDevice): ReadonlyMap<string, Standing> {
  return new Map([...person.tree()].map(([path, standing]) => [path.normalize('NFC'), standing]));
}

/** What stands at the path, in just these letters. */
export function standingOn(device: SimDevice, path: string): Standing | undefined {
  return spelledOn(device, path) === path ? device.person.standing(path) : undefined;
}

/** What stands at the path, in just these letters, and below it; by the path that devices tell each other. */
export function belowOn(device: SimDevice, path: string): ReadonlyMap<string, Standing> {
  if (spelledOn(device, path) !== path) return new Map();
  const below = [...device.person.below(path)];
  return new Map(below.map(([each, standing]) => [each.normalize('NFC'), standing]));
}

/** Files below the root, with their text. */
export function contentsOf(device: SimDevice): ReadonlyMap<string, string> {
  const files = [...treeOf(device)].filter(([, { kind }]) => kind === 'file');
  return new Map(files.map(([path, { content }]) => [path, content]));
}

/** The path in the letters in which it stands; parts that do not stand stay as they are. */
export function spelledOn({ tree, root }: SimDevice, path: string): string {
  let dir = resolvePath(tree, root);
  return path
    .split('/')
    .map((name) => {
      const found = dir?.kind === 'directory' ? tree.entry({ dir, name }) : undefined;
      dir = found?.inode;
      return found?.name.normalize('NFC') ?? name;
    })
    .join('/');
}

/** The path as somebody would say it who wants these letters for its last part. */
export function saidOn(device: SimDevice, path: string): string {
  const at = path.lastIndexOf('/');
  if (at < 0) return path;
  return `${spelledOn(device, path.slice(0, at))}${path.slice(at)}`;
}
