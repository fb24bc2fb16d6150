/** Counts how cases ended, says each failure at once, with the one command that repeats it, and progress now and then. */

const PROGRESS_MS = 20_000;

export class Tally {
  #passed = 0;
  readonly #kinds = new Map<string, number>();
  #failed = 0;
  #missed = 0;
  #saidMs = performance.now();
  readonly #startMs = performance.now();
  readonly #repeats: string[] = [];

  /** `kind`: what sort of case it was. */
  pass(kind: string): void {
    this.#passed += 1;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    this.#progress();
  }

  /** The case did not come to what it was about; neither passed nor failed. */
  miss(): void {
    this.#missed += 1;
    this.#progress();
  }

  fail(repeat: string, faults: readonly string[]): void {
    this.#failed += 1;
    const command = `npm run fire -- ${repeat}`;
    this.#repeats.push(command);
    console.log([`FAILED ${command}`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }

  say(text: string): void {
    console.log(text);
  }

  /** Fails unless at least so many cases of this kind have passed. */
  expect(kind: string, least: number): void {
    const passed = this.#kinds.get(kind) ?? 0;
    if (passed >= least) return;
    this.fail(kind, [`too few cases: ${passed} passed, ${least} should have at least`]);
  }

  /** The last line; the exit code. */
  end(): number {
    for (const repeat of this.#repeats) console.log(`repeat: ${repeat}`);
    if (this.#missed > 0) console.log(`${this.#missed} cases did not come to their call`);
    const seconds = Math.round((performance.now() - this.#startMs) / 1000);
    const kinds = [...this.#kinds].map(([kind, count]) => `${kind} ${count}`);
    console.log(`passed: ${kinds.join(', ')}`);
    console.log(`after ${Math.floor(seconds / 60)} min ${seconds % 60} s:`);
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed > 0 || this.#passed === 0 ? 1 : 0;
  }

  #progress(): void {
    if (performance.now() - this.#saidMs < PROGRESS_MS) return;
    this.#saidMs = performance.now();
    const minutes = ((this.#saidMs - this.#startMs) / 60_000).toFixed(1);
    console.log(`… ${minutes} min: ${this.#passed} passed, ${this.#failed} failed so far`);
  }
}
