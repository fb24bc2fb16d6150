/** Counts how cases ended, says each failure at once, with the one command that repeats it, and progress now and then. */

import { renameSync, writeFileSync } from 'node:fs';

const PROGRESS_MS = 20_000;

/** How things stand; kept as a file, so that it outlives whatever ends the run. */
export interface Standing {
  readonly passed: number;
  readonly failed: number;
  readonly missed: number;
  /** How many have passed of each kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Figures, in words. */
  readonly notes: readonly string[];
  /** Commands that repeat what failed. */
  readonly repeats: readonly string[];
  /** Everything was done that was to be done. */
  readonly isWhole: boolean;
}

export const NOTHING: Standing = {
  passed: 0,
  failed: 0,
  missed: 0,
  kinds: {},
  notes: [],
  repeats: [],
  isWhole: false,
};

export class Tally {
  readonly #file: string;
  #standing = NOTHING;
  readonly #underWay = new Map<string, number>();
  readonly #startMs = performance.now();
  #saidMs = this.#startMs;

  /** `file`: where the standing is kept. */
  constructor(file: string) {
    this.#file = file;
    this.#set({});
  }

  /** A case begins; `repeat` are the words that repeat it, by which it ends as well. */
  begin(repeat: string): void {
    this.#underWay.set(repeat, performance.now());
  }

  /** `kind`: what sort of case it was. */
  pass(kind: string, repeat: string): void {
    this.#underWay.delete(repeat);
    const { passed, kinds } = this.#standing;
    this.#set({ passed: passed + 1, kinds: { ...kinds, [kind]: (kinds[kind] ?? 0) + 1 } });
    this.#progress();
  }

  /** The case did not come to what it was about; neither passed nor failed. */
  miss(repeat: string): void {
    this.#underWay.delete(repeat);
    this.#set({ missed: this.#standing.missed + 1 });
    this.#progress();
  }

  fail(repeat: string, faults: readonly string[]): void {
    this.#underWay.delete(repeat);
    const { failed, repeats } = this.#standing;
    const command = `npm run fire -- ${repeat}`;
    this.#set({ failed: failed + 1, repeats: [...repeats, command] });
    console.log([`FAILED ${command}`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }

  /** Says it, and keeps it as a figure of the run. */
  note(text: string): void {
    console.log(text);
    this.#set({ notes: [...this.#standing.notes, text] });
  }

  say(text: string): void {
    console.log(text);
  }

  /** Fails unless at least so many cases of this kind have passed. */
  expect(kind: string, least: number): void {
    const passed = this.#standing.kinds[kind] ?? 0;
    if (passed >= least) return;
    this.fail(kind, [`too few cases: ${passed} passed, ${Math.ceil(least)} should have at least`]);
  }

  /** `part`: of the run. What is under way has not come to its end in time, and will not be waited for. */
  breakOff(part: string): void {
    if (this.#underWay.size === 0) this.fail(part, ['was not over when the time was']);
    for (const [repeat, beganMs] of [...this.#underWay]) {
      const seconds = Math.round((performance.now() - beganMs) / 1000);
      this.fail(repeat, [`was not over after ${seconds} s, when the time was`]);
    }
    this.finish();
  }

  /** Nothing more comes. */
  finish(): void {
    this.#set({ isWhole: true });
  }

  #set(news: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...news };
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#standing));
    renameSync(`${this.#file}.new`, this.#file);
  }

  #progress(): void {
    if (performance.now() - this.#saidMs < PROGRESS_MS) return;
    this.#saidMs = performance.now();
    const minutes = ((this.#saidMs - this.#startMs) / 60_000).toFixed(1);
    const { passed, failed } = this.#standing;
    console.log(`… ${minutes} min: ${passed} passed, ${failed} failed so far`);
  }
}
