/** Names that are trouble themselves, or by another one beside them: only a listing of their directory tells. */

import type { ErrorCode } from '../base/error.ts';
import type { Problem } from '../model/problem.ts';
import { splitDisk } from './programs/reach.ts';

const OF_NAMES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NAME_NOT_UNICODE', 'NAME_TWICE']);

/** All of a folder; disk paths throughout. */
export class OddNames {
  readonly #byDirectory = new Map<string, ReadonlySet<string>>();

  has(path: string): boolean {
    return this.#byDirectory.get(splitDisk(path).parent)?.has(path) === true;
  }

  /** A complete listing of the directory showed these problems; the names that were trouble and are so no more. */
  listed(dir: string, problems: readonly Pick<Problem, 'path' | 'code'>[]): readonly string[] {
    const odd = new Set(problems.filter(({ code }) => OF_NAMES.has(code)).map(({ path }) => path));
    const before = this.#byDirectory.get(dir) ?? new Set();
    if (odd.size === 0) this.#byDirectory.delete(dir);
    else this.#byDirectory.set(dir, odd);
    return [...before].filter((path) => !odd.has(path));
  }
}
