/** The doctor on homes that are really broken, one thing each: it says what, how it is mended, ends with 3, and changes nothing. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync } from 'node:fs';
import { chmod, chown, cp, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Finding, findingSchema } from '../../src/api/finding.ts';
import { TestDaemon } from '../support/daemon.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const SCRIPT = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/kith-tests', import.meta.url));
const NOBODY = 65_534;
const timeout = 300_000;
const isRoot = process.getuid?.() === 0;
const canMount = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;
const asRoot = { timeout, skip: canMount ? false : 'only root may mount a disk' };
const FAKETIME = 'faketime';
const hasFaketime = spawnSync(FAKETIME, ['2001-01-01', 'true']).status === 0;
const withFaketime = { timeout, skip: hasFaketime ? false : 'no faketime here' };

interface Told {
  readonly code: number | null;
  readonly found: readonly Finding[];
  readonly text: string;
}

/** Runs it in a process of its own, which `under` may put somewhere else. */
async function examine(home: string, under: readonly string[] = []): Promise<Told> {
  const words = [...under, process.execPath, '--disable-warning=ExperimentalWarning', SCRIPT];
  const [program = '', ...args] = [...words, '--home', home, 'doctor', '--json'];
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => {
    out += String(part);
  });
  child.stderr.on('data', (part) => {
    err += String(part);
  });
  const [code] = await once(child, 'close');
  const found = findingSchema.array().parse(JSON.parse(out || '[]'));
  return { code, found, text: out + err };
}

/** Exactly one check is bad, the wanted one; its finding says so, and has a mend. */
function expectBad({ code, found, text }: Told, check: Finding['check'], what: RegExp): Finding {
  const isBad = found.filter(({ state }) => state === 'bad');
  assert.deepEqual([...new Set(isBad.map((each) => each.check))], [check], text);
  assert.equal(code, 3);
  const [first] = isBad;
  assert.ok(first !== undefined && (first.mend ?? '') !== '', text);
  assert.match(first.text, what);
  return first;
}

/** A home with a folder that was open once, and no daemon. */
async function device(t: TestContext, options: { readonly wasOpen?: boolean } = {}) {
  const directory = await temporaryDirectory(t);
  const daemon = await TestDaemon.make(t, directory, 'laptop');
  await daemon.share('docs', []);
  if (options.wasOpen === true) {
    await daemon.up();
    await daemon.until('the folder is idle', ({ folders }) => folders[0]?.state === 'idle');
    await daemon.down();
  }
  return { daemon, home: daemon.home, folder: daemon.folder('docs'), directory };
}

/** Names, modes and times of everything in a directory. */
function factsOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true }).map((name) => {
    const { mode, size, mtimeNs } = lstatSync(path.join(directory, String(name)), { bigint: true });
    return `${name} ${mode} ${size} ${mtimeNs}`;
  });
}

test('a home in order is well, with and without a daemon, and nothing in it is changed', {
  timeout,
}, async (t) => {
  const { daemon, home, directory } = await device(t, { wasOpen: true });
  const before = factsOf(directory);
  const alone = await examine(home);
  assert.equal(alone.code, 0, alone.text);
  assert.deepEqual(factsOf(directory), before);
  const states = new Map(alone.found.map(({ check, state }) => [check, state]));
  assert.equal(states.get('daemon'), 'warn');
  assert.equal(states.size, 12);
  assert.ok(!alone.found.some(({ state }) => state === 'bad'));
  await daemon.up();
  await daemon.until('the folder is idle', ({ folders }) => folders[0]?.state === 'idle');
  const running = factsOf(directory);
  const { code, found, text } = await examine(home);
  assert.equal(code, 0, text);
  assert.deepEqual(factsOf(directory), running);
  const of = (name: Finding['check']) => found.find(({ check }) => check === name);
  assert.match(of('daemon')?.text ?? '', new RegExp(`pid ${daemon.pid}`));
  assert.match(of('port')?.text ?? '', /held by the daemon/);
  assert.equal(of('markers')?.text, '1 right');
});

test('where nothing is set up, that alone is told', { timeout }, async (t) => {
  const told = await examine(path.join(await temporaryDirectory(t), 'none'));
  expectBad(told, 'configuration', /nothing is set up/);
  assert.equal(told.found.length, 2);
});

test('a mistake in the configuration is told with its line, a mode with the chmod that mends it', {
  timeout,
}, async (t) => {
  const { home } = await device(t);
  const file = path.join(home, 'config.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, `${text}surprise: yes\n`);
  const mistake = expectBad(await examine(home), 'configuration', /line \d+, surprise/);
  assert.match(mistake.mend ?? '', /config\.yaml/);
  await writeFile(file, text);
  const key = path.join(home, 'key.pem');
  await chmod(key, 0o644);
  const open = expectBad(await examine(home), 'keys', /key\.pem has mode 644 instead of 600/);
  assert.equal(open.mend, `chmod 600 '${key}'`);
  assert.equal(spawnSync('sh', ['-c', open.mend ?? '']).status, 0);
  assert.equal((await examine(home)).code, 0);
  await chmod(home, 0o755);
  expectBad(await examine(home), 'keys', /home has mode 755/);
});

test('a key that is damaged, and one that belongs to another certificate, are told', {
  timeout,
}, async (t) => {
  const { home } = await device(t);
  const other = await device(t);
  await cp(path.join(other.home, 'key.pem'), path.join(home, 'key.pem'));
  expectBad(await examine(home), 'keys', /the key is not the certificate/);
  await writeFile(path.join(home, 'key.pem'), 'nonsense');
  expectBad(await examine(home), 'keys', /cannot be used/);
});

test('a port that another program has is told with its process', { timeout }, async (t) => {
  const { home, daemon } = await device(t);
  const server = createServer();
  server.listen(Number(daemon.address.split(':').at(-1)), '127.0.0.1');
  await once(server, 'listening');
  try {
    const { mend } = expectBad(
      await examine(home),
      'port',
      new RegExp(`taken by .*node.* \\(pid ${process.pid}\\)`),
    );
    assert.match(mend ?? '', new RegExp(`kill ${process.pid}, if it is not needed`));
  } finally {
    server.close();
  }
});

test('a daemon that is stuck is told, with how to end it', { timeout }, async (t) => {
  const { home, daemon } = await device(t);
  await daemon.up();
  process.kill(daemon.pid ?? 0, 'SIGSTOP');
  try {
    const { mend } = expectBad(await examine(home), 'daemon', /does not answer/);
    assert.match(mend ?? '', new RegExp(`kill ${daemon.pid}, then kith up`));
  } finally {
    process.kill(daemon.pid ?? 0, 'SIGCONT');
  }
});

test('a marker that is gone, and that of another folder or home, are told', {
  timeout,
}, async (t) => {
  const { home, folder } = await device(t, { wasOpen: true });
  const marker = path.join(folder, '.kith', 'marker');
  const right = await readFile(marker, 'utf8');
  await rm(marker);
  expectBad(await examine(home), 'markers', /marker .* is gone/);
  await writeFile(marker, right.replace('"docs"', '"music"'));
  expectBad(await examine(home), 'markers', /that of folder music/);
  await writeFile(marker, right.replace(/[0-9a-f]{32}/, '0'.repeat(32)));
  expectBad(await examine(home), 'markers', /of another home/);
  await rm(folder, { recursive: true });
  const told = await examine(home);
  assert.match(told.found.find(({ check }) => check === 'folders')?.text ?? '', /is not there/);
});

test('a damaged database is told, whether its head or a page in the middle', {
  timeout,
}, async (t) => {
  const { home } = await device(t, { wasOpen: true });
  const file = path.join(home, 'index.db');
  const { size } = await stat(file);
  const whole = await readFile(file);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(size - 8192, 0x5a), 0, size - 8192, 4096);
  await handle.close();
  const told = await examine(home);
  assert.ok(
    told.found.some(({ check, state }) => check === 'database' && state === 'bad'),
    told.text,
  );
  assert.equal(told.code, 3);
  await writeFile(file, Buffer.concat([Buffer.from('no database here'), whole.subarray(16)]));
  const head = await examine(home);
  assert.match(head.found.find(({ check }) => check === 'database')?.text ?? '', /damaged/);
});

test('a clock that is before anything happened is told', withFaketime, async (t) => {
  const { home } = await device(t);
  const told = await examine(home, [FAKETIME, '2001-02-03 04:05:06']);
  expectBad(told, 'clock', /it is 2001-02-03 .* but /);
});

test('a limit on watches that is too low is told, with what to raise', { timeout }, async (t) => {
  const { home, folder } = await device(t);
  for (let at = 0; at < 30; at++) await mkdir(path.join(folder, `d${at}`));
  const limit = 'echo 10 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"';
  const told = await examine(home, ['unshare', '-Ur', 'sh', '-c', limit]);
  const { mend } = expectBad(
    told,
    'watches',
    /user\.max_inotify_watches is 10; the folders need 31/,
  );
  assert.match(mend ?? '', /sudo sysctl user\.max_inotify_watches=\d+/);
});

test(
  'a directory that may not be read, and a root that may not be written, are told',
  asRoot,
  async (t) => {
    const { home, folder, directory } = await device(t);
    await mkdir(path.join(folder, 'open/shut'), { recursive: true });
    for (const name of ['', ...readdirSync(directory, { recursive: true }).map(String)]) {
      await chown(path.join(directory, name), NOBODY, NOBODY);
    }
    const nobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    assert.equal((await examine(home, nobody)).code, 0);
    await chown(path.join(folder, 'open/shut'), 0, 0);
    await chmod(path.join(folder, 'open/shut'), 0o700);
    expectBad(await examine(home, nobody), 'folders', /'open\/shut' cannot be read \(EACCES\)/);
    await chown(folder, 0, 0);
    const told = await examine(home, nobody);
    expectBad(told, 'folders', /may not be changed by you/);
    await chown(home, 0, 0);
    const shut = await examine(home, nobody);
    assert.equal(shut.code, 3);
    assert.ok(
      shut.found.some(({ check, state }) => check === 'keys' && state === 'bad'),
      shut.text,
    );
  },
);

test(
  'a disk that is full, that has no inodes left or is read-only, and a home on a network are told',
  asRoot,
  async (t) => {
    const { home, folder, directory } = await device(t);
    const inside = (script: string) =>
      examine(home, ['unshare', '-m', 'sh', '-c', `${script} && exec "$0" "$@"`]);
    const full = await inside(`mount -t tmpfs -o size=2m none '${folder}'`);
    expectBad(full, 'disk', /^2 MB free where folder docs lies/);
    const crowded = await inside(`mount -t tmpfs -o size=900m,nr_inodes=20 none '${folder}'`);
    expectBad(crowded, 'disk', /19 more files fit .*inodes/);
    const shut = await inside(
      `mount --bind '${folder}' '${folder}' && mount -o remount,bind,ro '${folder}'`,
    );
    assert.ok(
      shut.found.some(({ check, state }) => check === 'filesystem' && state === 'bad'),
      shut.text,
    );
    // The kernel's table is the one that the process reads; what it says is made up.
    const table = path.join(directory, 'mountinfo');
    await writeFile(table, '1 0 0:1 / / rw - nfs4 nas:/homes rw\n');
    const far = await inside(`mount --bind '${table}' /proc/$$/mountinfo`);
    expectBad(far, 'filesystem', /the home is on nfs4/);
  },
);
