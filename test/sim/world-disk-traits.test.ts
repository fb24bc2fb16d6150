/** Disks that are not like others, calls that fail in ways of their own, and another user who means no good. */

import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { SimAttacker } from '../../lab/sim/attacker.ts';
import { Canary, OUTSIDE } from '../../lab/sim/canary.ts';
import type { DiskOptions } from '../../lab/sim/disk-options.ts';
import { ERRNO_CODES, type Errno, FileFaults } from '../../lab/sim/file-faults.ts';
import { SimFileSystem } from '../../lab/sim/file-system.ts';
import { FileTree } from '../../lab/sim/file-tree.ts';
import { Pace } from '../../lab/sim/pace.ts';
import { SimPerson } from '../../lab/sim/person.ts';
import { PERSONALITIES } from '../../lab/sim/personalities.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { Scheduler } from '../../lab/sim/scheduler.ts';
import { SimWatcher, type WatchTraits } from '../../lab/sim/watcher.ts';
import { asKithError } from '../../src/base/error.ts';
import {
  abilities,
  close,
  list,
  makeDir,
  makeLink,
  openDir,
  openFile,
  openRoot,
  read,
  removeFile,
  rename,
  runProgram,
  setMode,
  status,
  statusOf,
  sync,
  write,
} from '../../src/engine/file-calls.ts';
import { SystemCallError, toFileError } from '../../src/host/errno.ts';
import type { DirHandle, FileHandle, FileProgram } from '../../src/ports/file-system.ts';

const START = 1_700_000_000_123;

function computer(options: DiskOptions = {}) {
  const faults = new FileFaults();
  const tree = new FileTree(() => START, options);
  tree.make({ dir: tree.root, name: 'root' }, 'directory', { mode: 0o755 });
  const files = new SimFileSystem(tree, faults);
  const run = <Result>(program: FileProgram<Result>): Result => runProgram(files, program);
  const root = run(openRoot('/root')) as DirHandle;
  const code = (program: FileProgram<unknown>): string | undefined => codeOf(() => run(program));
  const make = (name: string) => openFile({ dir: root, name }, 'create');
  const person = new SimPerson(tree, '/root');
  return { faults, tree, run, root, person, code, make };
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    const known = asKithError(error);
    if (known === undefined) throw error;
    return known.code;
  }
  return undefined;
}

describe('what fits on a disk', () => {
  it('ends with its inodes too, and a removal makes room for another', () => {
    const { tree, run, root, code, make, person } = computer();
    tree.traits.inodes = tree.traits.usedInodes + 2;
    run(make('a'));
    run(makeDir(root, 'd'));
    for (const more of [
      make('b'),
      makeDir(root, 'b'),
      makeLink({ dir: root, name: 'b' }, bytes()),
    ]) {
      assert.equal(code(more), 'FILE_NO_INODES');
    }
    assert.ok(run(abilities(root)).freeBytes > 0);
    person.delete('d');
    assert.equal(code(make('b')), undefined);
  });
  it('counts inodes that are open after their name went, and those that a power cut left', () => {
    const { tree, run, root, make, person } = computer();
    person.write('kept', 'x');
    person.sync();
    const used = tree.traits.usedInodes;
    const file = run(make('a')) as FileHandle;
    person.delete('a');
    assert.equal(tree.traits.usedInodes, used + 1);
    run(close(file));
    run(close(root));
    assert.equal(tree.traits.usedInodes, used);
    person.write('lost', 'x');
    tree.powerCut({ model: 'nothing', random: new SimRandom(1) });
    assert.equal(tree.traits.usedInodes, used);
  });
  it('may be less than what is free, for one user', () => {
    const { run, root, code, make } = computer({ quota: 8_192 });
    const file = run(make('a')) as FileHandle;
    assert.equal(code(write(file, new Uint8Array(10_000), 0)), 'FILE_DISK_FULL');
    assert.ok(run(abilities(root)).freeBytes > 1e9);
  });
  it('is not taken by writing nothing', () => {
    const { run, root, make } = computer({ capacity: 100_000 });
    const { freeBytes } = run(abilities(root));
    run(write(run(make('a')) as FileHandle, new Uint8Array(0), 90_000));
    assert.equal(run(abilities(root)).freeBytes, freeBytes);
  });
});

describe('calls that fail', () => {
  it('throw the codes that the host gives for the same errors of the system', () => {
    for (const [errno, given] of Object.entries(ERRNO_CODES)) {
      const number = constants.errno[errno as Errno];
      const real = toFileError(new SystemCallError('open', number), { call: 'openFile' });
      assert.deepEqual([given, real.data['errno']], [real.code, errno]);
      const { faults, code, make } = computer();
      faults.fail({ call: 'openFile', errno: errno as Errno });
      assert.equal(code(make('a')), given, errno);
    }
  });
  it('may have been done nevertheless', () => {
    const { faults, root, code, make, person, run } = computer();
    person.write('a', 'x');
    faults.fail({ call: ['rename', 'openFile'], times: 2, late: true });
    const move = { from: { dir: root, name: 'a' }, to: { dir: root, name: 'b' } };
    assert.equal(code(rename({ ...move, how: 'keep' })), 'FILE_FAILED');
    assert.equal(code(make('c')), 'FILE_FAILED');
    assert.deepEqual([...run(list(root)).names].sort(), ['b', 'c']);
  });
  it('may have written a part', () => {
    const { faults, code, make, person, run } = computer();
    const file = run(make('a')) as FileHandle;
    faults.fail({ call: 'write', errno: 'EIO', part: 0.5 });
    assert.equal(code(write(file, new TextEncoder().encode('12345678'), 0)), 'FILE_FAILED');
    assert.equal(person.read('a'), '1234');
  });
  it('for want of handles go on when one is closed', () => {
    const { tree, root, run, code, person } = computer();
    person.makeDir('d');
    tree.traits.handleLimit = 2;
    const dir = run(openDir(root, 'd')) as DirHandle;
    assert.equal(code(openDir(root, 'd')), 'FILE_TOO_MANY_OPEN');
    assert.equal(code(openDir(root, 'absent')), 'FILE_TOO_MANY_OPEN');
    run(close(dir));
    assert.equal(code(openDir(root, 'd')), undefined);
  });
  it('through stale handles say nothing of what is there, and a new handle serves', () => {
    const { tree, root, run, code, person } = computer();
    person.write('a', 'x');
    tree.traits.staleness += 1;
    for (const call of [status(root, 'a'), list(root), statusOf(root), removeFile(root, 'a')]) {
      assert.equal(code(call), 'FILE_FAILED');
    }
    run(close(root));
    const again = run(openRoot('/root')) as DirHandle;
    assert.ok(run(status(again, 'a')) !== undefined);
  });
  it('to sync say so once: what was written counts as clean, and is not durable', () => {
    const { faults, tree, code, make, person, run, root } = computer();
    person.sync();
    const file = run(make('a')) as FileHandle;
    run(write(file, new TextEncoder().encode('bytes'), 0));
    faults.fail({ call: 'sync', errno: 'EIO' });
    assert.equal(code(sync(file)), 'FILE_FAILED');
    assert.equal(code(sync(file)), undefined);
    run(sync(root));
    tree.powerCut({ model: 'nothing', random: new SimRandom(1) });
    assert.equal(person.read('a'), '\0\0\0\0\0');
  });
  it('are counted for each order, whichever strikes', () => {
    const { faults, root, code } = computer();
    faults.fail({ call: 'list', nth: 1, errno: 'EIO' });
    faults.fail({ call: 'list', nth: 2, errno: 'EACCES' });
    const codes = [1, 2, 3].map(() => code(list(root)));
    assert.deepEqual(codes, ['FILE_FAILED', 'FILE_DENIED', undefined]);
  });
});

describe('names', () => {
  const isOne = (options: DiskOptions, a: string, b: string): boolean => {
    const { run, root, make } = computer(options);
    run(make(a));
    return run(status(root, b)) !== undefined;
  };
  it('are folded by the table of the disk', () => {
    const pairs = [
      ['a', 'A'],
      ['\u00e9', '\u00c9'],
      ['stra\u00dfe', 'STRASSE'],
      ['\u017f', 's'],
      ['\u212a', 'k'],
      ['caf\u00e9', 'cafe\u0301'],
    ] as const;
    const table = (foldsCase: DiskOptions['foldsCase'] & string) =>
      pairs.map(([a, b]) => isOne({ foldsCase }, a, b));
    assert.deepEqual(table('lower'), [true, true, false, false, true, false]);
    assert.deepEqual(table('upper'), [true, true, false, false, false, false]);
    assert.deepEqual(table('full'), [true, true, true, true, true, true]);
  });
  it('that Windows keeps for itself cannot be made where its rules hold', () => {
    for (const name of ['con', 'NUL.txt', 'com1', 'x.', 'x ', 'a:b', 'a\\b', 'a\u0001']) {
      const { code, make } = computer({ reserved: 'windows' });
      assert.equal(code(make(name)), 'FILE_NAME_IMPOSSIBLE', name);
    }
    const { code, make } = computer({ reserved: 'windows' });
    for (const name of ['console', '.x', 'com', 'nul-x']) assert.equal(code(make(name)), undefined);
    assert.equal(
      codeOf(() => computer({ reserved: 'signs' }).run(make('con'))),
      undefined,
    );
  });
  it('are as long as the disk allows, in bytes or in units', () => {
    const long = '\u20ac'.repeat(100);
    assert.equal(computer().code(computer().make('x')), undefined);
    const byBytes = computer({ longestName: { bytes: 143 } });
    assert.equal(byBytes.code(byBytes.make('x'.repeat(143))), undefined);
    assert.equal(byBytes.code(byBytes.make('\u20ac'.repeat(48))), 'FILE_NAME_IMPOSSIBLE');
    const byUnits = computer({ longestName: { units: 255 } });
    assert.equal(byUnits.code(byUnits.make(long)), undefined);
    assert.equal(byUnits.code(byUnits.make('x'.repeat(256))), 'FILE_NAME_IMPOSSIBLE');
  });
});

describe('a strange disk', () => {
  it('gives new inode numbers whenever a program begins, or never one twice', () => {
    const numberOf = (options: DiskOptions, act: (all: ReturnType<typeof computer>) => void) => {
      const all = computer(options);
      all.person.write('a', 'x');
      const before = all.run(status(all.root, 'a'))?.inode;
      act(all);
      return [before, all.run(status(all.root, 'a'))?.inode];
    };
    const begun = ({ tree }: ReturnType<typeof computer>) => tree.begun();
    const replaced = ({ person }: ReturnType<typeof computer>) => {
      person.delete('a');
      person.write('a', 'x');
    };
    assert.notEqual(...pair(numberOf({ inodeNumbers: 'unstable' }, begun)));
    assert.equal(...pair(numberOf({}, begun)));
    assert.equal(...pair(numberOf({}, replaced)));
    assert.notEqual(...pair(numberOf({ inodeNumbers: 'fresh' }, replaced)));
  });
  it('may tell another ctime at every look', () => {
    const { run, root, person } = computer({ ctime: 'flutters' });
    person.write('a', 'x');
    const [first, second] = [run(status(root, 'a')), run(status(root, 'a'))];
    assert.notDeepEqual(first?.ctime, second?.ctime);
    assert.deepEqual(first?.mtime, second?.mtime);
  });
  it('keeps a removed file that is open under another name until it is closed', () => {
    const { run, root, person } = computer(PERSONALITIES.network);
    person.write('a', 'x');
    const file = run(openFile({ dir: root, name: 'a' }, 'read')) as FileHandle;
    run(removeFile(root, 'a'));
    assert.match(run(list(root)).names.join(), /^\.nfs\d+$/);
    assert.equal(run(read(file, new Uint8Array(1), 0)), 1);
    run(close(file));
    assert.deepEqual(run(list(root)).names, []);
  });
  it('may keep modes as they are, and know neither links nor renames that do not replace', () => {
    const { run, root, code, person } = computer(PERSONALITIES.exfat);
    person.write('a', 'x');
    const file = run(openFile({ dir: root, name: 'a' }, 'write')) as FileHandle;
    run(setMode(file, 0o600));
    assert.equal(run(statusOf(file)).mode, 0o777);
    assert.equal(code(makeLink({ dir: root, name: 'l' }, bytes())), 'FILE_UNSUPPORTED');
    const move = { from: { dir: root, name: 'a' }, to: { dir: root, name: 'b' } };
    assert.equal(code(rename({ ...move, how: 'keep' })), 'FILE_UNSUPPORTED');
    person.rename('a', 'b');
    assert.deepEqual([...person.contents().keys()], ['b']);
  });
  it('is plain data', () => {
    for (const options of Object.values(PERSONALITIES)) {
      assert.deepEqual(JSON.parse(JSON.stringify(options)), options);
    }
  });
});

describe('an attacker', () => {
  function attacked() {
    const all = computer();
    const canary = new Canary(all.tree);
    all.person.write('d/x', 'ours');
    const inode = (path: string) => {
      const dir = all.run(openDir(all.root, 'd')) as DirHandle;
      return all.run(status(dir, path));
    };
    return { ...all, canary, attacker: new SimAttacker(all.tree, '/root'), inode };
  }
  it('swaps a directory for a link to the outside and back, and who follows it is found out', () => {
    const { attacker, canary, code, root, person } = attacked();
    const back = attacker.swapForLink('d');
    assert.equal(code(openDir(root, 'd')), 'FILE_IS_LINK');
    assert.deepEqual(canary.changes(), []);
    person.write('d/x', 'through the link');
    assert.equal(canary.changes().length, 1);
    assert.match(canary.changes()[0] ?? '', new RegExp(`^${OUTSIDE}/d/x: .*through the link`));
    back();
    assert.deepEqual([...person.contents()], [['d/x', 'ours']]);
  });
  it('changes bytes so that no status tells of it, or ctime alone', () => {
    const { attacker, inode, person, tree } = attacked();
    const before = inode('x');
    attacker.editUnseen('d/x', 'OU');
    assert.deepEqual(inode('x'), before);
    assert.equal(person.read('d/x'), 'OUrs');
    person.setTime('d/x', { s: 5, ns: 0 });
    attacker.editBackdated('d/x', 'RS', 2);
    assert.deepEqual(inode('x')?.mtime, { s: 5, ns: 0 });
    assert.equal(person.read('d/x'), 'OURS');
    person.sync();
    tree.powerCut({ model: 'nothing', random: new SimRandom(1) });
    assert.equal(person.read('d/x'), 'OURS');
  });
  it('replaces, links, shuts, hides and shows again', () => {
    const { attacker, inode, person, canary } = attacked();
    const before = inode('x')?.inode;
    attacker.replace('d/x', 'theirs');
    assert.notEqual(inode('x')?.inode, before);
    attacker.hardLink('d/x', 'd/y');
    assert.equal(inode('y')?.links, 2);
    attacker.hardLink('d/x', `${OUTSIDE}/linked`);
    assert.match(canary.changes().join(), /linked: nothing became/);
    const open = attacker.shut('d/x');
    assert.equal(inode('x')?.mode, 0);
    open();
    assert.equal(inode('x')?.mode, 0o644);
    for (const path of ['', 'd']) {
      const show = attacker.hide(path, 2n);
      assert.equal(person.read('d/x'), undefined);
      show();
      assert.equal(person.read('d/x'), 'theirs');
    }
    person.write('.kith/marker', 'marker');
    attacker.deleteMarker();
    assert.equal(person.read('.kith/marker'), undefined);
  });
});

describe('the watcher', () => {
  async function told(traits: WatchTraits): Promise<{ count: number; blind: string | undefined }> {
    const { tree, person } = computer();
    const scheduler = new Scheduler(new Pace('even', new SimRandom(1)));
    const stop = new AbortController();
    const parts = { device: 'd', scheduler, random: new SimRandom(2), tree, traits: () => traits };
    const watch = new SimWatcher({ ...parts, owner: { alive: true } }).watch('/root', stop.signal);
    for (let i = 0; i < 100; i++) person.write(`${i}`, 'x');
    await scheduler.run({ ms: 20_000 });
    stop.abort();
    let count = 0;
    let blind: string | undefined;
    for await (const batch of watch.batches) {
      assert.equal(batch.overflow, false);
      count += batch.events.length;
      blind ??= batch.blind;
    }
    return { count, blind };
  }
  const ordinary = { queueLimit: 1_000, delayMs: 3 };
  it('may be blind from the start and says so', async () => {
    const { count, blind } = await told({ ...ordinary, blind: true });
    assert.equal(count, 0);
    assert.ok(blind !== undefined);
  });
  it('may lose some of the news, or all, without a word', async () => {
    assert.equal((await told(ordinary)).count, 100);
    const { count, blind } = await told({ ...ordinary, loses: 0.7 });
    assert.ok(count > 0 && count < 100 && blind === undefined, `${count}`);
    assert.equal((await told({ ...ordinary, loses: 1 })).count, 0);
  });
});

function bytes(): Uint8Array {
  return new TextEncoder().encode('target');
}

function pair<Item>([a, b]: readonly Item[]): [Item | undefined, Item | undefined] {
  return [a, b];
}
