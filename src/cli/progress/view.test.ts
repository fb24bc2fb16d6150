import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderDeviceStatus, FolderStatus, StatusReport } from '../../api/status.ts';
import { makeOut } from '../out.ts';
import { PLAIN, progressText } from './bar.ts';
import { liveProgress } from './live.ts';
import { ProgressView } from './view.ts';

const NOTHING = { files: 0, bytes: 0, deletes: 0 };
const GB = 1e9;

function device(more: Partial<FolderDeviceStatus> = {}): FolderDeviceStatus {
  return {
    id: 'NAS',
    name: 'nas',
    connected: true,
    heard: true,
    address: null,
    need: NOTHING,
    completion: 1,
    freshnessMs: 0,
    lastSeenMs: null,
    trouble: null,
    paused: false,
    ...more,
  };
}

function report(more: Partial<FolderStatus>, devices = [device()]): StatusReport {
  const amount = { files: 1, directories: 0, bytes: 1 };
  const folder: FolderStatus = {
    id: 'docs',
    path: '/docs',
    kind: 'send-receive',
    state: 'syncing',
    stateReason: null,
    local: amount,
    global: amount,
    need: NOTHING,
    kept: NOTHING,
    problems: [],
    devices,
    ...more,
  };
  return { device: 'SELF', name: 'a', version: '1', uptimeMs: 1, notes: [], folders: [folder] };
}

/** What is shown at each of these seconds. */
function shown(reports: readonly (readonly [number, StatusReport])[]): readonly string[] {
  const view = new ProgressView();
  let lines: readonly string[] = [];
  for (const [seconds, one] of reports) {
    lines = view
      .observe(one, {}, seconds * 1000)
      .map((line) => progressText(line, { width: 79, style: PLAIN }));
  }
  return lines;
}

test('one large file moves as its pieces arrive', () => {
  const need = { files: 1, bytes: GB, deletes: 0 };
  const with_ = (bytes: number) =>
    report({ need, progress: { scan: null, fetch: { files: 1, bytes } } });
  const lines = shown([0, 1, 2, 3].map((at) => [at, with_(at * 0.1 * GB)]));
  assert.deepEqual(lines, [
    'docs  ####-----------   30 %  300 MB of 1.0 GB  6 s left  100 MB/s  1 file left',
  ]);
});

test('a device that fetches from us moves as it is given pieces; one that is away has no line', () => {
  const need = { files: 1, bytes: GB, deletes: 0 };
  const at = (bytes: number) =>
    report({}, [
      device({ need, progress: { bytes } }),
      device({ id: 'X', connected: false, need }),
    ]);
  const lines = shown([
    [0, at(0)],
    [1, at(0.5 * GB)],
  ]);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^docs → nas {2}#+-+ {3}50 % {2}500 MB of 1\.0 GB {2}500 MB\/s/);
});

test('where more than one thing goes on, the first line is all of it', () => {
  const need = { files: 2, bytes: GB, deletes: 0 };
  const lines = shown([[0, report({ need }, [device({ need })])]]);
  assert.deepEqual(
    lines.map((line) => line.split('  ')[0]),
    ['all', 'docs', 'docs → nas'],
  );
  assert.match(lines[0] ?? '', /0 bytes of 2\.0 GB/);
});

test('a scan counts names, of about as many as there were the last time, and then what it reads', () => {
  const scan = { entries: 12_400, ofEntries: 50_000, bytes: 0, ofBytes: 0 };
  const fetch = { files: 0, bytes: 0 };
  assert.match(
    shown([[0, report({ state: 'scanning', progress: { scan, fetch } })]])[0] ?? '',
    /^docs {2}#+-+ {3}24 % {2}12,400 of about 50,000 looked at$/,
  );
  const first = { ...scan, ofEntries: null, bytes: GB, ofBytes: 3 * GB };
  assert.deepEqual(shown([[0, report({ progress: { scan: first, fetch } })]]), [
    'docs  12,400 looked at  1.0 GB of 3.0 GB read',
  ]);
  const reading = { ...first, entries: 0 };
  assert.match(
    shown([[0, report({ progress: { scan: reading, fetch } })]])[0] ?? '',
    /^docs {2}#+-+ {3}33 % {2}1\.0 GB of 3\.0 GB read$/,
  );
});

test('where everything is everywhere, nothing is shown', () => {
  assert.deepEqual(
    shown([[0, report({ progress: { scan: null, fetch: { files: 0, bytes: 0 } } })]]),
    [],
  );
});

test('bars go to the terminal of standard error alone, and nothing at all to a file', () => {
  const need = { files: 1, bytes: GB, deletes: 0 };
  for (const isTTY of [true, false]) {
    const [out, err]: [string[], string[]] = [[], []];
    const made = makeOut({
      stdout: { isTTY: true, write: (text) => out.push(text) },
      stderr: { isTTY, columns: 40, write: (text) => err.push(text) },
      env: {},
    });
    const progress = liveProgress(made);
    progress.show(report({ need }), {});
    progress.conclude();
    assert.deepEqual(out, []);
    const bar = `docs  ${'-'.repeat(26)}    0 %\n`;
    if (isTTY) assert.equal(err.join(''), `${bar}\u001b[1A\u001b[0J`);
    else assert.deepEqual(err, []);
  }
});
