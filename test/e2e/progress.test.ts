/** Bars on long work: on a terminal they move within one large file and go away; elsewhere nothing of them is printed. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { TestDaemon } from '../support/daemon.ts';
import { FOLDER, makeCluster } from '../support/daemon-cluster.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeLarge } from '../support/trees-content.ts';
import { until } from '../support/until.ts';

const SCRIPT = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SIZE = 400 * 1024 * 1024;
const COLUMNS = 70;
/** Of util-linux: runs a command on a terminal. */
const PTY = 'script';
const timeout = 300_000;
/** What takes a single line away again. */
const ERASE = '\u001b[1A\u001b[0J';

/** A command on a terminal of 70 columns. */
function onTerminal(home: string, words: string) {
  const node = `'${process.execPath}' --disable-warning=ExperimentalWarning`;
  const command = `stty cols ${COLUMNS}; exec ${node} '${SCRIPT}' --home '${home}' ${words}`;
  const env = { ...process.env, TERM: 'xterm', LC_ALL: 'C.UTF-8' };
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(PTY, ['-qec', command, '/dev/null'], { env, stdio });
  const said = { text: '' };
  child.stdout.on('data', (part) => {
    said.text += String(part).replaceAll('\r\n', '\n');
  });
  return { child, said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** The same to its end: every line that a person saw, one after another. */
async function linesOnTerminal(home: string, words: string): Promise<readonly string[]> {
  const { said, ended } = onTerminal(home, words);
  assert.equal(await ended, 0, said.text);
  return linesIn(said.text);
}

function linesIn(text: string): readonly string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line !== '');
}

/** The percents of the transfer in the lines that begin so; a look that reads the new file has a bar of the same label. */
function percentsIn(lines: readonly string[], label: string): readonly number[] {
  return lines.flatMap((line) => {
    const [, percent] = / (\d+) %/.exec(line) ?? [];
    const isOfTransfer = line.startsWith(`${label}  `) && !/ read\b/.test(line);
    return isOfTransfer && percent !== undefined ? [Number(percent)] : [];
  });
}

test('within one large file the bars of both ends move, and go away at the end', {
  timeout,
}, async (t) => {
  const shape = { names: ['a', 'b'], links: [['a', 'b']] } as const;
  const cluster = await makeCluster(t, shape);
  const [a, b] = cluster.daemons;
  const [mine = ''] = cluster.roots;
  assert.ok(a !== undefined && b !== undefined);
  await writeLarge(path.join(mine, 'large'), SIZE, 1);
  await a.up();
  await a.until('the file is known', ({ folders }) => folders[0]?.local.bytes === SIZE);
  await b.up();
  const silent = b.tryKith('wait', FOLDER, '--timeout', '120');
  const half = b.until('a part has arrived', ({ folders: [folder] }) => {
    const arrived = folder?.progress?.fetch.bytes ?? 0;
    return folder?.need.bytes === SIZE && arrived > 0 && arrived < SIZE;
  });
  const [taking, giving] = await Promise.all([
    linesOnTerminal(b.home, `wait ${FOLDER} --timeout 120`),
    linesOnTerminal(a.home, `wait ${FOLDER} --timeout 120`),
    half,
  ]);
  for (const [lines, label] of [
    [taking, FOLDER],
    [giving, `${FOLDER} → b`],
  ] as const) {
    const percents = percentsIn(lines, label);
    const moving = new Set(percents.filter((percent) => percent > 0 && percent < 100));
    assert.ok(moving.size >= 3, lines.join('\n'));
    assert.deepEqual(
      percents,
      [...percents].sort((one, other) => one - other),
    );
    assert.ok(lines.every((line) => line.length < COLUMNS));
    assert.match(lines.at(-1) ?? '', /^moved \d+ MB in \d+ s \(.*\/s\)$/);
  }
  assert.deepEqual(await silent, { code: 0, out: '', notes: '' });
});

test('kith up on a terminal has its bars below the log, and leaves none behind', {
  timeout,
}, async (t) => {
  const daemon = await TestDaemon.make(t, await temporaryDirectory(t), 'a');
  await mkdir(daemon.folder(FOLDER), { recursive: true });
  await writeLarge(path.join(daemon.folder(FOLDER), 'large'), 2 * SIZE, 2);
  await daemon.share(FOLDER, []);
  const { said, ended } = onTerminal(daemon.home, 'up');
  await until('bars of the first scan', () =>
    /^docs {2}.* read/m.test(stripVTControlCharacters(said.text)),
  );
  await until(
    'the end of them',
    () => said.text.trimEnd().endsWith('folder-open') || said.text.endsWith(ERASE),
  );
  const pid = Number.parseInt(await readFile(path.join(daemon.home, 'lock'), 'utf8'), 10);
  process.kill(pid, 'SIGINT');
  assert.equal(await ended, 0, said.text);
  const lines = linesIn(said.text);
  for (const event of ['ready', 'folder-open', 'stopped']) {
    assert.ok(
      lines.some((line) => new RegExp(`^[\\d:]{8} info +${event}\\b`).test(line)),
      said.text,
    );
  }
  const lastBar = said.text.lastIndexOf('docs  ');
  assert.ok(said.text.indexOf(ERASE, lastBar) > lastBar, said.text);
});
