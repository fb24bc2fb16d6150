/** Two real daemons set up by commands alone: a file arrives, wait tells so, and both stop cleanly. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../support/temporary.ts';

const SCRIPT = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

function start(home: string, words: string): ChildProcess {
  const args = [
    '--disable-warning=ExperimentalWarning',
    SCRIPT,
    '--home',
    home,
    ...words.split(' '),
  ];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function kith(home: string, words: string) {
  const child = start(home, words);
  let out = '';
  child.stdout?.on('data', (part) => {
    out += String(part);
  });
  const [code] = await once(child, 'close');
  return { code, out };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  return address.port;
}

test('two devices set up by commands hold the same, and wait says when', {
  timeout: 400_000,
}, async (t) => {
  const daemons: ChildProcess[] = [];
  t.after(() => daemons.map((daemon) => daemon.kill('SIGKILL')));
  const directory = await temporaryDirectory(t);
  const [a, b] = [path.join(directory, 'a'), path.join(directory, 'b')];
  const address = `tcp://127.0.0.1:${await freePort()}`;
  const idOfA = (
    await kith(a, 'init --name a --api 127.0.0.1:0 --listen tcp://127.0.0.1:0')
  ).out.trim();
  const idOfB = (await kith(b, `init --name b --api 127.0.0.1:0 --listen ${address}`)).out.trim();
  assert.notEqual(idOfA, idOfB);
  await mkdir(path.join(directory, 'docs-a'));
  await writeFile(path.join(directory, 'docs-a', 'note'), 'written by a person');

  daemons.push(start(a, 'up'), start(b, 'up'));
  for (const [home, words] of [
    [a, `device add ${idOfB} --name b --address ${address}`],
    [b, `device add ${idOfA} --name a`],
    [a, `folder add docs ${directory}/docs-a --share b`],
    [b, `folder add docs ${directory}/docs-b --share a`],
  ] as const) {
    assert.equal((await kith(home, words)).code, 0, words);
  }
  for (const home of [a, b]) assert.equal((await kith(home, 'wait docs --timeout 60')).code, 0);
  assert.equal(
    await readFile(path.join(directory, 'docs-b', 'note'), 'utf8'),
    'written by a person',
  );
  const report = JSON.parse((await kith(a, 'status --json')).out);
  assert.deepEqual(
    [report.device, report.folders[0].state, report.folders[0].devices[0].completion],
    [idOfA, 'idle', 1],
  );

  const [first, second] = daemons;
  assert.ok(first !== undefined && second !== undefined);
  second.kill('SIGTERM');
  assert.deepEqual(await once(second, 'close'), [0, null]);
  assert.equal((await kith(a, 'wait docs --timeout 1')).code, 4);
  const startMs = performance.now();
  first.kill('SIGINT');
  assert.deepEqual(await once(first, 'close'), [0, null]);
  assert.ok(performance.now() - startMs < 5000);
});
