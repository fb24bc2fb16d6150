// The bugs that the simulator must find: each still fits the program, and is planted only where it is asked for.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { bugNamed, bugs, VARIABLE } from '../../lab/planted/bugs.ts';
import { checkEdits, damaged } from '../../lab/planted/edit.ts';
import { ROOT, run } from './planted-house.ts';

/** A bug of a module that loads by itself, and a question that it answers wrongly. */
const BUG = 'concurrent-is-newer';
const QUESTION = `
  import { compareVersions } from './src/model/version.ts';
  console.log(compareVersions([{ id: 1n, value: 2n }], [{ id: 2n, value: 1n }]));
`;

/** What a process says that loads the hook, with this in the variable; undefined: without the variable. */
function answer(planted: string | undefined): string {
  const { [VARIABLE]: _, ...env } = process.env as Record<string, string>;
  const hook = path.join(ROOT, 'lab/planted/hook.ts');
  const args = ['--import', hook, '--input-type=module', '--eval', QUESTION];
  const given = planted === undefined ? env : { ...env, [VARIABLE]: planted };
  const { stdout, stderr } = run({ command: process.execPath, args, cwd: ROOT, env: given });
  return stdout.trim() === '' ? stderr : stdout.trim();
}

for (const { name, edits } of bugs) {
  test(`the planted bug ${name} fits the program exactly once`, () => checkEdits(edits));
}

test('there are more than twenty planted bugs, each with a name of its own', () => {
  assert.ok(bugs.length >= 24, `${bugs.length}`);
  assert.equal(new Set(bugs.map(({ name }) => name)).size, bugs.length);
});

test('a change that fits twice, or not at all, is refused', () => {
  const edit = { file: 'x.ts', from: 'a', to: 'b' };
  assert.equal(damaged('1 a 2', edit), '1 b 2');
  assert.throws(() => damaged('a a', edit), /x\.ts: fits 2 times/);
  assert.throws(() => damaged('c', edit), /x\.ts: fits 0 times/);
});

test('a bug is planted in a process that names it, and in no other', () => {
  assert.equal(answer(undefined), 'concurrent');
  assert.equal(answer(''), 'concurrent');
  assert.notEqual(answer(BUG), 'concurrent');
  assert.match(answer('no-such-bug'), /no planted bug is called no-such-bug/);
  assert.equal(bugNamed(BUG).name, BUG);
});
