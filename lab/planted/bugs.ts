/** All planted bugs, and the one that the environment names. */

import { applyingBugs } from './applying-bugs.ts';
import type { Bug } from './bug.ts';
import { durabilityBugs } from './durability-bugs.ts';
import { lookingBugs } from './looking-bugs.ts';
import { versionBugs } from './version-bugs.ts';

/** Names a bug to processes that load `hook.ts`. */
export const VARIABLE = 'KITH_PLANT';

export const bugs: readonly Bug[] = [
  ...durabilityBugs,
  ...applyingBugs,
  ...versionBugs,
  ...lookingBugs,
];

/** The bug of this name. Throws in words if there is none. */
export function bugNamed(name: string): Bug {
  const found = bugs.find((bug) => bug.name === name);
  if (found === undefined) throw new Error(`no planted bug is called ${name}`);
  return found;
}
