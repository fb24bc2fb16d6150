/** `kith pause` and `kith resume` on real daemons: it survives a restart, ends in its time, and hides nothing. */

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { TestDaemon } from '../support/daemon.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const FOLDER = 'docs';

async function pair(t: TestContext): Promise<readonly [TestDaemon, TestDaemon]> {
  const directory = await temporaryDirectory(t);
  const [a, b] = [
    await TestDaemon.make(t, directory, 'laptop'),
    await TestDaemon.make(t, directory, 'desk'),
  ];
  await a.meet(b, b.address);
  await b.meet(a);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    await one.share(FOLDER, [other]);
    await one.up();
  }
  await a.untilEqual(FOLDER);
  return [a, b];
}

const put = (daemon: TestDaemon, name: string, text: string) =>
  writeFile(path.join(daemon.folder(FOLDER), name), text);
const read = (daemon: TestDaemon, name: string) =>
  readFile(path.join(daemon.folder(FOLDER), name), 'utf8').catch(() => undefined);
const stateOf = async (daemon: TestDaemon) => (await daemon.folderStatus(FOLDER)).state;

test('a paused folder stays so over a restart, and afterwards all edits and deletes are found', {
  timeout: 300_000,
}, async (t) => {
  const [laptop, desk] = await pair(t);
  for (const name of ['a', 'b', 'gone']) await put(laptop, name, 'one');
  await laptop.untilEqual(FOLDER);
  await laptop.kith('pause', FOLDER);
  assert.equal(await stateOf(laptop), 'paused');
  const waited = await laptop.tryKith('wait', FOLDER, '--timeout', '20');
  assert.deepEqual([waited.code, waited.notes.trim()], [3, 'docs: paused']);
  await put(laptop, 'a', 'two, of laptop');
  await put(desk, 'b', 'two, of desk');
  await rm(path.join(laptop.folder(FOLDER), 'gone'));
  await laptop.down();
  await laptop.up();
  assert.equal(await stateOf(laptop), 'paused');
  assert.equal((await laptop.folderStatus(FOLDER)).devices[0]?.connected, true);
  assert.equal(await read(laptop, 'b'), 'one');
  await laptop.kith('resume', FOLDER);
  await laptop.untilEqual(FOLDER);
  assert.deepEqual(await Promise.all([read(desk, 'a'), read(laptop, 'b'), read(desk, 'gone')]), [
    'two, of laptop',
    'two, of desk',
    undefined,
  ]);
});

test('a pause for a time ends by itself, in a daemon that runs and in one that did not', {
  timeout: 300_000,
}, async (t) => {
  const [laptop, desk] = await pair(t);
  await laptop.kith('pause', FOLDER, '--for', '6s');
  await put(laptop, 'a', 'one');
  assert.match((await laptop.folderStatus(FOLDER)).stateReason ?? '', /^until 2/);
  assert.match(await laptop.kith('folder', 'list'), /\(paused until 2.*\)/);
  await laptop.untilEqual(FOLDER, 30_000);
  assert.equal(await read(desk, 'a'), 'one');
  const configuration = path.join(laptop.home, 'config.yaml');
  assert.doesNotMatch(await readFile(configuration, 'utf8'), /paused/);
  await laptop.down();
  // No daemon runs: the file is changed.
  await laptop.kith('pause', '--for', '2s');
  assert.equal((await readFile(configuration, 'utf8')).match(/paused: \{ until: /g)?.length, 2);
  await put(laptop, 'a', 'two');
  await laptop.up();
  await laptop.untilEqual(FOLDER, 60_000);
  assert.equal(await read(desk, 'a'), 'two');
});

test('there is no connection to a paused device, and nobody waits for it', {
  timeout: 300_000,
}, async (t) => {
  const [laptop, desk] = await pair(t);
  await laptop.kith('pause', '--device', 'desk');
  await desk.until('it is cut off', ({ folders }) => folders[0]?.devices[0]?.connected === false);
  assert.match(await desk.log(), /device is paused/);
  const alone = await laptop.tryKith('wait', FOLDER, '--timeout', '20');
  assert.deepEqual([alone.code, alone.notes.trim()], [3, 'docs: desk is paused']);
  assert.match(await laptop.kith('status'), /desk +paused/);
  await put(laptop, 'a', 'one');
  await laptop.kith('resume');
  await laptop.untilEqual(FOLDER);
  assert.equal(await read(desk, 'a'), 'one');
  assert.equal((await laptop.tryKith('pause', FOLDER, '--device', 'desk')).code, 2);
  assert.equal((await laptop.tryKith('pause', 'nothing')).code, 1);
  assert.match(await laptop.kith('pause', '--help'), /kith pause docs --for 30m/);
});
