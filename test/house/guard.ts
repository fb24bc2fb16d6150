/** What a guard is: a line of the program that a scenario of the simulator is about, and how it is taken away. */

/** One change of a source file. */
export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface Guard {
  /** What is wrong without it. */
  readonly name: string;
  /** The scenario that must fail: its file in test/sim, and how its name begins. */
  readonly file: string;
  readonly scenario: string;
  /** Several where one guard stands behind the other. */
  readonly edits: readonly Edit[];
}

/** The text with the change; throws if it does not fit exactly once. */
export function damaged(source: string, { file, from, to }: Edit): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`${file}: fits ${parts.length - 1} times, it must be once: ${from}`);
  }
  return parts.join(to);
}
