import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TestPrograms } from '../../test/support/disk-programs.ts';
import { asKithError, type ErrorCode } from '../base/error.ts';
import { NodeDisk } from './node-disk.ts';

const programs = new URL('../../test/support/disk-programs.ts', import.meta.url);
const usual = { urgency: 1 } as const;

test('a program runs in a worker and its result comes back', async (t) => {
  const { disk, path } = setUp(t);
  writeFileSync(join(path, 'a'), '');
  assert.deepEqual(await disk.run('names', { path }, usual), ['a']);
  assert.deepEqual(await disk.run('names', { path: join(path, 'absent') }, usual), []);
});

test('what a program left open is closed, whether it ended or threw', async (t) => {
  const { disk, path } = setUp(t, 1);
  await disk.run('names', { path }, usual);
  const opened = () => openBelow(path);
  assert.equal(await disk.run('leave', { path, fails: 'no' }, usual), 20);
  assert.deepEqual(opened(), []);
  await rejects(disk.run('leave', { path, fails: 'kith' }, usual), 'FILE_EXISTS');
  assert.deepEqual(opened(), []);
  await rejects(disk.run('leave', { path, fails: 'other' }, usual), 'BUG');
  assert.deepEqual(opened(), []);
});

test('an error keeps its code and facts, and its cause as text', async (t) => {
  const { disk, path } = setUp(t);
  const args = { path, name: 'absent', size: 1 };
  const error = await rejects(disk.run('fetch', args, usual), 'FILE_GONE');
  assert.deepEqual(error.data, { name: 'absent' });
  writeFileSync(join(path, 'taken'), '');
  const taken = { path, name: 'taken', bytes: new Uint8Array(1) };
  const exists = await rejects(disk.run('store', taken, usual), 'FILE_EXISTS');
  assert.deepEqual(exists.data, { call: 'openFile', name: 'taken', errno: 'EEXIST' });
  assert.match(String(exists.cause), /EEXIST/);
});

test('a witness serves any worker until it is closed, on its own file system', async (t) => {
  const { disk, path } = setUp(t);
  const witness = await disk.witness(path);
  const args = { path, witness: witness.handle };
  const could = await Promise.all([
    disk.run('syncAll', args, usual),
    disk.run('syncAll', args, usual),
  ]);
  assert.equal(could[0], could[1]);
  const elsewhere = await disk.witness('/proc');
  if (could[0]) {
    await rejects(
      disk.run('syncAll', { path, witness: elsewhere.handle }, usual),
      'FILE_CROSS_DEVICE',
    );
  }
  assert.deepEqual(openBelow(path), [path]);
  await witness.close();
  await elsewhere.close();
  assert.deepEqual(openBelow(path), []);
  await rejects(disk.witness(join(path, 'absent')), 'FILE_GONE');
});

test('buffers change hands in both directions instead of being copied', async (t) => {
  const { disk, path } = setUp(t);
  const bytes = new Uint8Array(100_000).fill(7);
  const give = [bytes.buffer];
  const size = await disk.run('store', { path, name: 'a', bytes }, { urgency: 1, give });
  assert.equal(size, 100_000);
  assert.equal(bytes.length, 0, 'given away');
  const [got] = await disk.run('fetch', { path, name: 'a', size }, usual);
  assert.deepEqual(got?.bytes, new Uint8Array(100_000).fill(7));
  assert.ok(readFileSync(join(path, 'a')).equals(Buffer.alloc(100_000, 7)));
});

test('urgent jobs pass those that wait, equal ones keep their order', async (t) => {
  const { disk } = setUp(t, 1);
  const ended: string[] = [];
  const busy = async (name: string, urgency: 0 | 1 | 2) => {
    await disk.run('busy', { name, ms: 2 }, { urgency });
    ended.push(name);
  };
  // The thread takes two at once; the others wait and are sorted.
  await Promise.all([
    busy('runs', 2),
    busy('ahead', 2),
    busy('bulk 1', 2),
    busy('bulk 2', 2),
    busy('usual 1', 1),
    busy('urgent', 0),
    busy('usual 2', 1),
  ]);
  assert.deepEqual(ended, ['runs', 'ahead', 'urgent', 'usual 1', 'usual 2', 'bulk 1', 'bulk 2']);
});

test('a worker that dies fails its jobs, and the next job gets a new one', async (t) => {
  const { disk, path } = setUp(t, 1);
  const doomed = [disk.run('die', undefined, usual), disk.run('names', { path }, usual)];
  const waiting = disk.run('names', { path }, usual);
  await Promise.all(doomed.map((job) => rejects(job, 'FILE_FAILED')));
  assert.deepEqual(await waiting, []);
});

test('a result that cannot be sent and a program that is not known are bugs', async (t) => {
  const { disk, path } = setUp(t);
  await rejects(disk.run('unsendable', undefined, usual), 'BUG');
  const unknown = disk as unknown as NodeDisk<Record<string, TestPrograms['names']>>;
  await rejects(unknown.run('toString', { path }, usual), 'BUG');
  const give = [new ArrayBuffer(8)];
  await rejects(disk.run('names', { path }, { urgency: 1, give: [...give, ...give] }), 'BUG');
  assert.deepEqual(await disk.run('names', { path }, usual), []);
});

test('programs that do not load fail each job and nothing hangs', async (t) => {
  const disk = new NodeDisk<TestPrograms>({ programs: new URL('file:///absent.ts') });
  t.after(() => disk.close());
  const jobs = Array.from({ length: 9 }, () => disk.run('names', { path: '/' }, usual));
  await Promise.all(jobs.map((job) => rejects(job, 'FILE_FAILED')));
});

test('closing waits for every job that was taken', async (t) => {
  const { disk, path } = setUp(t);
  const ended: number[] = [];
  for (let i = 0; i < 20; i++) {
    void disk.run('busy', { name: 'x', ms: 2 }, usual).then(() => ended.push(i));
  }
  await disk.close();
  assert.equal(ended.length, 20);
  await rejects(disk.run('names', { path }, usual), 'BUG');
});

test('the disk runs the programs of the engine when none are named', async (t) => {
  const { path } = setUp(t);
  const disk = new NodeDisk<typeof import('../engine/programs.ts').programs>();
  t.after(() => disk.close());
  assert.deepEqual(await disk.run('readMarker', { path: join(path, 'absent') }, usual), {
    exists: false,
    marker: undefined,
    proof: '',
  });
});

function setUp(t: TestContext, threads = 2) {
  const path = mkdtempSync(join(tmpdir(), 'kith-disk-'));
  const disk = new NodeDisk<TestPrograms>({ programs, threads });
  t.after(async () => {
    await disk.close();
    rmSync(path, { recursive: true });
  });
  return { disk, path };
}

/** What this process has open at or below a path: workers share its descriptors. */
function openBelow(path: string): readonly string[] {
  const open: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      open.push(readlinkSync(`/proc/self/fd/${fd}`));
    } catch (error) {
      // The descriptor of the listing itself is gone by now.
      assert.match(String(error), /ENOENT/);
    }
  }
  return open.filter((target) => target.startsWith(path));
}

async function rejects(job: Promise<unknown>, code: ErrorCode) {
  try {
    await job;
  } catch (error) {
    const known = asKithError(error);
    assert.ok(known !== undefined, String(error));
    assert.equal(known.code, code);
    return known;
  }
  throw new assert.AssertionError({ message: `nothing failed, ${code} was expected` });
}
