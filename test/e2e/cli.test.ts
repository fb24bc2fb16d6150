/** The command line in processes of its own: signals, exit codes, kill -9, and no secret in anything that is printed. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../support/temporary.ts';

const SCRIPT = fileURLToPath(new URL('../support/fake-main.ts', import.meta.url));

function start(home: string, words: readonly string[]): ChildProcess {
  const env = { ...process.env, KITH_HOME: home, NO_COLOR: '1' };
  return spawn(process.execPath, [SCRIPT, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finish(child: ChildProcess) {
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.on('data', (part) => out.push(String(part)));
  child.stderr?.on('data', (part) => err.push(String(part)));
  const [code, signal] = await once(child, 'close');
  return { code, signal, out: out.join(''), err: err.join('') };
}

async function kith(home: string, ...words: readonly string[]) {
  return await finish(start(home, words));
}

async function bench(t: TestContext): Promise<string> {
  const home = path.join(await temporaryDirectory(t), 'home');
  const { code, err } = await kith(home, 'init', '--name', 'laptop', '--api', '127.0.0.1:0');
  assert.equal(code, 0, err);
  return home;
}

/** Starts a daemon and waits until a command can talk to it: the command itself waits for that. */
async function up(home: string, t: TestContext): Promise<ChildProcess> {
  const daemon = start(home, ['up']);
  t.after(() => daemon.kill('SIGKILL'));
  while ((await kith(home, 'status')).code !== 0) {
    assert.equal(daemon.exitCode, null, 'the daemon ended');
  }
  return daemon;
}

test('a daemon stops cleanly on SIGTERM and on SIGINT', { timeout: 400_000 }, async (t) => {
  const home = await bench(t);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const daemon = await up(home, t);
    const done = finish(daemon);
    const startMs = performance.now();
    daemon.kill(signal);
    assert.equal((await done).code, 0);
    assert.ok(performance.now() - startMs < 5000);
    await assert.rejects(stat(path.join(home, 'api-address')), { code: 'ENOENT' });
  }
});

test('after kill -9 no command is misled, and the next daemon starts (CRS-09)', {
  timeout: 400_000,
}, async (t) => {
  const home = await bench(t);
  const first = await up(home, t);
  const second = await kith(home, 'up');
  assert.equal(second.code, 1);
  assert.match(second.err, new RegExp(`pid: ${first.pid}\\b`));
  first.kill('SIGKILL');
  await once(first, 'close');
  await stat(path.join(home, 'api-address'));
  const status = await kith(home, 'status');
  assert.equal(status.code, 1);
  assert.match(status.err, /start it with kith up/);
  const daemon = await up(home, t);
  const done = finish(daemon);
  daemon.kill('SIGTERM');
  assert.equal((await done).code, 0);
});

test('commands that change the file at the same moment all arrive', {
  timeout: 400_000,
}, async (t) => {
  const home = await bench(t);
  const words = [1, 2, 3, 4].map((at) => [
    'folder',
    'add',
    `f${at}`,
    path.join(home, '..', `f${at}`),
  ]);
  for (const { code, err } of await Promise.all(words.map((one) => kith(home, ...one)))) {
    assert.equal(code, 0, err);
  }
  const { out } = await kith(home, 'folder', 'list', '--json');
  const ids = JSON.parse(out).folders.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids.sort(), ['f1', 'f2', 'f3', 'f4']);
});

test('the token and the key stand in no output (I25, KEY-01)', { timeout: 400_000 }, async (t) => {
  const home = await bench(t);
  const token = (await readFile(path.join(home, 'api-token'), 'utf8')).trim();
  const key = (await readFile(path.join(home, 'key.pem'), 'utf8')).split('\n')[1] ?? '';
  assert.ok(token.length > 30 && key.length > 30);
  const daemon = await up(home, t);
  const done = finish(daemon);
  const printed: string[] = [];
  const lines = [
    'status',
    'status --json',
    'device list',
    'folder list --json',
    'id',
    'init',
    'up',
    'folder remove x',
    'rescan',
    'wait --timeout 0',
  ];
  for (const line of lines) {
    const { out, err } = await kith(home, ...line.split(' '));
    printed.push(out, err);
  }
  daemon.kill('SIGTERM');
  const { out, err } = await done;
  const all = [...printed, out, err].join('\n');
  assert.ok(!all.includes(token) && !all.includes(key));
  assert.ok(printed.join('').length > 100);
});
