/** Bugs of versions: which one is newer, what is remembered of what is gone. */

import type { Bug } from './bug.ts';

export const versionBugs: readonly Bug[] = [
  {
    name: 'concurrent-is-newer',
    what: 'of two concurrent versions the one with the greater first counter counts as newer',
    budgetS: 60,
    edits: [
      {
        file: 'src/model/version.ts',
        from: "if (newer && older) return 'concurrent';",
        to: "if (newer && older) return orderVersions(a, b) > 0 ? 'newer' : 'older';",
      },
    ],
  },
  {
    name: 'counter-reused',
    what: 'a new version gets a counter that others have seen of us already',
    budgetS: 60,
    draw: {
      troubles: ['links'],
      fate: 0.1,
      flocks: 0,
      devices: 2,
      names: 1,
      people: ['write', 'delete'],
    },
    edits: [
      {
        file: 'src/planner/local.ts',
        from: 'let highest = sides.counterUsed;',
        to: 'let highest = counterOf(base, sides.counter);',
      },
      { file: 'src/planner/local.ts', from: 'if (value > highest) highest = value;', to: '' },
    ],
  },
  {
    name: 'tombstone-dropped',
    what: 'deletes are forgotten after a while',
    budgetS: 60,
    edits: [
      {
        file: 'src/store/memory-ours.ts',
        from: 'this.#lastSequence = row.sequence;',
        to: `this.#lastSequence = row.sequence;
        for (const [path, old] of [...this.#rows]) {
          if (old.deleted && old.sequence < row.sequence - 6) this.#rows.delete(path);
        }`,
      },
    ],
  },
  {
    name: 'echo',
    what: 'a version of equal content is taken as a new version of ours',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/notes.ts',
        from: "const entry = operation.kind === 'revive' ? reviveEntry(target, sides) : target;",
        to: 'const entry = target.deleted ? target : reviveEntry(target, sides);',
      },
    ],
  },
  {
    name: 'base-not-forgotten',
    what: 'a database that is older than the folder is believed',
    budgetS: 60,
    draw: { troubles: ['database'], flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/opening.ts',
        from: 'return marker.token === known.token || marker.token === known.nextToken;',
        to: 'return true;',
      },
    ],
  },
];
