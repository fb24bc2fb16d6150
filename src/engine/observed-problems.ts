/** What is wrong with paths on the disk, and who can tell that it is over: a look at the path, or only a listing. */

import type { ErrorCode } from '../base/error.ts';
import type { FolderContext } from './context.ts';
import type { Findings } from './findings.ts';
import { ListedProblems } from './listed-problems.ts';
import { ProblemBook } from './problem-book.ts';

/** Disk paths throughout. */
export class ObservedProblems {
  readonly book = new ProblemBook();
  readonly #context: Pick<FolderContext, 'id' | 'ports' | 'unsynced'>;
  readonly #listed = new ListedProblems();

  constructor(context: Pick<FolderContext, 'id' | 'ports' | 'unsynced'>) {
    this.#context = context;
  }

  /** The directory whose listing alone can tell what is wrong at the path; undefined if a look at it can. */
  tellerOf(path: string): string | undefined {
    return this.#listed.tellerOf(path);
  }

  report(path: string, code: ErrorCode): void {
    const { log, clock } = this.#context.ports;
    if (!this.book.has(path)) {
      log.write('warn', 'path-held', { folder: this.#context.id, path, code });
    }
    this.book.set(path, code, clock.mono());
  }

  /** Another disk is mounted at the directory than before: until it is listed again nobody says otherwise. */
  holdMount(path: string): void {
    const problem = { path, code: 'MOUNT_CHANGED' } as const;
    this.takeListing(path, [problem]);
    this.report(path, problem.code);
  }

  /** A directory was listed whole. */
  takeListing(dir: string, problems: Findings['listings'][number]['problems']): void {
    const over = this.#listed.take(dir, problems);
    // That it can be listed is no good sign where no directory should be.
    const { damaged } = this.#context.unsynced;
    this.clear([dir, ...over].filter((path) => !damaged.has(path)));
  }

  /** A look found them well: but of what only a listing can tell it knows nothing. */
  clear(paths: readonly string[]): void {
    for (const path of paths) if (this.tellerOf(path) === undefined) this.book.clear(path);
  }

  /** The path is not there any more. */
  forget(path: string): void {
    this.#listed.forget(path);
    this.book.clear(path);
  }
}
