/** Problems that only the listing of a directory can tell: of names that are trouble, and of disks that are mounted or not. */

import type { ErrorCode } from '../base/error.ts';
import type { Problem } from '../model/problem.ts';
import { splitDisk } from './programs/reach.ts';

const TOLD_BY_LISTINGS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NAME_NOT_UNICODE',
  'NAME_TWICE',
  'MOUNT_CHANGED',
]);

/** All of a folder; disk paths throughout. */
export class ListedProblems {
  /** By the directory that was listed. */
  readonly #told = new Map<string, Set<string>>();

  /** The directory whose listing told of a problem at the path; undefined if none did. */
  tellerOf(path: string): string | undefined {
    const { parent } = splitDisk(path);
    return [path, parent].find((dir) => this.#told.get(dir)?.has(path) === true);
  }

  /** The path is not there any more. */
  forget(path: string): void {
    this.#told.delete(path);
    this.#told.get(splitDisk(path).parent)?.delete(path);
  }

  /** A complete listing of the directory told of these problems; the paths that it told of before and does not any more. */
  take(dir: string, problems: readonly Pick<Problem, 'path' | 'code'>[]): readonly string[] {
    const told = new Set(
      problems.filter(({ code }) => TOLD_BY_LISTINGS.has(code)).map(({ path }) => path),
    );
    const before = this.#told.get(dir) ?? new Set();
    if (told.size === 0) this.#told.delete(dir);
    else this.#told.set(dir, told);
    return [...before].filter((path) => !told.has(path));
  }
}
