/** The engine's own programs on a real disk, while another program swaps a directory for a link that leads outside. */

import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { sha256 } from '../../src/base/sha256.ts';
import type { Root } from '../../src/engine/programs/reach.ts';
import { programs } from '../../src/engine/programs.ts';
import { NodeFileSystem } from '../../src/host/node-file-system.ts';
import { parseRelPath } from '../../src/model/path.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../src/ports/file-system.ts';
import type { SwapOrder } from '../support/swap-worker.ts';

const TOKEN = '0'.repeat(32);
const SWAPS = 100_000;
const LIMIT_MS = 400_000;
const encoder = new TextEncoder();

interface Place {
  readonly root: Root;
  readonly outside: string;
  readonly files: NodeFileSystem;
}

function makePlace(t: TestContext): Place {
  const top = realpathSync(mkdtempSync(path.join(tmpdir(), 'kith-swap-')));
  t.after(() => rmSync(top, { recursive: true }));
  const [shared, outside] = ['shared', 'outside'].map((name) => path.join(top, name));
  if (shared === undefined || outside === undefined) throw new Error('no place');
  mkdirSync(path.join(shared, 'd'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'x2'), 'outside');
  symlinkSync(outside, path.join(shared, 'link'));
  const files = new NodeFileSystem();
  run(files, programs.writeMarker({ path: shared, text: `{"folder":"f","token":"${TOKEN}"}` }));
  return { root: { path: shared, token: TOKEN }, outside, files };
}

/** Carries a program out in one go. */
function run<Result>(files: NodeFileSystem, program: FileProgram<Result>): Result {
  let step = program.next();
  while (step.done !== true) {
    try {
      step = program.next(files.execute(step.value));
    } catch (error) {
      step = program.throw(error);
    }
  }
  return step.value;
}

/** Everything that can be seen of it. */
function canary(outside: string): unknown {
  const names = ['.', ...readdirSync(outside).sort()];
  return names.map((name) => {
    const { mode, size, mtimeNs, ctimeNs, ino } = lstatSync(path.join(outside, name), {
      bigint: true,
    });
    const text = name === '.' ? '' : readFileSync(path.join(outside, name), 'utf8');
    return [name, mode, size, mtimeNs, ctimeNs, ino, text];
  });
}

test('a hundred thousand swaps of a directory for a link outside get nothing written, read or deleted there (LNK-03)', {
  timeout: LIMIT_MS,
}, async (t) => {
  const { root, outside, files } = makePlace(t);
  const before = canary(outside);
  const outcomes = new Map<string, number>();
  const count = (what: string): void => void outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  // As long as nobody swaps anything it all works.
  for (let round = 0; round < 10; round++) attack({ root, files, outside }, round, count);
  assert.deepEqual([outcomes.get('publish done'), outcomes.get('delete done')], [10, 10]);
  const numbers = new Int32Array(new SharedArrayBuffer(8));
  const order: SwapOrder = { dir: root.path, names: ['d', 'link'], numbers };
  const worker = new Worker(new URL('../support/swap-worker.ts', import.meta.url), {
    workerData: order,
  });
  let hasEnded = false;
  const ended = new Promise<unknown>((resolve) => {
    worker.once('error', resolve);
    worker.once('exit', () => resolve(undefined));
  }).finally(() => {
    hasEnded = true;
  });
  try {
    while (Atomics.load(numbers, 1) === 0 && !hasEnded)
      await new Promise((resolve) => setImmediate(resolve));
    for (let round = 10; Atomics.load(numbers, 1) < SWAPS && !hasEnded; round++) {
      attack({ root, files, outside }, round, count);
      // Lets an error of the worker come through.
      if (round % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    Atomics.store(numbers, 0, 1);
  }
  assert.equal(await ended, undefined, 'the swapping program failed');
  assert.deepEqual(canary(outside), before);
  assert.equal(outcomes.get('read outside'), undefined);
  assert.ok(outcomes.has('publish changed') || outcomes.has('publish failed'), 'never in the way');
});

/** Everything that the engine does at a path below the directory that is being swapped. */
function attack({ root, files }: Place, round: number, count: (what: string) => void): void {
  const bytes = encoder.encode(`round ${round}`);
  const stageName = round.toString(16).padStart(32, '0');
  const finish = { mode: 0o644, mtime: { s: 1000 + round, ns: 0 } };
  const piece = { stageName, size: bytes.length, offset: 0, bytes, hash: sha256(bytes), finish };
  const size = bytes.length;
  run(files, programs.writePieces({ root, pieces: [piece] }));
  const [diskPath, other] = [parseRelPath('d/x'), 'd/x2'];
  const item = { path: diskPath, diskPath, stageName, isForeign: false, conflictCopy: undefined };
  const witness = files.execute({ call: 'openRoot', path: root.path }) as DirHandle;
  const rest = { root, lent: [], self: 1n, witness };
  const publish = {
    ...item,
    kind: 'publish',
    size,
    finish,
    isFinished: true,
    expected: undefined,
  } as const;
  const [placed] = run(files, programs.apply({ ...rest, items: [publish] })).applied;
  count(`publish ${placed?.outcome}`);
  const seen = seenOf(placed?.outcome === 'done' ? placed.status : undefined);
  for (const name of [diskPath, other]) {
    const served = run(
      files,
      programs.serve({ root, items: [{ path: name, seen, offset: 0, size: 7 }] }),
    );
    const [first] = served;
    const isOutside =
      first?.outcome === 'bytes' && new TextDecoder().decode(first.bytes) === 'outside';
    count(isOutside ? 'read outside' : `serve ${first?.outcome}`);
    const [studied] = run(files, programs.study({ root, paths: [name] }));
    // Only the directory outside has the other name.
    const isOther = name === other && studied?.outcome === 'file';
    count(isOther ? 'read outside' : `study ${studied?.outcome}`);
  }
  const blocks = sha256('outside');
  const reuse = {
    root,
    stageName,
    size: 7,
    blockSize: 131072,
    first: 0,
    blocks,
    local: [{ path: other, offset: 0 }],
  };
  if (run(files, programs.reuse(reuse)).missing.length === 0) count('read outside');
  run(files, programs.dropStage({ root, names: [stageName] }));
  if (placed?.outcome === 'done') {
    const expected = { kind: 'file', seen, target: new Uint8Array(0), content: undefined } as const;
    const [gone] = run(
      files,
      programs.apply({ ...rest, items: [{ ...item, kind: 'delete', expected }] }),
    ).applied;
    count(`delete ${gone?.outcome}`);
    run(files, programs.settle({ root, self: 1n, items: [{ ...item, expected }] }));
    const left = run(files, programs.look({ root, dirs: ['d'], paths: [diskPath] }));
    count(`look ${left.paths[0]?.outcome}`);
  }
  files.execute({ call: 'close', handle: witness });
}

function seenOf(status: FileStatus | undefined) {
  const {
    inode = 1n,
    size = 7,
    mode = 0o644,
    mtime = { s: 0, ns: 0 },
    ctime = mtime,
  } = status ?? {};
  return { inode, size, mode, mtime, ctime, racy: false, isForeign: false };
}
