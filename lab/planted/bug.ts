/** What a planted bug is: a fault that programs like this one have had, put into the program as it is loaded, never on the disk. */

import type { DrawOptions } from '../chaos/draw-options.ts';
import type { Edit } from './edit.ts';

export interface Bug {
  /** Small letters with dashes. */
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /**
   * The kind of stories that it is looked for in, where it needs what comes together too rarely in all kinds: which troubles,
   * how few devices and names. Never more than that: what is told of them, and who judges, is as in every story.
   */
  readonly draw?: DrawOptions;
  /** Seconds of one core within which a story must be found that it breaks. */
  readonly budgetS: number;
}
