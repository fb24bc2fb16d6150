import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderDeviceStatus, FolderStatus, StatusReport } from '../api/status.ts';
import { judge, needsAttention } from './verdict.ts';

const NOTHING = { files: 0, bytes: 0, deletes: 0 };
const COUNTS = { files: 1, directories: 0, bytes: 1 };

function device(id: string, facts: Partial<FolderDeviceStatus> = {}): FolderDeviceStatus {
  const link = { address: null, lastSeenMs: null, trouble: null, paused: false };
  const still = { ...link, need: NOTHING, completion: 1, freshnessMs: 0 };
  return { id, name: `name-${id}`, connected: true, heard: true, ...still, ...facts };
}

function folder(id: string, facts: Partial<FolderStatus> = {}): FolderStatus {
  const amounts = { local: COUNTS, global: COUNTS, need: NOTHING, kept: NOTHING };
  const still = { stateReason: null, kind: 'send-receive', ...amounts, problems: [] } as const;
  return {
    id,
    path: `/${id}`,
    state: 'idle',
    ...still,
    problems: [],
    devices: [device('A')],
    ...facts,
  };
}

function report(...folders: readonly FolderStatus[]): StatusReport {
  return {
    device: 'SELF',
    name: 'laptop',
    version: '0',
    uptimeMs: 0,
    notes: [],
    folders: [...folders],
  };
}

test('equal is when everybody is connected, heard and lacks nothing', () => {
  assert.deepEqual(judge(report(folder('a'), folder('b')), {}), { kind: 'equal' });
});

const NOT_YET: readonly [string, Partial<FolderStatus>, string][] = [
  [
    'a device is away',
    { devices: [device('A'), device('B', { connected: false })] },
    'a: name-B is not connected',
  ],
  [
    'a device was not heard out',
    { devices: [device('A', { heard: false })] },
    'a: name-A has not said yet what it has; is the folder shared there too?',
  ],
  [
    'a device lacks a file',
    { devices: [device('A', { need: { ...NOTHING, files: 1 } })] },
    'a: name-A lacks 1 change',
  ],
  [
    'a device lacks a delete',
    { devices: [device('A', { need: { ...NOTHING, deletes: 2 } })] },
    'a: name-A lacks 2 changes',
  ],
  [
    'something is lacking here',
    { state: 'syncing', need: { ...NOTHING, files: 3 } },
    'a: this device lacks 3 changes',
  ],
  ['a scan goes on', { state: 'scanning' }, 'a: scanning'],
  ['nobody shares it', { devices: [] }, 'a: shared with nobody to wait for'],
];

for (const [what, facts, reason] of NOT_YET) {
  test(`not equal yet when ${what}`, () => {
    assert.deepEqual(judge(report(folder('a', facts)), { folder: 'a' }), {
      kind: 'waiting',
      reasons: [reason],
    });
  });
}

for (const state of ['held', 'stopped', 'paused', 'error'] as const) {
  test(`a folder that is ${state} needs a person, whatever the others do`, () => {
    const stuck = folder('b', { state, stateReason: 'because' });
    const verdict = judge(report(folder('a', { state: 'syncing' }), stuck), {});
    assert.deepEqual(verdict, { kind: 'attention', reasons: [`b: ${state}, because`] });
    assert.deepEqual(judge(report(folder('a'), stuck), { folder: 'a' }), { kind: 'equal' });
  });
}

test('with one device named the others do not count', () => {
  const away = folder('a', { devices: [device('A'), device('B', { connected: false })] });
  const elsewhere = folder('b', { devices: [device('B', { connected: false })] });
  assert.deepEqual(judge(report(away, elsewhere), { device: 'A' }), { kind: 'equal' });
  assert.equal(judge(report(away, elsewhere), { device: 'B' }).kind, 'waiting');
});

test('a folder shared with nobody does not hold up the others, but is no agreement by itself', () => {
  const alone = folder('b', { devices: [] });
  assert.deepEqual(judge(report(folder('a'), alone), {}), { kind: 'equal' });
  assert.equal(judge(report(alone), {}).kind, 'waiting');
  assert.equal(judge(report(), {}).kind, 'waiting');
});

test('problems and stuck folders need attention; a pause was a person’s wish', () => {
  const problem = { path: 'x', code: 'FILE_DENIED', text: 'denied' };
  assert.ok(needsAttention(folder('a', { problems: [problem] })));
  assert.ok(needsAttention(folder('a', { state: 'held' })));
  assert.ok(!needsAttention(folder('a', { state: 'paused' })));
  assert.ok(!needsAttention(folder('a', { state: 'syncing' })));
});
