/** What is to be undone, in the reverse order, when a run ends: by itself, by a failure or by a signal. */

import type { Lifetime } from '../../test/support/daemon.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const open = new Set<Scope>();

/** A lifetime that ends when it is disposed, or with the process. */
export class Scope implements Lifetime, AsyncDisposable {
  readonly #ends: (() => Promise<void>)[] = [];

  constructor() {
    open.add(this);
  }

  after(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** Does all that is left; what fails does not keep the rest from being done, and is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    open.delete(this);
    const failures: unknown[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      await end().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }
}

/** From now on a signal ends all that is open, and then the process. A second one does not wait. */
export function endWithSignals(): void {
  let isEnding = false;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (isEnding) process.exit(code);
      isEnding = true;
      process.exitCode = code;
      void endAll().finally(() => process.exit(code));
    });
  }
}

async function endAll(): Promise<void> {
  for (const scope of [...open].reverse()) {
    await scope[Symbol.asyncDispose]().catch((error: unknown) => console.error(String(error)));
  }
}
