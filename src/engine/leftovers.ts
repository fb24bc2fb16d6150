/** Names in the staging area that may be wanted again, and are removed when nothing is lacking any more. */

import { toHex } from '../base/bytes.ts';
import { itemTrouble } from '../base/error.ts';
import type { Entry } from '../model/entry.ts';
import type { FolderContext } from './context.ts';

export class Leftovers {
  readonly #context: FolderContext;
  readonly #names: Set<string>;
  /** Where content stands that was being fetched for a path that does not want it any more. */
  readonly #byContent = new Map<string, string>();

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

  /** As `add`: some of this content has been staged, and may be wanted under another path. */
  addPart(name: string, { contentHash }: Entry): void {
    this.add(name);
    this.#byContent.set(toHex(contentHash), name);
  }

  /** Takes out the name under which some of this content stands, staged for another path; undefined if there is none. */
  takePart({ contentHash }: Entry): string | undefined {
    const content = toHex(contentHash);
    const name = this.#byContent.get(content);
    this.#byContent.delete(content);
    return name !== undefined && this.#names.delete(name) ? name : undefined;
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
      this.#context.unsynced.hadWriteError = true;
      ports.log.write('warn', 'staged-not-durable', { folder, code: known.code });
      await this.dropAll();
    }
  }

  /** Removes all. */
  async dropAll(): Promise<void> {
    const names = [...this.#names];
    this.#names.clear();
    this.#byContent.clear();
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
