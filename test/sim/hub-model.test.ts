/** What the model of a hub explains and what not; and that every rule of it is needed for one or the other. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HUB_RULES,
  type HubEvent,
  type HubRules,
  type HubVersion,
  judgeHub,
} from '../../lab/sim/oracles/hub-model.ts';

const NODES = ['n1', 'n2', 'n3'];

/** `n1 a` writes, `n1 a/b` writes over b, `n1 -/b` deletes b, `n1? a` reads, `= a b c` is rest with a and copies b, c; `-` is nothing. `@5`: time. */
function events(story: string): readonly HubEvent[] {
  return story.split(', ').map((line, index): HubEvent => {
    const [who = '', what = '', ...copies] = line.split(' ');
    const value = (text: string | undefined) =>
      text === '-' || text === undefined ? undefined : text;
    if (who === '=') return { kind: 'stabilise', value: value(what), copies };
    if (who.endsWith('?')) return { kind: 'read', node: who.slice(0, -1), value: value(what) };
    const [change = '', time] = what.split('@');
    const [written, over] = change.split('/');
    return {
      kind: 'write',
      node: who,
      value: value(written),
      over: value(over),
      time: Number(time ?? index),
    };
  });
}

const LEGAL: readonly string[] = [
  '= -',
  'n1 a, = a, n2? a, = a',
  'n1 a, n2? -, n2? a, n3? -, n3? a',
  'n1 a, n1 b/a, = b',
  'n1 a, n1 b/a, n2? a, n2? b',
  'n1 a, = a, n2 b/a, = b',
  'n1 a, n2 b, = b a',
  'n1 a@5, n2 b@3, = a b',
  'n1 a@5, n2? a, n3 b@3, = a b',
  // An equal time leaves both open.
  'n1 a@1, n2 b@1, = a b',
  'n1 a@1, n2 b@1, = b a',
  'n1 a, n2 b, n3 c, = c a b',
  // Who knows both replaces both.
  'n1 a, n2 b, = b a, n3 c/b, = c a',
  'n1 a, = a, n2 -/a, = -',
  'n1 a, = a, n2 -/a, n3 b/a, = b',
  'n1 a, = a, n3 b/a@1, n2 -/a@9, = b',
  'n1 a, = a, n2 -/a, n3 -/a, = -',
  'n1 a, = a, n2 -/a, = -, n3 b, = b',
  // The third one heard of v before it heard that x was replaced, or after it.
  'n1 x@1, n3? x, n2 v@10, n1 w/x@20, = w v',
  'n1 x@1, n3? x, n2 v@10, n1 w/x@20, = w v x',
  // What n2 has fetched is put in place when the hub has taken a delete, and then what stood with n2 itself.
  'n2 a@1, n1 b@5, n1 -/b, n1? a, n2? b, = b a',
];

const ILLEGAL: readonly string[] = [
  // Nothing comes from nowhere.
  '= a',
  'n1? a',
  'n1 a, n2? b',
  'n1 a/b',
  // Nothing is lost.
  'n1 a, = -',
  'n1 a, n2 b, = b',
  'n1 a, n2 b, = a',
  'n1 a, n2 b, n3 c, = c b',
  'n1 a, = a, n2 -/a, n3 b/a, = -',
  // The later one wins.
  'n1 a@5, n2 b@3, = b a',
  // Nothing comes back.
  'n1 a, = a, n2 -/a, = a',
  'n1 a, = a, n2 b/a, = a',
  'n1 a, = a, n2 b/a, n2? a',
  'n1 a, n2? a, n2? -',
  'n1 a, = a, n2 -/a, = -, n1? a',
  // No false conflicts.
  'n1 a, = a, n2 b/a, = b a',
  'n1 a, = a, n2 -/a, = - a',
  'n1 a, = a, n2 -/a, n3 b/a, = b a',
  // At rest nothing happens.
  'n1 a@1, n2 b@1, = a b, = b a',
  'n1 a, = a, n1? -',
];

for (const story of LEGAL) {
  test(`the hub explains ${story}`, () => {
    assert.deepEqual(judgeHub(NODES, events(story)), { isLegal: true });
  });
}

for (const story of ILLEGAL) {
  test(`the hub does not explain ${story}`, () => {
    const trace = events(story);
    const verdict = judgeHub(NODES, trace);
    const at = trace.length - 1;
    assert.deepEqual(verdict, { isLegal: false, at, event: trace[at] });
  });
}

const other = (a: HubVersion, b: HubVersion, one: readonly HubVersion[]): readonly HubVersion[] =>
  one.length === 2 ? one : [one[0] === a ? b : a];
const isGone = ({ value }: HubVersion): boolean => value === undefined;

const MUTANTS: Readonly<Record<string, Partial<HubRules>>> = {
  'the earlier one wins': {
    winners: (a, b) =>
      isGone(a) || isGone(b) ? HUB_RULES.winners(a, b) : other(a, b, HUB_RULES.winners(a, b)),
  },
  'a delete wins': {
    winners: (a, b) =>
      isGone(a) || isGone(b) ? other(a, b, HUB_RULES.winners(a, b)) : HUB_RULES.winners(a, b),
  },
  'anybody wins': { winners: (a, b) => [a, b] },
  'nobody wins': { winners: () => [] },
  'any file wins': {
    winners: (a, b) => (isGone(a) || isGone(b) ? HUB_RULES.winners(a, b) : [a, b]),
  },
  'of equal times the first wins': { winners: (a, b) => HUB_RULES.winners(a, b).slice(0, 1) },
  'no loser is kept': { isCopied: () => false },
  'no loser is kept that came before the winner': {
    isCopied: (loser, winner) => HUB_RULES.isCopied(loser, winner) && loser.time > winner.time,
  },
};

for (const [name, mutant] of Object.entries(MUTANTS)) {
  test(`a hub by which ${name} is noticed`, () => {
    const rules = { ...HUB_RULES, ...mutant };
    const differing = [...LEGAL, ...ILLEGAL].filter(
      (story) =>
        judgeHub(NODES, events(story), rules).isLegal !== judgeHub(NODES, events(story)).isLegal,
    );
    assert.ok(differing.length > 0);
  });
}

test('an event of a node that is not there is a mistake of the story', () => {
  assert.throws(() => judgeHub(NODES, events('n9 a')), /n9/);
});
