/** Names in the staging area that may be wanted again, and are removed when nothing is lacking any more. */

import { itemTrouble } from '../base/error.ts';
import type { FolderContext } from './context.ts';

export class Leftovers {
  readonly #context: FolderContext;
  readonly #names: Set<string>;

  /** `names`: what an earlier run left. */
  constructor(context: FolderContext, names: Iterable<string>) {
    this.#context = context;
    this.#names = new Set(names);
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  add(name: string): void {
    this.#names.add(name);
  }

  /** It is wanted again; true if it may be there. */
  take(name: string): boolean {
    return this.#names.delete(name);
  }

  /** Syncs them, for later nobody looks out for errors of what is staged by now; removes them if one is told. */
  async makeDurable(): Promise<void> {
    const { witness, root, ports, id: folder } = this.#context;
    if (!witness.isHeld) return;
    try {
      const args = { root, witness: await witness.hold() };
      await ports.disk.run('syncAll', args, { urgency: 2 });
    } catch (error) {
      const known = itemTrouble(error);
      ports.log.write('warn', 'staged-not-durable', { folder, code: known.code });
      await this.dropAll();
    }
  }

  /** Removes all. */
  async dropAll(): Promise<void> {
    const names = [...this.#names];
    this.#names.clear();
    await this.drop(names);
  }

  /** Removes these. What cannot be removed stays until the next start, and is reported. */
  async drop(names: readonly string[]): Promise<void> {
    const { root, ports, id: folder } = this.#context;
    const left = await ports.disk.run('dropStage', { root, names }, { urgency: 2 });
    for (const { name, code } of left) {
      ports.log.write('warn', 'staged-not-removed', { folder, name, code });
    }
  }
}
