/** What else simulated disks do: refuse, fill up, fail on order, date coarsely, fold names, be mounted over, be watched. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DiskOptions } from '../../lab/sim/disk-options.ts';
import { FileFaults } from '../../lab/sim/file-faults.ts';
import { SimFileSystem } from '../../lab/sim/file-system.ts';
import { FileTree } from '../../lab/sim/file-tree.ts';
import { Pace } from '../../lab/sim/pace.ts';
import { SimPerson } from '../../lab/sim/person.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { placeOf, resolvePath } from '../../lab/sim/resolve-path.ts';
import { Scheduler } from '../../lab/sim/scheduler.ts';
import { SimWatcher } from '../../lab/sim/watcher.ts';
import { asKithError, type ErrorCode } from '../../src/base/error.ts';
import {
  abilities,
  list,
  makeDir,
  openDir,
  openFile,
  openRoot,
  removeDir,
  rename,
  runProgram,
  status,
  write,
} from '../../src/engine/file-calls.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../src/ports/file-system.ts';
import type { WatchBatch } from '../../src/ports/watcher.ts';

function computer(options: DiskOptions = {}, wallMs: () => number = () => 1_700_000_000_123) {
  const faults = new FileFaults();
  const tree = new FileTree(wallMs, options);
  tree.make({ dir: tree.root, name: 'root' }, 'directory', { mode: 0o755 });
  const files = new SimFileSystem(tree, faults);
  const run = <Result>(program: FileProgram<Result>): Result => runProgram(files, program);
  const root = run(openRoot('/root')) as DirHandle;
  const person = new SimPerson(tree, '/root');
  return { faults, tree, files, run, root, person };
}

function code(act: () => unknown): ErrorCode | undefined {
  try {
    act();
  } catch (error) {
    return asKithError(error)?.code;
  }
  return undefined;
}

describe('permissions', () => {
  it('keep a program out of what its owner may not read, write or enter', () => {
    const { run, root, person } = computer({ obeysModes: true });
    person.write('dir/file', 'x');
    person.setMode('dir', 0);
    assert.equal(
      code(() => run(openDir(root, 'dir'))),
      'FILE_DENIED',
    );
    person.setMode('dir', 0o400);
    const dir = run(openDir(root, 'dir')) as DirHandle;
    assert.deepEqual(run(list(dir)).names, ['file']);
    assert.equal(
      code(() => run(status(dir, 'file'))),
      'FILE_DENIED',
    );
    person.setMode('dir', 0o500);
    assert.ok(run(status(dir, 'file')) !== undefined);
    assert.equal(
      code(() => run(makeDir(dir, 'new'))),
      'FILE_DENIED',
    );
    person.setMode('dir/file', 0o200);
    assert.equal(
      code(() => run(openFile({ dir, name: 'file' }, 'read'))),
      'FILE_DENIED',
    );
    person.setMode('dir/file', 0o400);
    assert.equal(
      code(() => run(openFile({ dir, name: 'file' }, 'write'))),
      'FILE_DENIED',
    );
  });
  it('refuse every change of a disk that is read-only', () => {
    const { run, root, tree, person } = computer();
    person.write('file', 'x');
    tree.traits.readOnly = true;
    assert.equal(
      code(() => run(openFile({ dir: root, name: 'new' }, 'create'))),
      'FILE_READ_ONLY',
    );
    assert.equal(
      code(() => run(openFile({ dir: root, name: 'file' }, 'write'))),
      'FILE_READ_ONLY',
    );
    assert.equal(
      code(() => person.delete('file')),
      'FILE_READ_ONLY',
    );
    assert.equal(person.read('file'), 'x');
  });
});

describe('a full disk', () => {
  it('takes what fits, then throws, and has room again after a removal', () => {
    const { run, root, person } = computer({ capacity: 5 * 4_096 });
    person.write('old', 'x'.repeat(4_096));
    assert.equal(run(abilities(root)).freeBytes, 4 * 4_096);
    const file = run(openFile({ dir: root, name: 'new' }, 'create'));
    assert.ok(file !== undefined);
    const bytes = new Uint8Array(30_000).fill(120);
    assert.equal(
      code(() => run(write(file, bytes, 0))),
      'FILE_DISK_FULL',
    );
    assert.equal(person.read('new')?.length, 4 * 4_096);
    assert.equal(run(abilities(root)).freeBytes, 0);
    person.delete('old');
    assert.equal(run(abilities(root)).freeBytes, 4_096);
    run(write(file, bytes.subarray(0, 4_096), 4 * 4_096));
  });
});

describe('ordered faults', () => {
  it('strike the call, the name and the number that were ordered, and no other', () => {
    const { run, root, faults, person } = computer();
    person.write('a', 'x');
    person.write('b', 'x');
    faults.fail({ call: 'status', name: 'b', nth: 2, code: 'FILE_FAILED' });
    const codes = ['a', 'b', 'a', 'b', 'b'].map((name) => code(() => run(status(root, name))));
    assert.deepEqual(codes, [undefined, undefined, undefined, 'FILE_FAILED', undefined]);
    assert.equal(faults.struck, 1);
  });
  it('strike for good if so ordered, until they are taken back', () => {
    const { run, root, faults } = computer();
    const takeBack = faults.fail({ call: ['list'], times: Infinity, code: 'FILE_DENIED' });
    assert.equal(
      code(() => run(list(root))),
      'FILE_DENIED',
    );
    assert.equal(
      code(() => run(list(root))),
      'FILE_DENIED',
    );
    takeBack();
    assert.deepEqual(run(list(root)).names, []);
  });
});

describe('times', () => {
  it('stand still within a tick, so that a second write may leave no trace', () => {
    let now = 1_700_000_000_101;
    const { run, root, person } = computer({}, () => now);
    const look = (): FileStatus => run(status(root, 'file')) as FileStatus;
    person.write('file', 'one');
    const first = look();
    now += 2;
    person.write('file', 'two');
    assert.deepEqual(look(), first);
    now += 4;
    person.write('file', 'six');
    assert.notDeepEqual(look().mtime, first.mtime);
    assert.equal(look().mtime.ns % 4_000_000, 0);
  });
  it('are cut to what the disk keeps', () => {
    const { run, root, person } = computer({ timeStepNs: 2_000_000_000 }, () => 1_700_000_001_500);
    person.write('file', 'x');
    assert.deepEqual(run(status(root, 'file'))?.mtime, { s: 1_700_000_000, ns: 0 });
  });
});

describe('names', () => {
  it('change their case by a rename of a person', () => {
    const { person } = computer({ foldsCase: true });
    person.write('Name', 'x');
    person.rename('Name', 'NAME');
    assert.deepEqual([...person.contents()], [['NAME', 'x']]);
  });
  it('are kept in a normal form and found under the other', () => {
    const { run, root, person } = computer({ normalForm: 'NFD' });
    person.write('\u00e9', 'x');
    assert.deepEqual(run(list(root)).names, ['e\u0301']);
    assert.ok(run(status(root, '\u00e9')) !== undefined);
  });
  it('cannot be made where the disk forbids them', () => {
    const { run, root } = computer({ reserved: 'signs' });
    const create = openFile({ dir: root, name: 'a:b' }, 'create');
    assert.equal(
      code(() => run(create)),
      'FILE_NAME_IMPOSSIBLE',
    );
  });
  it('that are no UTF-8 go when a person deletes their directory', () => {
    const { tree, person } = computer();
    person.makeDir('dir');
    tree.makeUndecodable(placeOf(tree, '/root/dir/x').dir, '\\xff');
    person.delete('dir');
    assert.equal(person.tree().size, 0);
  });
});

describe('mounts', () => {
  it('hide what is below, are another device, and are not crossed by a rename', () => {
    const { run, root, tree, person } = computer();
    person.write('point/hidden', 'x');
    person.write('file', 'y');
    const point = resolvePath(tree, '/root/point');
    assert.ok(point !== undefined);
    const mounted = tree.mount(point, 2n);
    const dir = run(openDir(root, 'point')) as DirHandle;
    assert.deepEqual(run(list(dir)).names, []);
    assert.equal(run(status(root, 'point'))?.device, 2n);
    const move = rename({ from: { dir: root, name: 'file' }, to: { dir, name: 'f' }, how: 'keep' });
    assert.equal(
      code(() => run(move)),
      'FILE_CROSS_DEVICE',
    );
    assert.equal(
      code(() => run(removeDir(root, 'point'))),
      'FILE_BUSY',
    );
    person.write('point/inside', 'z');
    assert.equal(person.read('point/inside'), 'z');
    tree.unmount(mounted);
    assert.deepEqual([...person.contents().keys()], ['file', 'point/hidden']);
  });
});

describe('the watcher', () => {
  async function watched(
    act: (person: SimPerson) => void,
    queueLimit = 100,
  ): Promise<WatchBatch[]> {
    const { tree, person } = computer();
    person.write('old', 'x');
    person.write('dir/inside', 'x');
    const scheduler = new Scheduler(new Pace('even', new SimRandom(1)));
    const traits = (): { queueLimit: number; delayMs: number } => ({ queueLimit, delayMs: 5 });
    const parts = { device: 'd', scheduler, random: new SimRandom(2), tree, traits };
    const stop = new AbortController();
    const watch = new SimWatcher({ ...parts, owner: { alive: true } }).watch('/root', stop.signal);
    await watch.ready;
    act(person);
    await scheduler.run({ ms: 20 });
    stop.abort();
    const batches: WatchBatch[] = [];
    for await (const batch of watch.batches) batches.push(batch);
    assert.equal(tree.listeners.size, 0);
    return batches;
  }
  const events = (batches: readonly WatchBatch[]): Record<string, string> =>
    Object.fromEntries(batches.flatMap((batch) => batch.events.map((e) => [e.path, e.kind])));

  it('tells what was saved, moved, made and removed', async () => {
    const batches = await watched((person) => {
      person.save('old', 'y');
      person.rename('dir', 'new');
      person.makeDir('fresh/deep');
      person.delete('new/inside');
      person.hold('open').append('unfinished');
    });
    assert.deepEqual(events(batches), {
      '.old.swp': 'settled',
      old: 'settled',
      dir: 'settled',
      new: 'tree',
      fresh: 'tree',
      'fresh/deep': 'tree',
      'new/inside': 'settled',
      open: 'writing',
    });
  });
  it('leaves out what Kith keeps for itself', async () => {
    const own = `.kith-${'0'.repeat(32)}`;
    const batches = await watched((person) => {
      person.write('.kith/stage/x', 'x');
      person.write(own, 'x');
      person.rename(own, 'published');
    });
    assert.deepEqual(events(batches), { published: 'settled' });
  });
  it('admits what it lost', async () => {
    const batches = await watched((person) => {
      for (let i = 0; i < 10; i++) person.write(`file-${i}`, 'x');
    }, 4);
    assert.equal(batches.length, 1);
    assert.equal(batches[0]?.overflow, true);
    assert.equal(batches[0]?.events.length, 4);
  });
});
