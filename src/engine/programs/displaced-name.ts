/**
 * The name under which an inode waits that an operation has displaced. It tells where the inode stood, so that it finds back
 * even if nothing else is known any more.
 */

import { utf8Length } from '../../base/utf8.ts';
import { splitDisk } from './reach.ts';

/** Some file systems take no longer names. */
const MAX_BYTES = 140;

/** Where a displaced inode stood. */
export interface Origin {
  /** Path on the disk; where the name had no room for it, its last part, or the beginning of that. */
  readonly diskPath: string;
  readonly isWhole: boolean;
}

/** One part of a path; different for different stage names, which are 32 hexadecimal digits. */
export function displacedName(item: {
  readonly stageName: string;
  readonly diskPath: string;
}): string {
  const whole = `${item.stageName}.${escaped(item.diskPath)}`;
  if (utf8Length(whole) <= MAX_BYTES) return whole;
  let name = `${item.stageName}+`;
  for (const character of splitDisk(item.diskPath).name) {
    if (utf8Length(name + escaped(character)) > MAX_BYTES) break;
    name += escaped(character);
  }
  return name;
}

/** True if the name was made for this stage name. */
export function isDisplacedBy(stageName: string, name: string): boolean {
  return name.startsWith(`${stageName}.`) || name.startsWith(`${stageName}+`);
}

/** What the name tells; whatever else somebody put there has its name for a part of a path. */
export function originOf(name: string): Origin {
  const [, mark, text] = /^[0-9a-f]{32}([.+])(.+)$/s.exec(name) ?? [];
  if (text === undefined) return { diskPath: name, isWhole: false };
  const diskPath = text.replaceAll('%2F', '/').replaceAll('%25', '%');
  return { diskPath, isWhole: mark === '.' };
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('/', '%2F');
}
