/** What was seen that must not be. */

export interface Violation {
  /** I1 to I30: a promise by its number in docs/testing.md. `crash`: the program itself failed; `determinism`: the story did. */
  readonly invariant: string;
  readonly what: string;
}

/** Tells of one. */
export type Blame = (invariant: string, what: string) => void;
