/**
 * What only the disk can tell of a configuration: that no folder stands inside another, and that none holds the home with
 * its keys or stands in it. Links are followed as far as the disk can be read.
 */

import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../api/config.ts';
import { type Mistake, mistake } from '../api/mistakes.ts';

/** What is wrong with the paths of the folders, each named at its path in the configuration. */
export async function pathMistakes(config: Config, home: string): Promise<readonly Mistake[]> {
  const homes = await namesOf(home);
  const mistakes: Mistake[] = [];
  const earlier: { readonly id: string; readonly names: readonly string[] }[] = [];
  for (const [at, { id, path: folder }] of config.folders.entries()) {
    const names = await namesOf(folder);
    const where = ['folders', at, 'path'];
    if (overlap(names, homes)) mistakes.push(mistake(where, HOLDS_HOME));
    const other = earlier.find((known) => overlap(known.names, names));
    if (other !== undefined) {
      const text = `lies inside folder ${JSON.stringify(other.id)}, or holds it; choose paths apart from each other`;
      mistakes.push(mistake(where, text));
    }
    earlier.push({ id, names });
  }
  return mistakes;
}

const HOLDS_HOME =
  'holds the home of Kith with its keys, or lies inside it; those are never shared: choose another path';

/** The path as written, and as the disk resolves it. */
async function namesOf(name: string): Promise<readonly string[]> {
  const written = path.resolve(name);
  const real = await realName(written);
  return real === written ? [written] : [written, real];
}

/** Resolves what can be resolved: above a part that is not there, or not readable, the rest is kept as it is written. */
async function realName(name: string): Promise<string> {
  const parent = path.dirname(name);
  try {
    return await realpath(name);
  } catch (error) {
    if (parent === name) throw error;
    return path.join(await realName(parent), path.basename(name));
  }
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => holds(one, other) || holds(other, one)));
}

function holds(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}
