/** The planner's laws over three correlated random trees; `npm run bench:planner -- --minutes 10` plays many more. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playCase } from '../../lab/plan/case.ts';
import type { PlayedPlanner } from '../../lab/plan/play.ts';
import { conflictPath } from '../../src/planner/conflict.ts';
import { decide } from '../../src/planner/decide.ts';
import { recordFound, reviveEntry } from '../../src/planner/local.ts';

const CASES = 3000;
const PLANNER: PlayedPlanner = { conflictPath, decide, recordFound, reviveEntry };

/** Planners that lack something, and what is said of them. */
const DAMAGED: Readonly<Record<string, { readonly decide: typeof decide; readonly said: RegExp }>> =
  {
    'makes no copies': {
      said: /nothing is lost/,
      decide: (sides, rules) => {
        const made = decide(sides, rules);
        if (made.kind === 'agreed') return made;
        return { kind: 'do', operation: { ...made.operation, conflictCopy: undefined } };
      },
    },
    'leaves deletes to others': {
      said: /devices end equal/,
      decide: (sides, rules) => {
        const made = decide(sides, rules);
        return made.kind === 'do' && made.operation.kind === 'delete' ? { kind: 'agreed' } : made;
      },
    },
    'knows no directory that holds something': {
      said: /cannot be done|nothing is lost/,
      decide: (sides, rules) => decide({ ...sides, holdsLive: false }, rules),
    },
    'believes the first it hears': {
      said: /devices end equal|no end|nothing is lost/,
      decide: (sides, rules) => decide({ ...sides, announced: sides.announced.slice(0, 1) }, rules),
    },
    'touches what is agreed': {
      said: /no end/,
      decide: (sides, rules) => {
        const made = decide(sides, rules);
        const { ours: target, path } = sides;
        if (made.kind === 'do' || target === undefined) return made;
        const reason = 'same content';
        return {
          kind: 'do',
          operation: { kind: 'note', path, target, conflictCopy: undefined, reason },
        };
      },
    },
  };

describe('three correlated trees', () => {
  it('end equal, with nothing lost, invented or touched without need, in whatever order', () => {
    let planned = 0;
    for (let seed = 1; seed <= CASES; seed++) planned += playCase(seed, PLANNER).planned;
    assert.ok(planned > 20 * CASES, `${planned} operations`);
  });

  it('are the same for the same seed', () => {
    assert.deepEqual(playCase(7, PLANNER), playCase(7, PLANNER));
  });

  for (const [what, { decide: damaged, said }] of Object.entries(DAMAGED)) {
    it(`tell a planner that ${what}`, () => {
      const play = (): void => {
        for (let seed = 1; seed <= CASES; seed++) playCase(seed, { ...PLANNER, decide: damaged });
      };
      assert.throws(play, said);
    });
  }
});
