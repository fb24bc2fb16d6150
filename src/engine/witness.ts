/** Sees write errors of a folder's file system for as long as anything is staged: none is missed, whoever else syncs. */

import type { Disk, Witness } from '../ports/disk.ts';
import type { DirHandle } from '../ports/file-system.ts';
import type { EnginePrograms } from './programs.ts';

export class StageWitness {
  readonly #disk: Disk<EnginePrograms>;
  readonly #path: string;
  #held: Promise<Witness> | undefined;

  /** `path`: absolute, of the folder's root. */
  constructor(disk: Disk<EnginePrograms>, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** To be awaited before anything is staged; the same until it is released. */
  async hold(): Promise<DirHandle> {
    this.#held ??= this.#disk.witness(this.#path);
    try {
      return (await this.#held).handle;
    } catch (error) {
      this.#held = undefined;
      throw error;
    }
  }

  /** Nothing is staged any more, or what is staged has been synced. The file system can be unmounted again. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await (await held)?.close();
  }
}
