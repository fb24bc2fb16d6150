// A test of the scenarios: each fails when the guard that it is about is taken away.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { checkEdits } from '../../lab/planted/edit.ts';
import type { Guard } from './guard.ts';
import { guards } from './guards.ts';
import { ROOT } from './planted-house.ts';

/** A scenario that has not failed by then has not failed. */
const LIMIT_MS = 60_000;

interface Ending {
  readonly code: number | null;
  readonly text: string;
}

/** Runs the guard's scenario in a process of its own; `isTaken`: without the guard. */
function run(guard: Guard, { isTaken }: { readonly isTaken: boolean }): Promise<Ending> {
  const hooks = ['test/house/guard-hook.ts', 'tools/without-async-hooks.mjs'].flatMap((file) => [
    '--import',
    path.join(ROOT, file),
  ]);
  const file = path.join(ROOT, `test/sim/${guard.file}.test.ts`);
  const { NODE_TEST_CONTEXT: _, KITH_SEED: __, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [...hooks, '--test-reporter=spec', `--test-name-pattern=^${guard.scenario}`, file],
    {
      cwd: ROOT,
      env: { ...env, ...(isTaken ? { KITH_GUARD: guard.name } : {}) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

describe('scenarios', { concurrency: 2 }, () => {
  test('a scenario that runs in this way with all guards in place passes', async () => {
    const [first] = guards;
    assert.ok(first !== undefined);
    const { code, text } = await run(first, { isTaken: false });
    assert.equal(code, 0, text);
    assert.match(text, /^ℹ pass 1$/m);
  });

  for (const guard of guards) {
    test(`${guard.file}, ${guard.scenario}: it is noticed when ${guard.name}`, async () => {
      checkEdits(guard.edits);
      const { code, text } = await run(guard, { isTaken: true });
      assert.equal(code, 1, `the scenario did not fail: ${text}`);
      assert.match(text, /^✖ /m);
      assert.doesNotMatch(text, /SyntaxError|fits \d+ times|ReferenceError/, text);
      assert.match(text, /AssertionError|RestError/, text);
    });
  }
});
