/** The whole command line in this process, against files and against a daemon without an engine. */

import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FolderStatus, StatusReport } from '../../src/api/status.ts';
import { main } from '../../src/cli/main.ts';
import { deviceIdFromHash } from '../../src/model/device-id.ts';
import { EMPTY_REPORT, type FakeService, fakeProgram } from '../support/fake-daemon.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const NAS = deviceIdFromHash(new Uint8Array(32).fill(1));
const NOTHING = { files: 0, bytes: 0, deletes: 0 };
const DOCS: FolderStatus = {
  id: 'docs',
  path: '/docs',
  kind: 'send-receive',
  state: 'idle',
  stateReason: null,
  local: { files: 1, directories: 0, bytes: 5 },
  global: { files: 1, directories: 0, bytes: 5 },
  need: NOTHING,
  kept: NOTHING,
  problems: [],
  devices: [
    {
      id: NAS,
      name: 'nas',
      connected: true,
      heard: true,
      address: 'tcp://192.0.2.7:22000',
      need: NOTHING,
      completion: 1,
      freshnessMs: 0,
      lastSeenMs: 0,
      trouble: null,
      paused: false,
    },
  ],
};
const EQUAL: StatusReport = { ...EMPTY_REPORT, folders: [DOCS] };
const BUSY: StatusReport = { ...EMPTY_REPORT, folders: [{ ...DOCS, state: 'syncing' }] };

async function bench(t: TestContext) {
  // Hooks run in the order in which they were added: daemons end before their directory does.
  const stops: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const stop of stops) await stop();
  });
  const directory = await temporaryDirectory(t);
  const home = path.join(directory, 'home');
  const services = new Map<string, FakeService>();
  const program = fakeProgram(services);
  const kith = async (
    words: string,
    {
      signal = new AbortController().signal,
      out = [] as string[],
      err = [] as string[],
      isTTY = false,
    } = {},
  ) => {
    const code = await main({
      words: words.split(' ').filter((word) => word !== ''),
      program,
      env: { KITH_HOME: home },
      directory,
      stdout: { write: (text) => out.push(text) },
      stderr: { isTTY, columns: 60, write: (text) => err.push(text) },
      signal,
    });
    return { code, out: out.join(''), err: err.join('') };
  };
  await kith('init --name laptop --api 127.0.0.1:0');
  return { kith, home, directory, services, stops };
}

/** The same with a daemon that runs until the test ends. */
async function benchWithDaemon(t: TestContext, report = EQUAL) {
  const ground = await bench(t);
  const stop = new AbortController();
  const running = ground.kith('up', { signal: stop.signal });
  ground.stops.push(async () => {
    stop.abort();
    assert.deepEqual(await running, { code: 0, out: '', err: '' });
  });
  await until('the daemon is ready', () => ground.services.has(ground.home));
  const service = ground.services.get(ground.home);
  assert.ok(service !== undefined);
  service.tell(report);
  return { ...ground, service };
}

for (const daemon of ['without', 'with'] as const) {
  test(`devices and folders are added, listed, shared and removed ${daemon} a daemon`, async (t) => {
    const { kith, home, directory } = daemon === 'with' ? await benchWithDaemon(t) : await bench(t);
    const docs = path.join(directory, 'docs');
    const good = async (words: string) => {
      const { code, out, err } = await kith(words);
      assert.equal(code, 0, err);
      return out;
    };
    await good(
      `device add ${NAS.toLowerCase()} --name nas --address tcp://192.0.2.7:22000 --address dynamic`,
    );
    assert.equal(await good('device list'), `nas  ${NAS}  tcp://192.0.2.7:22000 dynamic\n`);
    await good('folder add docs docs');
    await good('folder share docs nas');
    assert.equal(await good('folder list'), `docs  send-receive  ${docs}  nas\n`);
    assert.deepEqual(JSON.parse(await good('folder list --json')), {
      folders: [{ id: 'docs', path: docs, kind: 'send-receive', paused: false, devices: [NAS] }],
    });
    assert.match(
      await readFile(path.join(home, 'config.yaml'), 'utf8'),
      /id: docs.*devices: \[ nas \]/,
    );
    await good('device remove nas');
    await good('folder remove docs');
    assert.deepEqual(JSON.parse(await good('device list --json')), { devices: [] });
    const unknown = await kith('folder remove docs');
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /no folder with this id is configured \(folder: docs\)/);
  });
}

const WRONG: readonly [string, RegExp][] = [
  ['', /Usage: kith/],
  ['stauts', /Did you mean status/],
  ['status --jsno', /unknown option '--jsno'/],
  ['status a b', /too many arguments/],
  ['device', /Usage: kith device/],
  ['device add', /missing required argument 'id'/],
  ['device add abc', /ID: this is not a device id/],
  [`device add ${NAS} --address quic://x:1`, /--address: .*quic is not available yet/],
  [
    'folder add f /f --kind both',
    /--kind: "both" is not a kind of folder; use send-receive, send-only, receive-only/,
  ],
  ['wait --timeout soon', /--timeout: must be a number of seconds/],
  ['rescan --confirm-emptied', /--confirm-emptied: name the folder/],
  ['init --listen dynamic', /--listen: dynamic cannot be listened on/],
  ['init --api nowhere', /--api: "nowhere" is not HOST:PORT/],
  ['help nothing', /unknown command 'nothing'/],
  ['help device nothing', /unknown command 'nothing'/],
  ['help wait nothing', /unknown command 'nothing'/],
];

for (const [words, complaint] of WRONG) {
  test(`the wrong command line "kith ${words}" ends with 2 and says what to do`, async (t) => {
    const { kith } = await bench(t);
    const { code, out, err } = await kith(words);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, complaint);
  });
}

test('help explains each command with examples, on standard output', async (t) => {
  const { kith } = await bench(t);
  const { code, out } = await kith('help');
  assert.equal(code, 0);
  const commands = ['init', 'id', 'up', 'status', 'wait', 'rescan', 'device add', 'folder share'];
  for (const command of commands) {
    assert.ok(out.includes(command.split(' ')[0] ?? ''), command);
    const help = await kith(`${command} --help`);
    assert.equal(help.code, 0);
    assert.match(help.out, /Examples:\n {2}kith /);
    assert.match(help.out, /--home/);
  }
  for (const command of ['wait', 'device', 'device add', 'folder share']) {
    const help = await kith(`help ${command}`);
    assert.deepEqual(help, { code: 0, out: (await kith(`${command} --help`)).out, err: '' });
  }
  assert.deepEqual(await kith('--version'), { code: 0, out: '0.0.1\n', err: '' });
});

test('init prints the id that id prints, and refuses to overwrite', async (t) => {
  const { kith, directory } = await bench(t);
  const { code, out } = await kith(`--home ${directory}/other init --json`);
  const { device, home } = JSON.parse(out);
  assert.deepEqual([code, home], [0, path.join(directory, 'other')]);
  assert.equal((await kith(`id --home ${directory}/other`)).out, `${device}\n`);
  const again = await kith(`init --home ${directory}/other`);
  assert.equal(again.code, 1);
  assert.match(again.err, /set up already/);
  assert.match((await kith(`id --qr --home ${directory}/other`)).out, /[▀▄█]{10}/);
  assert.equal((await kith(`id --home ${directory}/none`)).code, 1);
});

test('what needs a daemon says so when none runs', async (t) => {
  const { kith } = await bench(t);
  for (const words of ['status', 'rescan', 'wait --timeout 0.1']) {
    const { code, err } = await kith(words);
    assert.equal(code, 1, words);
    assert.match(err, /start it with kith up/);
  }
});

test('a mistake in the file is shown with its line, without a daemon', async (t) => {
  const { kith, home } = await bench(t);
  await writeFile(path.join(home, 'config.yaml'), 'name: a\nfoldres: []\n');
  const { code, err } = await kith('folder list');
  assert.equal(code, 1);
  assert.match(err, /config\.yaml:2:10: foldres: is not a key that may stand here/);
});

test('a token that others can read is not used', async (t) => {
  const { kith, home } = await benchWithDaemon(t);
  await chmod(path.join(home, 'api-token'), 0o644);
  const { code, err } = await kith('status');
  assert.equal(code, 1);
  assert.match(err, /chmod 600/);
});

test('status prints for people and as JSON, and 3 when a person must look', async (t) => {
  const { kith, service } = await benchWithDaemon(t);
  const { code, out } = await kith('status');
  assert.equal(code, 0);
  assert.match(out, /docs {2}idle {2}\/docs\n.*here.*\n {2}nas {3}connected, 100 %/);
  assert.deepEqual(JSON.parse((await kith('status --json')).out), EQUAL);
  assert.equal((await kith('status nosuch')).code, 1);
  service.tell({ ...EQUAL, folders: [{ ...DOCS, state: 'held', stateReason: 'emptied' }] });
  assert.equal((await kith('status docs')).code, 3);
});

test('status --watch prints each change once and ends with 0 when interrupted', async (t) => {
  const { kith, service } = await benchWithDaemon(t, BUSY);
  const stop = new AbortController();
  const told: string[] = [];
  const watching = kith('status --watch --json', { signal: stop.signal, out: told });
  await until('it tells how it is', () => told.length === 1);
  service.tell({ ...BUSY, uptimeMs: 9999 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  service.tell(EQUAL);
  await until('it tells what changed', () => told.length > 1);
  stop.abort();
  const { code, out } = await watching;
  const states = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).folders[0].state);
  assert.deepEqual([code, states], [0, ['syncing', 'idle']]);
});

test('status --watch says that the daemon has ended, not that it does not answer', async (t) => {
  const { kith, home, services } = await bench(t);
  const stop = new AbortController();
  const running = kith('up', { signal: stop.signal });
  await until('the daemon is ready', () => services.has(home));
  const told: string[] = [];
  const watching = kith('status --watch --json', { out: told });
  await until('it tells how it is', () => told.length === 1);
  stop.abort();
  await running;
  const { code, err } = await watching;
  assert.equal(code, 1);
  assert.match(err, /^kith: no daemon runs on this home; start it with kith up/);
});

test('wait ends at once when all is equal, and soon after it became so', async (t) => {
  const { kith, service } = await benchWithDaemon(t);
  assert.deepEqual(await kith('wait'), { code: 0, out: '', err: '' });
  // Now and then a busy machine is slow; one that only asked again and again would be so always.
  const tookMs: number[] = [];
  for (let round = 0; round < 5; round++) {
    service.tell(BUSY);
    const waiting = kith('wait docs --device nas --timeout 20');
    await until('somebody waits', () => service.listeners === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startMs = performance.now();
    service.tell(EQUAL);
    assert.equal((await waiting).code, 0);
    tookMs.push(performance.now() - startMs);
    await until('it has gone', () => service.listeners === 0);
  }
  assert.ok(Math.min(...tookMs) < 100, `it took ${tookMs.join(', ')} ms`);
});

test('wait ends with 4 at the timeout and says what was missing', async (t) => {
  const [nas] = DOCS.devices;
  assert.ok(nas !== undefined);
  const away = { ...EQUAL, folders: [{ ...DOCS, devices: [{ ...nas, connected: false }] }] };
  const { kith, service } = await benchWithDaemon(t, away);
  assert.deepEqual(await kith('wait --timeout 1.2'), {
    code: 4,
    out: '',
    err: 'docs: nas is not connected\n',
  });
  service.tell(EMPTY_REPORT);
  assert.equal((await kith('wait --timeout 0')).code, 4);
});

for (const state of ['held', 'stopped', 'paused', 'error'] as const) {
  test(`wait ends with 3 on a folder that is ${state}`, async (t) => {
    const stuck = { ...EQUAL, folders: [{ ...DOCS, state, stateReason: 'why' }] };
    const { kith } = await benchWithDaemon(t, stuck);
    assert.deepEqual(await kith('wait --timeout 20'), {
      code: 3,
      out: '',
      err: `docs: ${state}, why\n`,
    });
  });
}

test('wait for a folder or device that is not there fails instead of waiting', async (t) => {
  const { kith } = await benchWithDaemon(t);
  assert.equal((await kith('wait nosuch --timeout 20')).code, 1);
  assert.equal((await kith('wait docs --device phone --timeout 20')).code, 1);
});

test('wait outlives a daemon that is restarted', async (t) => {
  const { kith, home, services } = await bench(t);
  const first = new AbortController();
  const second = new AbortController();
  const runs = [kith('up', { signal: first.signal })];
  const serviceOf = async () => {
    await until('the daemon is ready', () => services.has(home));
    const service = services.get(home);
    assert.ok(service !== undefined);
    services.clear();
    return service;
  };
  const before = await serviceOf();
  before.tell(BUSY);
  const waiting = kith('wait --timeout 20');
  await until('somebody waits', () => before.listeners === 1);
  first.abort();
  await runs[0];
  runs.push(kith('up', { signal: second.signal }));
  (await serviceOf()).tell(EQUAL);
  assert.equal((await waiting).code, 0);
  second.abort();
  await runs[1];
});

test('rescan asks the daemon, for one folder or all', async (t) => {
  const { kith, service } = await benchWithDaemon(t);
  assert.deepEqual(await kith('rescan'), { code: 0, out: '', err: '' });
  assert.equal((await kith('rescan docs --confirm-emptied')).code, 0);
  assert.deepEqual(service.rescans, [
    { confirmEmptied: false },
    { folder: 'docs', confirmEmptied: true },
  ]);
});

test('rescan shows on a terminal how far it is, and nothing of it elsewhere', async (t) => {
  const { kith, service } = await benchWithDaemon(t);
  const scan = { entries: 250, ofEntries: 1000, bytes: 0, ofBytes: 0 };
  const progress = { scan, fetch: { files: 0, bytes: 0 } };
  service.tell({ ...EQUAL, folders: [{ ...DOCS, state: 'scanning', progress }] });
  for (const isTTY of [true, false]) {
    const gate = Promise.withResolvers<void>();
    service.scan = gate.promise;
    const before = service.rescans.length;
    const err: string[] = [];
    const done = kith('rescan docs', { isTTY, err });
    await until('the request', () => service.rescans.length > before);
    if (isTTY) await until('a bar', () => err.length > 0);
    gate.resolve();
    assert.equal((await done).code, 0);
    const bar = 'docs  ####------------   25 %  250 of about 1,000 looked at\n';
    assert.deepEqual(err, isTTY ? [bar, '\u001b[1A\u001b[0J'] : []);
  }
});

test('rescan says of which folders nothing could be seen', async (t) => {
  const { kith, service } = await benchWithDaemon(t);
  service.tell({ ...EQUAL, folders: [{ ...DOCS, state: 'stopped', stateReason: 'not there' }] });
  const { code, err } = await kith('rescan');
  assert.deepEqual([code, err], [3, 'docs: not looked at; stopped: not there\n']);
});

test('a second daemon on a home ends with 1 and names the first one’s process', async (t) => {
  const { kith } = await benchWithDaemon(t);
  assert.equal((await kith('status')).code, 0);
  const { code, err } = await kith('up');
  assert.equal(code, 1);
  assert.match(err, new RegExp(`another kith process runs on this home.*pid: ${process.pid}`));
});

test('a home in the way of a folder is refused in both directions (LNK-10)', async (t) => {
  const { kith, home, directory } = await bench(t);
  await mkdir(path.join(directory, 'docs'));
  for (const place of [home, directory, path.join(home, 'in')]) {
    const { code, err } = await kith(`folder add f ${place}`);
    assert.equal(code, 1);
    assert.match(err, /holds the home of Kith/);
  }
});
