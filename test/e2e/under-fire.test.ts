/** Some of what `npm run fire` does at length: a real daemon struck at a system call, and the tracer that strikes. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Case, Player } from '../../lab/fire/case.ts';
import { FLOWS } from '../../lab/fire/flows.ts';
import { Ground } from '../../lab/fire/ground.ts';
import { Striker } from '../../lab/fire/strike.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const skip = isPossible() ? false : 'no C compiler here, or not Linux on x86-64';

/** Three directories by the main thread, then three by another one. */
const PROGRAM = `
import { mkdirSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
const [, , place] = process.argv;
for (const n of [1, 2, 3]) {
  try {
    mkdirSync(place + (isMainThread ? '/main-' : '/other-') + n);
  } catch (error) {
    console.log(error.code);
  }
}
if (isMainThread) new Worker(new URL(import.meta.url), { argv: [place] });
`;

async function struck(t: TestContext, { at, act }: { readonly at: number; readonly act: string }) {
  const directory = await temporaryDirectory(t);
  const place = path.join(directory, 'place');
  await mkdir(place);
  const program = path.join(directory, 'program.mjs');
  await writeFile(program, PROGRAM);
  const striker = await Striker.make(directory);
  const words = await striker.words(place, { calls: ['mkdir'], at, act });
  const [file = '', ...args] = [...words, process.execPath, program, place];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (part) => {
    printed += String(part);
  });
  const [code, signal] = await once(child, 'close');
  const made = (await readdir(place)).sort();
  return { code, signal, printed: printed.trim(), made, seen: await striker.seen(place) };
}

test('calls of all threads count as one row, and the n-th is the one that fails', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const { code, printed, made, seen } = await struck(t, { at: 5, act: 'EIO' });
  assert.deepEqual([code, printed], [0, 'EIO']);
  assert.deepEqual(made, ['main-1', 'main-2', 'main-3', 'other-1', 'other-3']);
  assert.equal(seen.counted, 6);
  assert.match(seen.struck.join(), /^5 mkdir .*\/other-2$/);
});

test('a program is killed before its n-th call happens', { skip, timeout: 120_000 }, async (t) => {
  const { signal, made } = await struck(t, { at: 4, act: 'kill' });
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(made, ['main-1', 'main-2', 'main-3']);
});

/** One at the changes of the receiver's folder, one at what it reads, both in the middle of the flow. */
const CASES: Readonly<Record<string, Omit<Case, 'flow'>>> = {
  'killed at a rename in its folder': {
    victim: 'b',
    strike: { calls: ['renameat2'], at: 4, act: 'kill' },
  },
  'given errors by its disk': {
    victim: 'b',
    strike: { calls: 'reading', at: 500, times: 5, act: 'EIO' },
  },
};

test('a receiver that is struck ends with what the sender has', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const directory = await temporaryDirectory(t);
  const striker = await Striker.make(directory);
  const ground = await Ground.make(t, path.join(directory, 'pair'), { names: ['a', 'b'] });
  const flow = FLOWS.find(({ name }) => name === 'edit');
  assert.ok(flow !== undefined);
  const player = new Player(ground, striker);
  for (const [what, one] of Object.entries(CASES)) {
    await t.test(what, async () => {
      const { seen, faults } = await player.play({ ...one, flow });
      assert.deepEqual(faults, []);
      assert.equal(seen.struck.length, one.strike?.times ?? 1);
    });
  }
});

function isPossible(): boolean {
  const isLinux = process.platform === 'linux' && process.arch === 'x64';
  return isLinux && spawnSync('cc', ['--version']).status === 0;
}
