/** Which commit stands here; seeds begin at a number of its own, so that each looks somewhere else, and always there. */

import { execFileSync } from 'node:child_process';

/** 12 hexadecimal digits; `none` outside of a repository. */
export function commitOf(root: string): string {
  try {
    const text = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim();
  } catch {
    // A copy without history has no commit; it is tested all the same.
    return 'none';
  }
}

/** A number with room for a million seeds up to the next one. */
export function seedOf(commit: string): number {
  const digits = Number.parseInt(commit.slice(0, 6), 16);
  return Number.isNaN(digits) ? 1 : 1 + digits * 1_000_000;
}
