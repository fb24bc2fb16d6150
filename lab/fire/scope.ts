/** What is to be undone, in the reverse order, when a run ends. */

import type { Lifetime } from '../../test/support/daemon.ts';

/** A lifetime that ends when it is disposed. */
export class Scope implements Lifetime, AsyncDisposable {
  readonly #ends: (() => Promise<void>)[] = [];

  after(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** Does all that is left; what fails does not keep the rest from being done, and is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      await end().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }
}
