/** What a guard is: a line of the program that a scenario of the simulator is about, and how it is taken away. */

import type { Edit } from '../../lab/planted/edit.ts';

export interface Guard {
  /** What is wrong without it. */
  readonly name: string;
  /** The scenario that must fail: its file in test/sim, and how its name begins. */
  readonly file: string;
  readonly scenario: string;
  /** Several where one guard stands behind the other. */
  readonly edits: readonly Edit[];
}
