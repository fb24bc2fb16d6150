/** Whether a name leads to something that is kept in another spelling. */

import { NameRules } from '../../../lab/sim/name-rules.ts';
import { asKithError } from '../../../src/base/error.ts';
import { close, list, openRoot, status } from '../../../src/engine/file-calls.ts';
import type { DirHandle, FileProgram } from '../../../src/ports/file-system.ts';
import type { Step } from './steps.ts';

/** Of a name in an open directory. */
export function* isOtherSpelling(dir: DirHandle, name: string): FileProgram<boolean> {
  try {
    if ((yield* status(dir, name)) === undefined) return false;
    return !(yield* list(dir)).names.includes(name);
  } catch (error) {
    // A name that cannot be, a directory that is gone: nothing is kept there.
    if (asKithError(error) === undefined) throw error;
    return false;
  }
}

/** Of the last part of a path below `root`. */
export function* isOtherSpellingAt(root: string, path: string): FileProgram<boolean> {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  try {
    const dir = yield* openRoot([root, ...parts].join('/'));
    if (dir === undefined) return false;
    const isOther = yield* isOtherSpelling(dir, name);
    yield* close(dir);
    return isOther;
  } catch (error) {
    if (asKithError(error) === undefined) throw error;
    return false;
  }
}

/**
 * What was removed in which spelling. FUSE knows a name in another spelling for a second more, so that from then on only the
 * spelling that was removed can be asked for.
 */
export class RemovedSpellings {
  readonly #rules = new NameRules({ foldsCase: 'upper' });
  readonly #removed = new Map<string, string>();

  /** False too for a step that has two spellings of one name itself. */
  allows(step: Step): boolean {
    const own = new Map<string, string>();
    return namesOf(step).every((name) => {
      const key = this.#rules.keyOf(name);
      const known = this.#removed.get(key) ?? own.get(key) ?? name;
      own.set(key, name);
      return known === name;
    });
  }

  note(step: Step): void {
    if (!REMOVES.has(step.do)) return;
    for (const name of namesOf(step)) this.#removed.set(this.#rules.keyOf(name), name);
  }
}

const REMOVES: ReadonlySet<Step['do']> = new Set(['removeFile', 'removeDir', 'replace']);

function namesOf(step: Step): readonly string[] {
  if ('at' in step) return [step.at.name];
  if (step.do === 'rename') return [step.from.name, step.to.name];
  if ('path' in step) return step.path.split('/');
  return 'from' in step ? [step.from, step.to].flatMap((path) => path.split('/')) : [];
}
