/** The guards of what was found wrong when the catalogue of failures was gone through. */

import type { Guard } from './guard.ts';

export const catalogueGuards: readonly Guard[] = [
  {
    name: 'a mode that the disk did not take is nowhere told',
    file: 'odd-files',
    scenario: 'content arrives though the disk refuses its mode .FILE_UNSUPPORTED',
    edits: [
      {
        file: 'src/engine/totals.ts',
        from: 'if (ours !== undefined && hasOtherMode(ours)) this.#sums.otherModes += sign;',
        to: '',
      },
    ],
  },
  {
    name: 'what was staged for one path does not serve another',
    file: 'moves',
    scenario: 'a directory that is renamed while it is being fetched',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: 'this.#leftovers.takePart(target)',
        to: 'undefined',
      },
    ],
  },
  {
    name: 'blocks are given by their place alone',
    file: 'strange-entries',
    scenario: 'blocks of names, places and contents',
    edits: [
      {
        file: 'src/engine/server.ts',
        from: 'if (!isAnnounced(ours, request)) return undefined;',
        to: '',
      },
    ],
  },
  {
    name: 'a disk that refuses a mode refuses the file',
    file: 'odd-files',
    scenario: 'content arrives though the disk refuses its mode .FILE_DENIED',
    edits: [
      {
        file: 'src/engine/programs/stage.ts',
        from: 'yield* asFarAsTaken(setMode(file, finish.mode ?? PLAIN_FILE_MODE));',
        to: 'yield* setMode(file, finish.mode ?? PLAIN_FILE_MODE);',
      },
    ],
  },
  {
    name: 'a file has the mode that shuts its owner out before it is durable',
    file: 'odd-files',
    scenario: 'a file and a directory that shut their owner out',
    edits: [
      {
        file: 'src/engine/feasible.ts',
        from: 'return !noPermissions && (mode & OWNER_READS) === 0;',
        to: 'return noPermissions && mode < 0;',
      },
    ],
  },
  {
    name: 'a file that shuts its owner out keeps that mode for ever',
    file: 'odd-files',
    scenario: 'a file and a directory that shut their owner out',
    edits: [
      {
        file: 'src/engine/feasible.ts',
        from: "code === 'FILE_DENIED' || shutsOut(target)",
        to: 'shutsOut(target)',
      },
    ],
  },
  {
    name: 'the second save of the same content is a conflict',
    file: 'edits-and-deletes',
    scenario: 'a second save',
    edits: [
      {
        file: 'src/planner/local.ts',
        from: 'return ours.contentHash;',
        to: 'return NOTHING;',
      },
    ],
  },
  {
    name: 'rights to run as somebody else are taken from others',
    file: 'strange-entries',
    scenario: 'rights to run as somebody else',
    edits: [
      {
        file: 'src/bep/messages/checked-entry.ts',
        from: 'const NINE_BITS = 0o777;',
        to: 'const NINE_BITS = 0o7777;',
      },
    ],
  },
];
