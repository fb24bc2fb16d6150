/** The demonstration as a person runs it: real daemons and files; it ends well, and nothing of it stays behind. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compareTrees } from '../../lab/verify/equal-trees.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LONG_MS = 240_000;

interface Demo {
  readonly child: ChildProcess;
  readonly said: { out: string; err: string };
  /** Where it puts its temporary directory. */
  readonly ground: string;
  readonly ended: Promise<number | null>;
}

async function start(t: TestContext, ...words: readonly string[]): Promise<Demo> {
  const ground = path.join(await temporaryDirectory(t), 'tmp');
  await mkdir(ground);
  const env = { ...process.env, TMPDIR: ground };
  const child = spawn(process.execPath, [PROGRAM, 'demo', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGINT'));
  const said = { out: '', err: '' };
  child.stdout.on('data', (part) => {
    said.out += String(part);
  });
  child.stderr.on('data', (part) => {
    said.err += String(part);
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, said, ground, ended };
}

test('--once ends after the first equality, proved by other code, and leaves nothing', {
  timeout: LONG_MS,
}, async (t) => {
  const { said, ground, ended } = await start(t, '--once', '--devices', '3');
  assert.equal(await ended, 0, said.out + said.err);
  assert.match(said.out, /Every device says that all are equal/);
  assert.match(said.out, /delivered to 2 devices in [\d.]+ s, scan included: \d.* [kM]B\/s/);
  assert.match(said.out, /Proved by lab\/verify\/equal-trees.ts, which walked the 3 folders/);
  const [, files = '0'] = /Filling[^\n]*\n {2}(\d+) files/.exec(said.out) ?? [];
  assert.ok(Number(files) >= 2000, files);
  assert.deepEqual(await readdir(ground), []);
});

test('without --once it shows changes until Ctrl-C, then stops its daemons and cleans up', {
  timeout: LONG_MS,
}, async (t) => {
  const { child, said, ground, ended } = await start(t, '--devices', '2');
  await until('the folders to try', () => said.out.includes('Ctrl-C ends it all'), LONG_MS / 2);
  const [directory = ''] = await readdir(ground);
  const place = path.join(ground, directory);
  assert.match(said.out, new RegExp(`kith --home ${place}/homes/device-2 status`));
  const pids = await Promise.all(
    ['device-1', 'device-2'].map(async (name) => {
      return Number.parseInt(await readFile(path.join(place, 'homes', name, 'lock'), 'utf8'), 10);
    }),
  );
  for (const pid of pids) assert.ok(process.kill(pid, 0));
  await writeFile(path.join(place, 'device-2', 'by hand'), 'changed by a person');
  await until('the change to spread', () => /everywhere, [\d.]+ s after/.test(said.out));
  const folders = [path.join(place, 'device-1'), path.join(place, 'device-2')];
  assert.equal((await compareTrees(folders)).isEqual, true);
  child.kill('SIGINT');
  assert.equal(await ended, 0, said.out + said.err);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  // A process of its own removes it: deleting so much may take longer than a person should wait.
  await until('the directory to go', () => !existsSync(place), LONG_MS / 4);
});

test('a number of devices that cannot be is wrong usage, and nothing is made', async (t) => {
  const { said, ground, ended } = await start(t, '--devices', '1');
  assert.equal(await ended, 2);
  assert.match(said.err, /--devices: must be from 2 to 16/);
  assert.deepEqual(await readdir(ground), []);
});
