/** Structured concurrency: children end before their parent returns; the first failure cancels the rest. */

/**
 * Runs children under one signal. A child that fails aborts the others; `join` waits for all and throws that failure. One whose
 * parent outlives it has to be cancelled at its end: until it is aborted, its parent knows it.
 */
export class TaskGroup {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  readonly signal: AbortSignal;

  constructor(parent: AbortSignal) {
    this.signal = this.#controller.signal;
    this.#parent = parent;
    if (parent.aborted) this.#controller.abort(parent.reason);
    else parent.addEventListener('abort', this.#onParent);
  }

  /** By a listener of our own: a signal made of others is dear to ask and to listen to, and both are done all the time. */
  readonly #onParent = (): void => this.#abort(this.#parent.reason);

  #abort(reason: unknown): void {
    this.#parent.removeEventListener('abort', this.#onParent);
    this.#controller.abort(reason);
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
    this.#abort(reason);
  }

  /** Resolves when every child has ended; throws the first failure. */
  async join(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #fail(error: unknown): void {
    if (this.signal.aborted) return;
    this.#failure = { error };
    this.#abort(error);
  }
}
