/** Directories that are not watched, and what a person can do about it. */

import { readFileSync } from 'node:fs';

const LIMIT_FILE = '/proc/sys/fs/inotify/max_user_watches';

export class Unwatched {
  /** Path to errno. */
  readonly #why = new Map<string, string>();

  get size(): number {
    return this.#why.size;
  }

  has(path: string): boolean {
    return this.#why.has(path);
  }

  set(path: string, errno: string): void {
    this.#why.set(path, errno);
  }

  delete(path: string): void {
    this.#why.delete(path);
  }

  /** Forgets a directory and all below it, which are gone. */
  drop(path: string): void {
    for (const each of this.#why.keys()) {
      if (each === path || each.startsWith(`${path}/`)) this.#why.delete(each);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#why.clear();
  }

  /** At most `limit` of them. */
  some(limit: number): readonly string[] {
    return [...this.#why.keys().take(limit)];
  }

  /** A sentence for people; undefined if there are none. */
  text(): string | undefined {
    const reasons = new Map<string, number>();
    for (const errno of this.#why.values()) reasons.set(errno, (reasons.get(errno) ?? 0) + 1);
    if (reasons.size === 0) return undefined;
    return [...reasons].map(([errno, count]) => sentence(errno, count)).join('; ');
  }
}

/** Why there can be no watching at all. */
export function whyNoInotify(errno: string | undefined): string {
  if (errno !== 'EMFILE') return `changes are not noticed at once: inotify fails with ${errno}`;
  return 'changes are not noticed at once: too many watchers; raise fs.inotify.max_user_instances';
}

function sentence(errno: string, count: number): string {
  const what = count === 1 ? '1 directory is' : `${count} directories are`;
  if (errno !== 'ENOSPC') return `${what} not watched: ${errno}`;
  const limit = readFileSync(LIMIT_FILE, 'utf8').trim();
  return `${what} not watched: the limit is reached; raise fs.inotify.max_user_watches (now ${limit})`;
}
