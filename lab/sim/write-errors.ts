/** Errors of writing to the platters, counted; a handle that is opened tells of those that nobody was told of yet. */
export class WriteErrors {
  #count = 0;
  #told = 0;

  get count(): number {
    return this.#count;
  }

  /** Up to this one somebody has been told. */
  get told(): number {
    return this.#told;
  }

  happen(): void {
    this.#count += 1;
  }

  tell(): void {
    this.#told = this.#count;
  }
}
