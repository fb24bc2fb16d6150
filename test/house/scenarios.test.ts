// The catalogue of failures and the tests agree: what is said to be shown is shown, by name.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { renderTestingDocs } from '../../tools/write-testing-docs.ts';
import { ROOT } from './planted-house.ts';
import { idsIn, testNamesIn } from './scenario.ts';
import { SCENARIO_GROUPS, scenarios } from './scenarios.ts';

const IS_TEST = /\.(?:test|contract)\.ts$/;

/** Names by file. */
function allNames(): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const folder of ['src', 'test']) {
    for (const found of readdirSync(path.join(ROOT, folder), { recursive: true })) {
      const file = path.join(folder, String(found));
      // This file's own example is no test.
      if (!IS_TEST.test(file) || file === 'test/house/scenarios.test.ts') continue;
      names.set(file, testNamesIn(readFileSync(path.join(ROOT, file), 'utf8')));
    }
  }
  return names;
}

const NAMES = allNames();

test('names and ids are read as they are written', () => {
  const source =
    "test('CON-01: a b', () => 1);\n  it(\n    `c $" + '{d} (CON-02, I19)`, x);\ntest(name, y)';
  const names = testNamesIn(source);
  assert.deepEqual(names, ['CON-01: a b', 'c … (CON-02, I19)']);
  assert.deepEqual(names.map(idsIn), [['CON-01'], ['CON-02']]);
  assert.deepEqual(idsIn('CON-03: e (CON-03, DEL-04)'), ['CON-03', 'DEL-04']);
  assert.deepEqual(idsIn('what (DEL-04) says'), []);
});

test('every scenario has its id once, a known group, and tests or what it waits for', () => {
  const ids = scenarios.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.length, 143);
  for (const { id, right, tests, notYet } of scenarios) {
    assert.ok((SCENARIO_GROUPS[id.slice(0, 3)] ?? '') !== '', id);
    assert.ok(right.length > 20 && right.length < 120, `${id}: ${right}`);
    assert.ok(Object.values(tests).flat().length > 0 || notYet !== undefined, id);
  }
});

test('every test that the catalogue names is there and carries the id', () => {
  for (const { id, tests } of scenarios) {
    for (const [file, beginnings] of Object.entries(tests)) {
      for (const beginning of beginnings) {
        const meant = NAMES.get(file)?.filter((name) => name.startsWith(beginning)) ?? [];
        assert.ok(
          meant.some((name) => idsIn(name).includes(id)),
          `${id}: in ${file} nothing begins with "${beginning}" and carries the id`,
        );
      }
    }
  }
});

test('every id in the name of a test stands in the catalogue, with that test', () => {
  for (const [file, names] of NAMES) {
    for (const name of names) {
      for (const id of idsIn(name)) {
        const scenario = scenarios.find((each) => each.id === id);
        assert.ok(scenario !== undefined, `${id} of "${name}" is not in the catalogue`);
        const isListed = scenario.tests[file]?.some((beginning) => name.startsWith(beginning));
        assert.ok(isListed, `${id} does not list "${name}" of ${file}`);
      }
    }
  }
});

test('docs/testing.md has the table of the catalogue; `npm run docs` makes it so', () => {
  const text = readFileSync(path.join(ROOT, 'docs/testing.md'), 'utf8');
  assert.equal(text, renderTestingDocs(text));
});
