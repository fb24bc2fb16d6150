/** Bugs of what is put on the disk, taken from it and given to others. */

import type { Bug } from './bug.ts';

const APPLY_ITEM = 'src/engine/programs/apply-item.ts';
const STAGE = 'src/engine/programs/stage.ts';
const SENDER = 'src/peer/index-sender.ts';
const EXPECTED = 'if (!(yield* isExpected(at, found, item.expected)))';

export const applyingBugs: readonly Bug[] = [
  {
    name: 'no-look-before-rename',
    what: 'a name is taken without a look at what stands there',
    budgetS: 60,
    edits: [
      {
        file: APPLY_ITEM,
        from: EXPECTED,
        to: "if (item.kind === 'delete' && !(yield* isExpected(at, found, item.expected)))",
      },
    ],
  },
  {
    name: 'no-look-before-delete',
    what: 'something is deleted without a look at what stands there',
    budgetS: 60,
    edits: [
      {
        file: APPLY_ITEM,
        from: EXPECTED,
        to: "if (item.kind !== 'delete' && !(yield* isExpected(at, found, item.expected)))",
      },
    ],
  },
  {
    name: 'displaced-not-compared',
    what: 'what was displaced is dropped without being compared with what was expected',
    budgetS: 60,
    draw: { troubles: ['moments'], flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/programs/displacing.ts',
        from: 'const untouched = yield* isUntouched(aside, item.expected);',
        to: 'const untouched = true;',
      },
      {
        file: APPLY_ITEM,
        from: 'if (!(yield* isUntouched(aside, item.expected))) {',
        to: 'if (false) {',
      },
      {
        file: 'src/engine/programs/settle.ts',
        from: "return found.kind === 'symlink' || isAsSeen(found, expected.seen);",
        to: 'return true;',
      },
    ],
  },
  {
    name: 'loser-not-kept',
    what: 'the file that loses a conflict is not kept',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/programs/displacing.ts',
        from: 'if (untouched && item.conflictCopy === undefined) return;',
        to: 'if (untouched) return;',
      },
    ],
  },
  {
    name: 'block-unverified',
    what: 'blocks are not compared with their hashes',
    budgetS: 60,
    edits: [
      {
        file: STAGE,
        from: "if (!equalBytes(sha256(piece.bytes), piece.hash)) return 'mismatch';",
        to: '',
      },
      {
        file: 'src/engine/programs/reuse.ts',
        from: 'if (!equalBytes(sha256(bytes), hash)) return false;',
        to: '',
      },
    ],
  },
  {
    name: 'short-hash',
    what: 'of two hashes the first byte is compared',
    budgetS: 60,
    edits: [
      {
        file: 'src/model/entry.ts',
        from: 'equalBytes(a.contentHash, b.contentHash);',
        to: '(a.contentHash[0] === b.contentHash[0]);',
      },
    ],
  },
  {
    name: 'mode-lost',
    what: 'the mode of a file is not carried over',
    budgetS: 60,
    edits: [
      {
        file: STAGE,
        from: 'setMode(file, finish.mode ?? PLAIN_FILE_MODE)',
        to: 'setMode(file, PLAIN_FILE_MODE)',
      },
    ],
  },
  {
    name: 'time-lost',
    what: 'the time of a file is not carried over',
    budgetS: 60,
    edits: [{ file: STAGE, from: 'yield* asFarAsTaken(setTime(file, finish.mtime));', to: '' }],
  },
  {
    name: 'news-missed',
    what: 'what changes while other news is being sent is announced to nobody until the next change',
    budgetS: 60,
    edits: [
      { file: SENDER, from: 'const LOOK_MS = 60_000;', to: 'const LOOK_MS = 1e9;' },
      { file: SENDER, from: 'readonly #bell = new Bell();', to: '#bell = new Bell();' },
      {
        file: SENDER,
        from: 'await this.#clock.sleep(PAUSE_MS, signal);',
        to: 'await this.#clock.sleep(PAUSE_MS, signal); this.#bell = new Bell();',
      },
    ],
  },
  {
    name: 'silence-without-end',
    what: 'a connection on which nothing arrives any more is kept for ever',
    budgetS: 60,
    edits: [
      {
        file: 'src/peer/pulse.ts',
        from: 'const SILENT_MS = 300_000;',
        to: 'const SILENT_MS = Number.POSITIVE_INFINITY;',
      },
    ],
  },
];
