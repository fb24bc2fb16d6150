/** What people took away on which device, and whose folder they emptied. */

/** Stands everywhere and is never touched but when a folder is emptied: one that lost everything else asks nobody. */
export const KEEP = 'keep';

export class Removals {
  readonly #counts = new Map<string, Map<string, number>>();
  /** Devices whose folder was emptied, until something is put there or the person has been asked. */
  readonly #emptied = new Set<string>();
  #everEmptied = false;

  /** Somebody's folder was emptied at some time. */
  get everEmptied(): boolean {
    return this.#everEmptied;
  }

  /** On this device nothing stands at the path any more. */
  note(device: string, path: string): void {
    const counts = this.#counts.get(device) ?? new Map<string, number>();
    this.#counts.set(device, counts);
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }

  countOf(device: string, path: string): number {
    return this.#counts.get(device)?.get(path) ?? 0;
  }

  /** All that stood there was taken away at once. */
  noteEmptied(device: string): void {
    this.#everEmptied = true;
    this.#emptied.add(device);
  }

  /** Something was put there, or the person said that it was meant. */
  release(device: string): void {
    this.#emptied.delete(device);
  }

  /**
   * Nobody may tell that the path is gone before the person has said that it was meant. Of what stands everywhere and is
   * never touched: other paths may have gone one by one before.
   */
  awaitsAnswer(device: string, path: string): boolean {
    return path === KEEP && this.#emptied.has(device);
  }
}
