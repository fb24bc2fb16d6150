/** Bugs of what is seen on the disk, and of what is made of not seeing it. */

import type { Bug } from './bug.ts';

export const lookingBugs: readonly Bug[] = [
  {
    name: 'error-is-absence',
    what: 'a directory that cannot be listed counts as empty, and what is missing counts as deleted',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/programs/look.ts',
        from: 'const listing = yield* list(dir);',
        to: `let listing: any = { names: [], undecodable: [] };
        try { listing = yield* list(dir); } catch { listing = { names: [], undecodable: [] }; }`,
      },
      {
        file: 'src/engine/burials.ts',
        from: 'const proved = await this.#prove(all.filter((gone) => this.#isStillOurs(gone)));',
        to: 'const proved = all.filter((gone) => this.#isStillOurs(gone));',
      },
    ],
  },
  {
    name: 'racy-rule-dropped',
    what: 'a file that was written to within the same tick of the clock counts as unchanged',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/context.ts',
        from: "const racy = status.kind === 'file' && age < window && age > -window;",
        to: 'const racy = false;',
      },
    ],
  },
  {
    name: 'stale-look-recorded',
    what: 'what was seen is recorded over a row that has changed since',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'if (context.busy.has(sighting.path) || (ours?.sequence ?? 0) !== sighting.basedOn) {',
        to: 'if (false) {',
      },
    ],
  },
];
