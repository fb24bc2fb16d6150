/** The judge is judged: histories that are known to be good or bad. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Ending, FrontierOracle, familyOf } from '../../lab/sim/oracle.ts';

const COPY = 'f.sync-conflict-20240101-000000-ABCDEFG.txt';

/** The same files on two devices. */
function both(files: Record<string, string>): Ending {
  const map = new Map(Object.entries(files));
  return new Map([
    ['one', map],
    ['two', map],
  ]);
}

type Act = readonly [value: string | undefined, over: string | undefined, path?: string];

function history(...acts: readonly Act[]): FrontierOracle {
  const oracle = new FrontierOracle();
  for (const [value, over, path] of acts) oracle.observe({ path: path ?? 'f.txt', value, over });
  return oracle;
}

const created: Act = ['v1', undefined];

describe('the frontier oracle accepts', () => {
  const good: readonly (readonly [string, FrontierOracle, Record<string, string>])[] = [
    ['nothing at all', history(), {}],
    ['a file', history(created), { 'f.txt': 'v1' }],
    ['an edit', history(created, ['v2', 'v1']), { 'f.txt': 'v2' }],
    ['a delete', history(created, [undefined, 'v1']), {}],
    [
      'a file made again',
      history(created, [undefined, 'v1'], ['v2', undefined]),
      { 'f.txt': 'v2' },
    ],
    [
      'two edits of one value, either way',
      history(created, ['a', 'v1'], ['b', 'v1']),
      { 'f.txt': 'b', [COPY]: 'a' },
    ],
    [
      'an edit against a delete',
      history(created, ['a', 'v1'], [undefined, 'v1']),
      { 'f.txt': 'a' },
    ],
  ];
  for (const [name, oracle, files] of good) {
    it(name, () => assert.deepEqual(oracle.violations(both(files)), []));
  }
  it('a conflict that a person tended to', () => {
    const oracle = history(created, ['a', 'v1'], ['b', 'v1']);
    oracle.observe({ path: 'f.txt', value: undefined, over: 'a', tends: true });
    assert.deepEqual(oracle.violations(both({ [COPY]: 'b' })), []);
  });
  it('a renamed file', () => {
    const oracle = history(created);
    oracle.moved('v1', undefined);
    assert.deepEqual(oracle.violations(both({ 'g.txt': 'v1' })), []);
  });
});

describe('the frontier oracle finds', () => {
  const bad: readonly (readonly [string, RegExp, FrontierOracle, Record<string, string>])[] = [
    ['an invented value', /nobody/, history(created), { 'f.txt': 'x' }],
    ['a torn value', /nobody/, history(created), { 'f.txt': 'v' }],
    ['a lost update', /"a" .* lost/, history(created, ['a', 'v1'], ['b', 'v1']), { 'f.txt': 'b' }],
    ['a lost file', /lost/, history(created), {}],
    ['a resurrected value', /replaced/, history(created, ['v2', 'v1']), { 'f.txt': 'v2', g: 'v1' }],
    ['a resurrected file', /replaced/, history(created, [undefined, 'v1']), { 'f.txt': 'v1' }],
    ['a copy without a conflict', /without/, history(created), { 'f.txt': 'v1', [COPY]: 'v1' }],
    [
      'an edit that lost to a delete and left its name',
      /empty/,
      history(created, ['a', 'v1'], [undefined, 'v1']),
      { [COPY]: 'a' },
    ],
    ['an overwritten value that nobody wrote', /nobody/, history(['a', 'junk']), { 'f.txt': 'a' }],
  ];
  for (const [name, pattern, oracle, files] of bad) {
    it(name, () => assert.match(oracle.violations(both(files)).join('\n'), pattern));
  }
  it('devices that disagree', () => {
    const oracle = history(created, ['a', 'v1'], ['b', 'v1']);
    const ending: Ending = new Map([
      ['one', new Map(Object.entries({ 'f.txt': 'a', [COPY]: 'b' }))],
      ['two', new Map(Object.entries({ 'f.txt': 'b', [COPY]: 'a' }))],
    ]);
    assert.match(oracle.violations(ending).join('\n'), /f\.txt is "a" on one and "b" on two/);
  });
  it('nothing in a test that writes one value twice, for it proves nothing', () => {
    assert.throws(() => history(created, created), /twice/);
  });
});

describe('conflict copies', () => {
  it('belong to the path they were copied from, in every generation', () => {
    assert.equal(familyOf(`dir/${COPY}`), 'dir/f.txt');
    assert.equal(
      familyOf(COPY.replace('.txt', '.sync-conflict-20240102-000000-ABCDEFG.txt')),
      'f.txt',
    );
    assert.equal(familyOf('dir/plain.txt'), 'dir/plain.txt');
  });
});

describe('writing under observation', () => {
  it('notes what stood there before', () => {
    const files = new Map<string, string>();
    const person = {
      read: (path: string) => files.get(path),
      write: (path: string, content: string) => void files.set(path, content),
      delete: (path: string) => void files.delete(path),
      contents: () => files,
    };
    const oracle = new FrontierOracle();
    oracle.write(person, 'f', 'v1');
    oracle.write(person, 'f', 'v2');
    oracle.write(person, 'g', 'v3');
    oracle.delete(person, 'g');
    oracle.delete(person, 'g');
    assert.deepEqual(oracle.frontier(), ['v2']);
    assert.deepEqual(oracle.violations(both({ f: 'v2' })), []);
  });
});
