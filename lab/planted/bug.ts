/** What a planted bug is: a fault that programs like this one have had, put into the program as it is loaded, never on the disk. */

import type { Edit } from './edit.ts';

export interface Bug {
  /** Small letters with dashes. */
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Seconds of one core within which a story must be found that it breaks. */
  readonly budgetS: number;
}
