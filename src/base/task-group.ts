/** Structured concurrency: children end before their parent returns; the first failure cancels the rest. */

/** Runs children under one signal. A child that fails aborts the others; `join` waits for all and throws that failure. */
export class TaskGroup {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  readonly signal: AbortSignal;

  constructor(parent: AbortSignal) {
    this.signal = AbortSignal.any([parent, this.#controller.signal]);
  }

  /** Starts a child. Its rejection after an abort of the group is the abort's own and is not a failure. */
  start(task: (signal: AbortSignal) => Promise<void>): void {
    const run = task(this.signal).then(
      () => undefined,
      (error: unknown) => this.#fail(error),
    );
    const tracked = run.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** Asks every child to end. */
  cancel(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Resolves when every child has ended; throws the first failure. */
  async join(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #fail(error: unknown): void {
    if (this.signal.aborted) return;
    this.#failure = { error };
    this.#controller.abort(error);
  }
}
