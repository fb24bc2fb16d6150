import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../api/config.ts';
import type { Finding } from '../../api/finding.ts';
import { KithError } from '../../base/error.ts';
import { homeFiles } from '../../host/locations.ts';
import { deviceIdFromHash } from '../../model/device-id.ts';
import { judgeClock } from './clock-check.ts';
import { judgeConfiguration } from './configuration-check.ts';
import { judgeDaemon } from './daemon-check.ts';
import { judgeDatabase } from './database-check.ts';
import { judgeModes } from './keys-check.ts';
import { judgeNode } from './node-check.ts';
import { judgePorts, type PortFacts } from './port-check.ts';
import { judgeWatches, type WatchBudget } from './watches-check.ts';

const MINUTE = 60_000;

/** The states, and every text and mend in one. */
function told(found: readonly Finding[]): string {
  return found.map(({ state, text, mend }) => `${state}: ${text} → ${mend}`).join('\n');
}

test('a Node below 24.11 is too old, a newer one is not', () => {
  const parts = { platform: 'linux', program: '/k', lock: undefined, calls: undefined };
  const judge = (version: string) =>
    judgeNode({ ...parts, compression: undefined, version })[0]?.state;
  assert.deepEqual(['20.19.2', '24.10.9', '24.11.0', '26.0.0'].map(judge), [
    'bad',
    'bad',
    'ok',
    'ok',
  ]);
});

test('each native part that does not load is told with how to install it', () => {
  const found = judgeNode({
    version: '24.11.0',
    platform: 'linux',
    program: '/opt/kith/',
    lock: 'no lock',
    calls: 'no calls',
    compression: 'no lz4',
  });
  assert.equal(found.length, 3);
  for (const why of ['no lock', 'no calls', 'no lz4']) assert.match(told(found), new RegExp(why));
  assert.match(found[0]?.mend ?? '', /in \/opt\/kith\/: npm ci/);
});

test('a device without an address is a warning if it can dial us, and bad if it cannot', () => {
  const id = deviceIdFromHash(new Uint8Array(32));
  const device = { id, name: 'nas', addresses: ['dynamic'], paused: false };
  const config = (listen: string): Config => {
    return { name: 'a', listen: [listen], api: { listen: '' }, devices: [device], folders: [] };
  };
  const [file, nobody] = ['/h/config.yaml', new Set<string>()];
  const states = ['tcp://0.0.0.0:1', 'tcp://127.0.0.1:1', 'tcp://[::1]:1'].map((listen) => {
    return judgeConfiguration(config(listen), { file, connected: nobody })[0]?.state;
  });
  assert.deepEqual(states, ['warn', 'bad', 'bad']);
  const connected = new Set([device.id]);
  assert.equal(
    judgeConfiguration(config('tcp://127.0.0.1:1'), { file, connected })[0]?.state,
    'ok',
  );
});

test('an open key is bad, an open configuration in a closed home a warning, and both are closed by chmod', () => {
  const name = (kind: 'home' | 'secret' | 'private', mode: number) => {
    return { file: `/h/${kind}`, kind, mode, owner: 7 };
  };
  assert.deepEqual(judgeModes([name('home', 0o700), name('secret', 0o600)], 7), []);
  const found = judgeModes([name('home', 0o750), name('secret', 0o640), name('private', 0o644)], 7);
  assert.deepEqual(
    found.map(({ state, mend }) => [state, mend]),
    [
      ['bad', "chmod 700 '/h/home'"],
      ['bad', "chmod 600 '/h/secret'"],
      ['warn', "chmod 600 '/h/private'"],
    ],
  );
  assert.match(told(judgeModes([name('secret', 0o400)], 7)), /bad: .* its owner cannot use it/);
});

test('a key of another user is bad, and to root a warning', () => {
  const names = [{ file: '/h/key.pem', kind: 'secret', mode: 0o600, owner: 7 }] as const;
  assert.match(told(judgeModes(names, 8)), /^bad: key.pem belongs to user 7, not to you \(8\)/);
  assert.match(told(judgeModes(names, 0)), /^warn: /);
});

test('a daemon that has the home but does not answer is bad; none at all is a warning', () => {
  const common = {
    files: homeFiles('/h'),
    lockError: undefined,
    said: { kind: 'nobody' },
  } as const;
  assert.equal(judgeDaemon({ ...common, holder: undefined }).state, 'warn');
  const holder = { pid: 5, isDaemon: true };
  const said = { kind: 'failed', error: new KithError('DAEMON_UNREACHABLE') } as const;
  const silent = judgeDaemon({ ...common, holder, said });
  assert.match(told([silent]), /^bad: .*\(pid 5\).* kill 5, then kith up$/);
  assert.match(
    told([judgeDaemon({ ...common, holder: undefined, lockError: new Error('EACCES') })]),
    /^bad: .*EACCES/,
  );
});

test('a damaged database is bad, a suspected one a warning, one of a newer Kith bad', () => {
  const inspected = { kind: 'inspected', isSuspect: false } as const;
  const whole = { kind: 'whole', folders: new Map() } as const;
  const judge = (facts: Parameters<typeof judgeDatabase>[0]) =>
    judgeDatabase(facts, '/h/index.db').state;
  assert.equal(judge({ ...inspected, found: whole }), 'ok');
  assert.equal(judge({ ...inspected, found: whole, isSuspect: true }), 'warn');
  assert.equal(judge({ ...inspected, found: { kind: 'damaged', reason: 'page 3' } }), 'bad');
  assert.equal(judge({ ...inspected, found: { kind: 'newer', found: 9 } }), 'bad');
  const error = new KithError('STORE_CORRUPT');
  assert.equal(judge({ kind: 'failed', error, isSuspect: false }), 'bad');
});

test('of the two limits of inotify the one that is too low is named, with a number that suffices', () => {
  const budget = (what: string, limit: number, needed: number): WatchBudget => {
    const setting = `fs.inotify.max_user_${what}`;
    return { setting, limit, needed, usedByOthers: 100, isAtLeast: false };
  };
  const [watches, instances] = [budget('watches', 8192, 500), budget('instances', 128, 3)];
  assert.equal(judgeWatches([watches, { ...instances, usedByOthers: 0 }])[0]?.state, 'ok');
  const few = told(judgeWatches([budget('watches', 8192, 8192), budget('instances', 1024, 3)]));
  assert.match(few, /^bad: fs\.inotify\.max_user_watches is 8192; .* need 8192, .* take 100/);
  assert.match(few, /sysctl fs\.inotify\.max_user_watches=32768/);
  assert.match(told(judgeWatches([watches, instances])), /^warn: fs\.inotify\.max_user_instances/);
});

const FREE: PortFacts = {
  address: 'tcp://0.0.0.0:22000',
  setting: 'listen',
  port: 22000,
  owners: [],
  daemon: undefined,
  errno: undefined,
  file: '/h/config.yaml',
};

test('a taken port is told with who has it, as far as it can be seen', () => {
  const taken = { ...FREE, errno: 'EADDRINUSE' };
  const seen = { pid: 12, user: 33, command: 'nginx -g' };
  assert.match(
    told(judgePorts([{ ...taken, owners: [seen] }])),
    /^bad: .* taken by nginx -g \(pid 12\) → kill 12/,
  );
  const hidden = { pid: undefined, user: 33, command: '' };
  assert.match(
    told(judgePorts([{ ...taken, owners: [hidden] }])),
    /user 33 → sudo ss -ltnp 'sport = :22000'/,
  );
  assert.match(told(judgePorts([taken])), /^bad: .* taken by somebody/);
  assert.match(told(judgePorts([{ ...FREE, errno: 'EACCES' }])), /^bad: .* for root alone/);
  assert.match(told(judgePorts([{ ...FREE, errno: 'EADDRNOTAVAIL' }])), /^warn: /);
  assert.equal(judgePorts([FREE])[0]?.state, 'ok');
});

test('a port that our daemon holds is well; one that it does not hold while it runs is bad', () => {
  const ours = { pid: 12, user: 0, command: 'kith up' };
  const daemon = { pid: 12 };
  assert.equal(judgePorts([{ ...FREE, daemon, owners: [ours] }])[0]?.state, 'ok');
  assert.match(told(judgePorts([{ ...FREE, daemon }])), /^bad: the daemon does not listen/);
  const other = { ...ours, pid: 13 };
  assert.match(told(judgePorts([{ ...FREE, daemon, owners: [other] }])), /^bad: .*\(pid 13\)/);
});

const CLOCK = {
  nowMs: 1_800_000_000_000,
  known: [],
  disks: [],
  daemon: undefined,
  devices: [],
} as const;

test('a clock before what has happened already is bad', () => {
  const known = [{ what: 'this program was made', ms: CLOCK.nowMs - 1 }];
  assert.equal(judgeClock({ ...CLOCK, known })[0]?.state, 'ok');
  const wrong = judgeClock({ ...CLOCK, known, nowMs: 0 });
  assert.match(told(wrong), /^bad: it is 1970-01-01 00:00 here, but this program was made 2027-/);
});

test('a disk whose time is another one is bad, a step back and a device far off are warnings', () => {
  const disks = [{ path: '/srv', ms: CLOCK.nowMs + 10 * MINUTE }];
  assert.match(told(judgeClock({ ...CLOCK, disks })), /^bad: \/srv has /);
  const daemon = { startMs: CLOCK.nowMs - MINUTE, uptimeMs: 11 * MINUTE };
  assert.match(told(judgeClock({ ...CLOCK, daemon })), /^warn: it was set back by 10 min/);
  const slept = { startMs: CLOCK.nowMs - 60 * MINUTE, uptimeMs: MINUTE };
  assert.equal(judgeClock({ ...CLOCK, daemon: slept })[0]?.state, 'ok');
  const devices = [
    { name: 'nas', aheadMs: -3 * 60 * MINUTE },
    { name: 'desk', aheadMs: 1000 },
  ];
  assert.match(
    told(judgeClock({ ...CLOCK, devices })),
    /^warn: the clock of nas is 3 h behind ours[^\n]*$/,
  );
});
