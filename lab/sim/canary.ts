/** What stands beside a shared directory and is nobody's business: whatever is tried, it must never change. */

import type { FileTree } from './file-tree.ts';
import { SimPerson, type Standing } from './person.ts';

/** Where it stands on every disk. */
export const OUTSIDE = '/canary';

const PLACED = {
  'secret/key': 'the key',
  'secret/deep/file': 'deep',
  a: 'outside a',
  'd/x': 'outside d/x',
} as const;

export class Canary {
  readonly #person: SimPerson;
  readonly #before: ReadonlyMap<string, Standing>;

  /** Puts it there; the names are also usual ones of shared directories, for those who follow a link. */
  constructor(tree: FileTree) {
    tree.make({ dir: tree.root, name: OUTSIDE.slice(1) }, 'directory', { mode: 0o755 });
    this.#person = new SimPerson(tree, OUTSIDE);
    for (const [path, content] of Object.entries(PLACED)) this.#person.write(path, content);
    if (tree.traits.options.symlinks !== false) this.#person.makeLink('link', 'secret');
    this.#person.setMode('secret', 0o700);
    this.#person.sync();
    this.#before = this.#person.tree();
  }

  /** What of it is not as it was, a line each: content, kind, mode or time of a path, or that it is new or gone. */
  changes(): readonly string[] {
    const now = this.#person.tree();
    const paths = new Set([...this.#before.keys(), ...now.keys()]);
    return [...paths].sort().flatMap((path) => {
      const [was, is] = [show(this.#before.get(path)), show(now.get(path))];
      return was === is ? [] : [`${OUTSIDE}/${path}: ${was} became ${is}`];
    });
  }
}

function show(standing: Standing | undefined): string {
  return standing === undefined ? 'nothing' : JSON.stringify(standing);
}
