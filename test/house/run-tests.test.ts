// The test runner fails when it must; nothing that did not run counts as passed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PlantedHouse } from './planted-house.ts';

const passing = "import { test } from 'node:test';\ntest('it holds', () => {});\n";
const failing = "import { test } from 'node:test';\ntest('breaks', () => {\n  throw 'bang';\n});\n";
const skipping = "import { test } from 'node:test';\ntest('it waits', { skip: true }, () => {});\n";

type Outcome = { readonly status: number; readonly last: string; readonly text: string };

function runTests(
  files: Readonly<Record<string, string>>,
  options: {
    readonly args?: readonly string[];
    readonly skips?: Readonly<Record<string, string>>;
  } = {},
): Outcome {
  using house = new PlantedHouse();
  house.plant({ ...files, 'test/skips.json': JSON.stringify(options.skips ?? {}) });
  const { status, stdout, stderr } = house.runNode('tools/run-tests.mjs', options.args ?? []);
  return { status, last: stdout.trimEnd().split('\n').at(-1) ?? '', text: stdout + stderr };
}

describe('the test runner', () => {
  test('passed tests of src and test are counted', () => {
    const outcome = runTests({ 'src/a/a.test.ts': passing, 'test/e2e/b.test.ts': passing });
    assert.equal(outcome.status, 0, outcome.text);
    assert.equal(outcome.last, '2 passed, 0 failed');
  });

  test('a failed test fails the run and is named with its place and its reason', () => {
    const outcome = runTests({ 'src/a.test.ts': passing, 'src/b.test.ts': failing });
    assert.equal(outcome.status, 1);
    assert.equal(outcome.last, '1 passed, 1 failed');
    assert.match(outcome.text, /src\/b\.test\.ts:2 breaks/);
    assert.match(outcome.text, /bang/);
  });

  test('a failed test in test/e2e fails the run', () => {
    assert.equal(runTests({ 'test/e2e/b.test.ts': failing }).last, '0 passed, 1 failed');
  });

  test('a file that cannot be loaded fails the run', () => {
    const outcome = runTests({ 'src/a.test.ts': passing, 'src/b.test.ts': "import './no.ts';\n" });
    assert.equal(outcome.status, 1);
    assert.equal(outcome.last, '1 passed, 1 failed');
  });

  test('a file without tests fails the run', () => {
    const outcome = runTests({ 'src/a.test.ts': passing, 'src/b.test.ts': 'export {};\n' });
    assert.equal(outcome.status, 1);
    assert.match(outcome.text, /src\/b\.test\.ts\n {4}holds no test/);
  });

  test('a process that ends before its tests fails the run', () => {
    const hanging = "import { test } from 'node:test';\ntest('x', () => process.exit(0));\n";
    assert.equal(runTests({ 'src/a.test.ts': hanging }).status, 1);
  });

  test('nothing to run fails the run', () => {
    assert.equal(runTests({}).status, 1);
    assert.equal(runTests({ 'src/a.test.ts': passing }, { args: ['elsewhere'] }).status, 1);
  });

  test('a skipped test fails the run unless it is listed with a reason', () => {
    const files = { 'src/a.test.ts': passing, 'src/b.test.ts': skipping };
    assert.equal(runTests(files).last, '1 passed, 1 failed');
    assert.equal(runTests(files, { skips: { 'it waits': '' } }).status, 1);
    const allowed = runTests(files, { skips: { 'it waits': 'no such device here' } });
    assert.equal(allowed.status, 0, allowed.text);
    assert.equal(allowed.last, '1 passed, 0 failed, 1 skipped');
  });

  test('promises of stories are not followed by the test runner of Node, which would cost a third of their time', () => {
    const story = `import assert from 'node:assert/strict';
      import { test } from 'node:test';
      test('x', () => assert.deepEqual(Object.getOwnPropertySymbols(Promise.resolve()), []));\n`;
    const outcome = runTests({ 'test/sim/a.test.ts': story });
    assert.equal(outcome.status, 0, outcome.text);
  });

  test('an error that nobody catches fails the run, in a story too', () => {
    const strays = [
      "test('x', async () => { setTimeout(() => { throw new Error('stray'); }); await null; });",
      "test('x', async () => { void Promise.reject(new Error('stray')); await null; });",
      "test('x', () => new Promise(() => { setTimeout(() => { throw new Error('stray'); }); }));",
    ];
    for (const stray of strays) {
      for (const file of ['test/sim/a.test.ts', 'src/a.test.ts']) {
        const text = `import { test } from 'node:test';\n${stray}\n`;
        const outcome = runTests({ [file]: text, 'src/b.test.ts': passing });
        assert.equal(outcome.status, 1, `${file}: ${stray}\n${outcome.text}`);
        assert.match(outcome.text, /stray/);
      }
    }
  });

  test('a part of a path chooses files', () => {
    const files = { 'src/a.test.ts': passing, 'test/property/b.test.ts': failing };
    assert.equal(runTests(files, { args: ['src'] }).last, '1 passed, 0 failed');
  });
});
